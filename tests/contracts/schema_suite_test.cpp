#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

struct tally {
  int tests = 0;
  int compiled = 0;
  int right = 0;
};

json::document content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return std::move(json::parse(text).value());
}

/// The suite leaves `$schema` out where the draft is its folder's.
result<schema> compiled(const json::value& source, std::string_view draft) {
  if (!source.IsObject() || json::find(source, "$schema") != nullptr)
    return schema::compile(source);
  std::string text = "{\"$schema\":";
  json::append_quoted(text, draft);
  const auto rest = json::compact(source);
  text += (rest == "{}" ? "" : ",") + rest.substr(1);
  return schema::compile(std::string_view{text});
}

void run_group(const json::value& group, std::string_view draft, tally& sum) {
  const auto& tests = *json::find(group, "tests");
  sum.tests += static_cast<int>(tests.Size());
  const auto shape = compiled(*json::find(group, "schema"), draft);
  if (!shape) {
    CAPTURE(json::find_text(group, "description"));
    CHECK(shape.error().code == errc::config_invalid);
    return;
  }
  for (const auto& test : tests.GetArray()) {
    CAPTURE(json::find_text(group, "description"), json::find_text(test, "description"));
    const auto valid = shape->check(*json::find(test, "data")).empty();
    const auto right = valid == json::find(test, "valid")->GetBool();
    CHECK(right);
    ++sum.compiled;
    sum.right += right ? 1 : 0;
  }
}

} // namespace

TEST_CASE("JSON-Schema-Test-Suite: what compiles gives the right answer", "[unit]") {
  struct row {
    const char* folder;
    const char* draft;
    double compiled_share_min;
  };
  const auto [name, draft, share] =
      GENERATE(row{"draft4", "http://json-schema.org/draft-04/schema#", 0.6},
               row{"draft6", "http://json-schema.org/draft-06/schema#", 0.7},
               row{"draft7", "http://json-schema.org/draft-07/schema#", 0.7},
               row{"draft2019-09", "https://json-schema.org/draft/2019-09/schema", 0.5},
               row{"draft2020-12", "https://json-schema.org/draft/2020-12/schema", 0.5});
  const auto folder = fs::path{HEDGEROW_SHARED_DATA} / "json-schema-test-suite" / "tests" / name;
  if (!fs::exists(folder)) {
    WARN("skipped: " << folder << " is absent");
    SUCCEED(); // A test without any assertion fails.
    return;
  }
  tally sum;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".json")
      continue;
    CAPTURE(entry.path().filename().string());
    const auto groups = content(entry.path());
    for (const auto& group : groups.GetArray())
      run_group(group, draft, sum);
  }
  INFO(name << ": " << sum.tests << " tests, " << sum.compiled << " compiled, " << sum.right
            << " right");
  CHECK(sum.compiled >= share * sum.tests);
  CHECK(sum.right == sum.compiled);
}
