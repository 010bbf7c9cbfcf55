#include "contracts/json_compare.hpp"
#include "contracts/repair.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

json::document cases_in(const fs::path& path) {
  return std::move(json::parse(content(path), {.depth = 2'000}).value());
}

/// A case of a corpus; the files name things in two ways.
struct vector {
  const json::value& source;

  std::string_view id() const { return json::find_text(source, "id"); }
  std::string input() const { return std::string{json::find_text(source, "input")}; }
  bool has_input() const { return json::find(source, "input") != nullptr; }
  const json::value* expected() const { return json::find(source, "expected_value"); }
  bool is_valid_json() const {
    const auto* flag = json::find(source, "input_is_valid_json");
    return flag != nullptr && flag->IsTrue();
  }
  bool is_partial() const {
    const auto* flag = json::find(source, "partial");
    return flag != nullptr && flag->IsTrue();
  }
  /// `value`, `refused`, or empty where the corpus does not say.
  std::string_view wanted() const {
    auto word = json::find_text(source, "expect");
    word = word.empty() ? json::find_text(source, "expected") : word;
    if (word == "error" || word == "empty" || word == "nothing")
      return "refused";
    return word == "score" || word == "unspecified" || word == "strict-parse-error" ? "" : "value";
  }
  /// The schema of the case; nothing if it has none or one that does not compile.
  std::optional<schema> shape() const {
    const auto* found = json::find(source, "schema");
    if (found == nullptr || !found->IsObject())
      return std::nullopt;
    auto compiled = schema::compile(*found);
    return compiled ? std::optional{std::move(*compiled)} : std::nullopt;
  }
  /// The schema is one that no answer could satisfy, since it does not compile.
  bool has_bad_shape() const {
    const auto* found = json::find(source, "schema");
    return found != nullptr && found->IsObject() && !shape();
  }
};

/// The repaired value, if it satisfies the schema where there is one.
std::optional<json::document> answer(const vector& x) {
  const auto shape = x.shape();
  if (x.has_bad_shape())
    return std::nullopt;
  auto done = repair(x.input(), shape ? &*shape : nullptr);
  if (!done || (shape && !shape->check(done->value).empty()))
    return std::nullopt;
  return std::move(done->value);
}

bool is_right(const vector& x) {
  const auto got = answer(x);
  if (x.wanted() == "refused")
    return !got;
  return got && x.expected() != nullptr && json::equal(*got, *x.expected());
}

struct share {
  int of = 0;
  int right = 0;
};

/// Counts the cases of a file that `counts` picks, and prints right and of.
share tally(const fs::path& file, std::string_view what,
            const std::function<bool(const vector&)>& counts) {
  share sum;
  const auto cases = cases_in(file);
  for (const auto& one : cases.GetArray()) {
    const vector x{one};
    if (!x.has_input() || x.wanted().empty() || !counts(x))
      continue;
    ++sum.of;
    sum.right += is_right(x) ? 1 : 0;
  }
  std::cout << file.filename().string() << ", " << what << ": " << sum.right << " of " << sum.of
            << '\n';
  return sum;
}

/// What a reader of the text would call its letters: without quotes, escapes, joins and space.
std::string letters(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && std::string_view{"nrtbf"}.find(text[i + 1]) < 5)
      ++i;
    else if (std::string_view{" \t\r\n\b\f\"'\\+,_-/"}.find(c) == std::string_view::npos)
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return out;
}

/// Whether each name and string of `x` is among `known`.
bool is_all_known(const json::value& x, std::string_view known) {
  const auto is_known = [&](const json::value& text) {
    return known.find(letters(json::text_of(text))) != known.npos;
  };
  if (x.IsString())
    return is_known(x);
  if (x.IsArray())
    return std::all_of(x.Begin(), x.End(),
                       [&](const auto& one) { return is_all_known(one, known); });
  if (!json::is_object(x))
    return true;
  return std::all_of(x.MemberBegin(), x.MemberEnd(), [&](const auto& one) {
    return is_known(one.name) && is_all_known(one.value, known);
  });
}

constexpr std::array files{"json-repair/consensus_both_repairers_agree.json",
                           "json-repair/jsonrepair.json",
                           "json-repair/json_repair_py.json",
                           "json-repair/json_repair_py_schema_guided.json",
                           "json-repair/others.json",
                           "json-repair/baml_schema_aligned.json",
                           "json-repair/disagreements.json",
                           "faults/faults.json"};

} // namespace

TEST_CASE("repair gives what the corpora expect", "[unit]") {
  struct row {
    const char* file;
    const char* what;
    bool (*counts)(const vector&);
    double floor;
  };
  const auto is_broken = [](const vector& x) { return !x.is_valid_json(); };
  const auto is_refused = [](const vector& x) { return x.wanted() == "refused"; };
  const auto any = [](const vector&) { return true; };
  const auto is_named = [](const vector& x) {
    return x.id().starts_with("langchain/") || x.id().starts_with("instructor/");
  };
  const auto is_whole = [](const vector& x) { return !x.is_partial() && x.wanted() == "value"; };
  const auto [file, what, counts, floor] = GENERATE_COPY(values<row>({
      {files[0], "broken", is_broken, 0.98},
      {files[1], "refused", is_refused, 0.8},
      {files[1], "broken", is_broken, 0.8},
      {files[2], "broken", is_broken, 0.65},
      {files[3], "all", any, 0.75},
      {files[4], "LangChain and instructor", is_named, 0.95},
      {files[4], "all", any, 0.9},
      {files[5], "refused", is_refused, 0.8},
      {files[5], "whole", is_whole, 0.65},
      {files[5], "all", any, 0.62},
      {files[7], "all", any, 0.75},
  }));
  if (is_absent(shared_data / file))
    return;
  const auto sum = tally(shared_data / file, what, counts);
  CAPTURE(file, what, sum.right, sum.of);
  CHECK(sum.right >= floor * sum.of);
}

TEST_CASE("no corpus makes repair invent, alter valid JSON, or come to no rest", "[unit]") {
  const auto* file = GENERATE(from_range(files.begin(), files.end()));
  if (is_absent(shared_data / file))
    return;
  const auto cases = cases_in(shared_data / file);
  for (const auto& one : cases.GetArray()) {
    const vector x{one};
    if (!x.has_input())
      continue;
    CAPTURE(file, x.id(), x.input());
    const auto shape = x.shape();
    const auto done = repair(x.input(), shape ? &*shape : nullptr);
    if (!done)
      continue;
    const auto text = json::compact(done->value);
    CAPTURE(text);
    const auto again = repair(text, shape ? &*shape : nullptr);
    CHECK((again.has_value() && json::compact(again->value) == text && again->changes.empty()));
    if (const auto parsed = json::parse(x.input()))
      CHECK(json::equal(repair(x.input(), nullptr)->value, *parsed));
    else // An escape names what the text itself does not hold, a comment parts what is joined.
      CHECK((x.input().find("\\u") != std::string::npos || x.input().find("/*") != std::string::npos
             || is_all_known(done->value, letters(x.input() + (shape ? shape->text() : "")))));
  }
}

namespace {

/// The calls of a corpus file by the id of their case.
using calls = std::map<std::string, json::document, std::less<>>;

calls all_calls(const fs::path& folder) {
  calls out;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".jsonl" || entry.path().stem() == "derived_invalid_calls")
      continue;
    std::ifstream in{entry.path()};
    for (std::string line; std::getline(in, line);) {
      auto parsed = std::move(json::parse(line).value());
      std::string id{json::find_text(parsed, "id")};
      out.emplace(std::move(id), std::move(parsed));
    }
  }
  return out;
}

