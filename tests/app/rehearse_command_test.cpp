#include "app/commands/rehearse.hpp"

#include "app/rehearse/scenario.hpp"
#include "contracts/json.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

using namespace hedgerow;

namespace {

struct run {
  int status = 0;
  std::string out;
  std::string err;
};

run run_with(const rehearse_options& options) {
  std::ostringstream out;
  std::ostringstream err;
  run done;
  done.status = rehearse(options, out, err);
  done.out = out.str();
  done.err = err.str();
  return done;
}

/// A file for as long as this lives.
class temporary {
public:
  explicit temporary(const std::string& text = "") { std::ofstream{path} << text; }
  ~temporary() { std::filesystem::remove(path); }
  temporary(const temporary&) = delete;
  temporary& operator=(const temporary&) = delete;

  std::string text() const {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  std::string path = (std::filesystem::temp_directory_path()
                      / ("hedgerow-" + std::to_string(getpid()) + "-" + std::to_string(count_++)))
                         .string();

private:
  static inline int count_ = 0;
};

const std::string short_day = R"(
name: A short day
lasts: 20s
traffic: [{ task: support_triage, rate: 10/s }]
events: [{ from: 10s, fails: transport }]
)";

} // namespace

TEST_CASE("the scenarios are listed with what they play", "[rehearse]") {
  const auto listed = run_with({.list = true});
  CHECK(listed.status == 0);
  for (const auto& x : shipped_scenarios())
    CHECK(listed.out.find(std::string{x.name} + "\n  ") != std::string::npos);
}

TEST_CASE("a rehearsal is reported and judged by its gates", "[rehearse]") {
  const temporary file{short_day};
  rehearse_options options{.scenario = file.path};
  SECTION("as a table") {
    const auto done = run_with(options);
    CHECK(done.status == 0);
    CHECK(done.out.find("A short day") != std::string::npos);
    CHECK(done.out.find("task support_triage") != std::string::npos);
    CHECK(done.err.empty());
  }
  SECTION("as JSON") {
    options.as_json = true;
    const auto done = run_with(options);
    CHECK(done.out.ends_with("}\n"));
    CHECK(json::parse(done.out).has_value());
  }
  SECTION("as a page beside the table") {
    const temporary page;
    options.html_file = page.path;
    const auto done = run_with(options);
    CHECK(done.status == 0);
    CHECK(page.text().starts_with("<!DOCTYPE html>"));
    CHECK(done.out.find("task support_triage") != std::string::npos);
  }
  SECTION("as a page alone") {
    options.html_file = "-";
    const auto done = run_with(options);
    CHECK(done.out.starts_with("<!DOCTYPE html>"));
    CHECK(done.out.find("task support_triage") == std::string::npos);
  }
  SECTION("and fails where a gate holds") {
    options.fail_if = {"degraded > 1%", "failed > 0"};
    const auto done = run_with(options);
    CHECK(done.status == 1);
    CHECK(done.err.find("support_triage: degraded is") != std::string::npos);
    CHECK(done.err.find("failed is") == std::string::npos);
  }
  SECTION("and the seed can be another") {
    options.as_json = true;
    const auto usual = run_with(options).out;
    options.seed = 5;
    CHECK(run_with(options).out != usual);
  }
}

TEST_CASE("what cannot be played is told, and nothing is", "[rehearse]") {
  const auto says = [](const rehearse_options& options, const std::string& what) {
    const auto done = run_with(options);
    INFO(done.err);
    CHECK(done.status == 2);
    CHECK(done.out.empty());
    CHECK(done.err.find(what) != std::string::npos);
  };
  says({.scenario = "nowhere.yaml"}, "nowhere.yaml: error: cannot be read; name a file, or a "
                                     "scenario that comes with the program: brown-out");
  says({.config_file = "nowhere.yaml", .scenario = "brown-out"}, "nowhere.yaml");
  says({.scenario = "brown-out", .fail_if = {"sadness > 1"}}, "--fail-if: ");
  says({.scenario = "brown-out", .fail_if = {"nobody.p99 > 1s"}}, "support_triage");
  says({.scenario = "brown-out", .html_file = "/nowhere/page.html"},
       "--html: /nowhere/page.html cannot be written");
  const temporary wrong{"lasts: 1m\ntraffic: [{ task: nobody, rate: 1/s }]\n"};
  says({.scenario = wrong.path}, "names the task 'nobody'");
  const temporary broken{"lasts: soon\n"};
  says({.scenario = broken.path}, ":1:8: error: lasts: `soon` is not a duration");
}
