#include "contracts/json.hpp"
#include "contracts/schema.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

const fs::path suite = shared_data / "json-schema-test-suite";

struct tally {
  int tests = 0;
  int right = 0;
  std::vector<std::string> wrong;
};

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The suite expects to find its folder of remotes at this address.
schema_documents remotes() {
  schema_documents out;
  for (const auto& entry : fs::recursive_directory_iterator{suite / "remotes"})
    if (entry.is_regular_file())
      out.emplace("http://localhost:1234/"
                      + fs::relative(entry.path(), suite / "remotes").generic_string(),
                  content(entry.path()));
  return out;
}

void run_group(const json::value& group, const std::string& file, const schema_options& options,
               tally& sum) {
  const auto name = file + ": " + std::string{json::find_text(group, "description")};
  const auto& tests = *json::find(group, "tests");
  sum.tests += static_cast<int>(tests.Size());
  const auto shape = schema::compile(*json::find(group, "schema"), options);
  if (!shape) {
    sum.wrong.push_back(name + ": does not compile: " + shape.error().message);
    return;
  }
  for (const auto& test : tests.GetArray()) {
    const auto found = shape->check(*json::find(test, "data"));
    const auto gave_up = !found.empty() && found[0].keyword == "limit";
    if (!gave_up && found.empty() == json::find(test, "valid")->GetBool())
      ++sum.right;
    else
      sum.wrong.push_back(name + ": " + std::string{json::find_text(test, "description")});
  }
}

tally run_folder(const fs::path& folder, const schema_options& options) {
  tally sum;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".json")
      continue;
    const auto groups = std::move(json::parse(content(entry.path())).value());
    for (const auto& group : groups.GetArray())
      run_group(group, entry.path().filename().string(), options, sum);
  }
  return sum;
}

struct edition {
  const char* folder;
  draft version;
};

constexpr edition editions[] = {{"draft4", draft::draft4},
                                {"draft6", draft::draft6},
                                {"draft7", draft::draft7},
                                {"draft2019-09", draft::draft2019},
                                {"draft2020-12", draft::draft2020}};

/// What is wrong by choice. `contentEncoding` and `contentMediaType` are annotations here, as the
/// drafts after 7 say they are; draft 7 leaves it open (JSON Schema Validation draft 7 §8.2).
constexpr std::string_view wrong_by_choice[] = {
    "content.json: validation of binary-encoded media type documents: ",
    "content.json: validation of binary string-encoding: ",
    "content.json: validation of string-encoded content based on media type: ",
};

bool has_reason(std::string_view test) {
  return std::ranges::any_of(wrong_by_choice, [&](auto x) { return test.starts_with(x); });
}

} // namespace

TEST_CASE("JSON-Schema-Test-Suite: every required case is right in every draft", "[unit]") {
  if (is_absent(suite))
    return;
  const auto documents = remotes();
  for (const auto& [folder, version] : editions) {
    const auto sum =
        run_folder(suite / "tests" / folder, {.without_schema = version, .remotes = &documents});
    std::cout << folder << ": required " << sum.right << " of " << sum.tests << " right\n";
    CHECK(sum.tests > 0);
    CHECK(sum.wrong == std::vector<std::string>{});
  }
}

TEST_CASE("JSON-Schema-Test-Suite: every optional case is right but those with a reason",
          "[unit]") {
  if (is_absent(suite))
    return;
  const auto documents = remotes();
  for (const auto& [folder, version] : editions) {
    for (const auto& [part, formats] : {std::pair{"optional", false}, {"optional/format", true}}) {
      const auto path = suite / "tests" / folder / part;
      const auto sum =
          run_folder(path, {.without_schema = version, .formats = formats, .remotes = &documents});
      std::cout << folder << ": " << part << ' ' << sum.right << " of " << sum.tests << " right\n";
      CHECK(sum.tests > 0);
      for (const auto& test : sum.wrong) {
        CAPTURE(folder, part, test);
        CHECK(has_reason(test));
      }
    }
  }
}
