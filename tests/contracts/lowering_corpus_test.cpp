#include "contracts/schema.hpp"
#include "tests/contracts/lowering_world.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

json::document content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return parsed(std::string{std::istreambuf_iterator<char>{in}, {}});
}

} // namespace

TEST_CASE("recorded answers satisfy what would have been sent", "[unit]") {
  const auto path = shared_data / "contracts-real" / "structured_outputs.json";
  if (is_absent(path))
    return;
  const auto cases = content(path);
  std::array<int, dialects.size()> lowerable{};
  for (const auto& x : cases.GetArray()) {
    CAPTURE(json::find_text(x, "id"));
    const auto& source = *json::find(x, "schema");
    const auto answer = parsed(json::find_text(x, "text"));
    for (std::size_t i = 0; i < dialects.size(); ++i) {
      const auto shape = lower(source, dialects[i]);
      if (!shape)
        continue;
      ++lowerable[i];
      CAPTURE(to_string(dialects[i]), shape->schema);
      CHECK(passes(answer, *shape, dialects[i]));
    }
  }
  for (const auto n : lowerable)
    CHECK(n > static_cast<int>(cases.Size()) / 2);
}

TEST_CASE("calls of public tools satisfy what would have been sent", "[unit]") {
  const auto path = shared_data / "bfcl" / "live_multiple.jsonl";
  if (is_absent(path))
    return;
  std::ifstream in{path};
  int calls = 0;
  int line_number = 0;
  for (std::string line; std::getline(in, line) && calls < 200;) {
    if (++line_number % 8 != 0)
      continue;
    const auto x = parsed(line);
    CAPTURE(json::find_text(x, "id"));
    const auto* call = json::at(x, "/first_acceptable_calls/0");
    if (call == nullptr || !json::find(*call, "valid")->IsTrue())
      continue;
    for (const auto& offered : json::find(x, "tools")->GetArray()) {
      const auto& function = *json::find(offered, "function");
      if (json::find_text(function, "name") != json::find_text(*call, "name"))
        continue;
      for (const auto to : dialects) {
        const auto shape = lower(*json::find(function, "parameters"), to);
        if (!shape || !shape->narrowed.empty())
          continue;
        ++calls;
        CHECK(passes(*json::find(*call, "arguments"), *shape, to));
      }
    }
  }
  CHECK(calls > 20);
}

TEST_CASE("the providers' own schemas are lowered to schemas, or refused", "[unit]") {
  const auto folder = shared_data / "api-schemas";
  if (is_absent(folder))
    return;
  std::array<int, dialects.size()> lowerable{};
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    constexpr std::uintmax_t bytes_max = 30'000; // The largest say nothing new, slowly.
    if (!entry.path().string().ends_with(".schema.json") || entry.file_size() > bytes_max)
      continue;
    CAPTURE(entry.path().filename().string());
    const auto source = content(entry.path());
    for (std::size_t i = 0; i < dialects.size(); ++i) {
      const auto shape = lower(source, dialects[i]);
      if (!shape)
        continue;
      ++lowerable[i];
      CAPTURE(to_string(dialects[i]));
      const auto compiled = schema::compile(checkable(*shape, dialects[i]));
      CHECK((compiled.has_value() ? "" : compiled.error().message) == "");
    }
  }
  CAPTURE(lowerable);
  for (const auto n : lowerable)
    CHECK(n > 0);
}

TEST_CASE("the official suite's verdicts hold for what is sent, as far as it says", "[unit]") {
  const auto name = GENERATE("draft7", "draft2020-12");
  const auto folder = shared_data / "json-schema-test-suite" / "tests" / name;
  if (is_absent(folder))
    return;
  int verdicts = 0;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".json")
      continue;
    const auto groups = content(entry.path());
    for (const auto& group : groups.GetArray())
      for (const auto to : {schema_dialect::gemini_json_schema, schema_dialect::gemini_openapi}) {
        const auto shape = lower(*json::find(group, "schema"), to);
        if (!shape || !shape->narrowed.empty())
          continue;
        const auto judge = schema::compile(checkable(*shape, to));
        if (!judge)
          continue;
        CAPTURE(entry.path().filename().string(), json::find_text(group, "description"));
        for (const auto& test : json::find(group, "tests")->GetArray()) {
          CAPTURE(to_string(to), shape->schema, json::find_text(test, "description"));
          const auto passed = judge->check(*json::find(test, "data")).empty();
          const auto valid = json::find(test, "valid")->GetBool();
          ++verdicts;
          CHECK((passed == valid || (passed && !shape->exact())));
        }
      }
  }
  CHECK(verdicts > 100);
}
