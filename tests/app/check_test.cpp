#include "app/commands/check.hpp"
#include "tests/app/config_world.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <random>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

/// A file without anything wrong, removed at the end.
class good_file_on_disk {
public:
  good_file_on_disk() {
    std::filesystem::create_directory(folder_);
    std::ofstream{folder_ / "a.yaml"} << good_file;
    std::ofstream{folder_ / "some.rules.yaml"} << good_rules;
  }

  good_file_on_disk(const good_file_on_disk&) = delete;

  ~good_file_on_disk() { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "a.yaml").string(); }

private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path()
                                  / ("hedgerow-check-" + std::to_string(std::random_device{}()));
};

} // namespace

TEST_CASE("a check says which provider is called by way of which proxy", "[check]") {
  const good_file_on_disk file;
  const variable proxy{"https_proxy", "http://u:secret@proxy.example:3128"};
  const variable except{"no_proxy", "west.example"};
  std::ostringstream text;
  CHECK(check(file.path(), {}, text) == 0);
  CHECK_THAT(text.str(),
             Catch::Contains("\nprovider east: by way of the proxy proxy.example:3128\n")
                 && !Catch::Contains("provider west") && !Catch::Contains("secret"));
  std::ostringstream machines;
  CHECK(check(file.path(), {.as_json = true}, machines) == 0);
  CHECK_THAT(machines.str(), Catch::Contains(R"("proxies":{"east":"proxy.example:3128"},)"));
}

TEST_CASE("a malformed proxy variable is an error of the environment", "[check]") {
  const good_file_on_disk file;
  const variable proxy{"https_proxy", "http://u:secret@proxy.example:many"};
  const auto read = read_configuration(file.path());
  CHECK_FALSE(read.config);
  CHECK_THAT(printed(read),
             Catch::StartsWith("environment: error: https_proxy: its port is no number from")
                 && !Catch::Contains("secret"));
  std::ostringstream text;
  CHECK(check(file.path(), {}, text) == 1);
}
