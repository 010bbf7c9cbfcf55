#include "app/log.hpp"
#include "contracts/json.hpp"

#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace hedgerow;

TEST_CASE("a line of a JSON log is JSON, whatever is said", "[log]") {
  const auto file = std::filesystem::temp_directory_path()
                    / ("hedgerow-log-" + std::to_string(::getpid()) + ".jsonl");
  const std::vector<std::string> said{"plain", R"(with "quotes" and a \)", "two\nlines", "\x01"};
  {
    log_config how;
    how.as = log_config::format::json;
    how.file = file.string();
    auto log = make_logger(how);
    for (const auto& x : said)
      log->warn("{}", x);
  }
  // The queue is emptied by a thread of its own; the file is read as far as it has come.
  std::vector<std::string> found;
  while (found.size() < said.size()) {
    found.clear();
    std::ifstream in{file};
    for (std::string line; std::getline(in, line) && !in.eof();) {
      const auto entry = json::parse(line);
      REQUIRE(entry.has_value());
      CHECK(json::find_text(*entry, "level") == "warning");
      found.emplace_back(json::find_text(*entry, "message"));
    }
  }
  CHECK(found == said);
  std::filesystem::remove(file);
}