const json::value* parameters_of(const json::value& one, std::string_view name) {
  for (const auto& tool : json::find(one, "tools")->GetArray())
    if (const auto* what = json::find(tool, "function"); json::find_text(*what, "name") == name)
      return json::find(*what, "parameters");
  return nullptr;
}

/// Whether repair makes of a spoilt call what its parent was.
bool is_restored(const json::value& spoilt, const json::value& parent) {
  const auto& call = *json::find(spoilt, "call");
  const auto name = json::find_text(call, "name");
  const auto shape = schema::compile(*parameters_of(parent, name));
  if (!shape)
    return false;
  const auto done = repair(json::find_text(call, "arguments"), &*shape);
  const auto& right = json::find(parent, "first_acceptable_calls")->GetArray();
  return done && std::any_of(right.begin(), right.end(), [&](const auto& one) {
           return json::find_text(one, "name") == name
                  && json::equal(*json::find(one, "arguments"), done->value);
         });
}

} // namespace

TEST_CASE("coerce restores spoilt tool calls", "[unit]") {
  const auto folder = shared_data / "bfcl";
  if (is_absent(folder))
    return;
  const auto parents = all_calls(folder);
  std::map<std::string, share, std::less<>> sums{
      {"number-as-string", {}}, {"enum-wrong-case", {}}, {"array-as-json-string", {}}};
  std::ifstream in{folder / "derived_invalid_calls.jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto spoilt = std::move(json::parse(line).value());
    const auto sum = sums.find(json::find_text(spoilt, "mutation"));
    const auto parent = parents.find(json::find_text(spoilt, "parent"));
    if (sum == sums.end() || parent == parents.end())
      continue;
    ++sum->second.of;
    sum->second.right += is_restored(spoilt, parent->second) ? 1 : 0;
  }
  for (const auto& [what, sum] : sums) {
    std::cout << "bfcl, " << what << ": " << sum.right << " of " << sum.of << '\n';
    CAPTURE(what, sum.right, sum.of);
    CHECK(sum.of > 0);
    CHECK(sum.right >= 0.98 * sum.of);
  }
}
