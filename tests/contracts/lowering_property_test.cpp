#include "contracts/schema.hpp"
#include "tests/contracts/lowering_world.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace hedgerow;

namespace {

using allocator = json::document::AllocatorType;

/// Pointers to the members below `x` that are null.
std::vector<std::string> null_members(const json::value& x, const std::string& pointer = {}) {
  std::vector<std::string> out;
  const auto append = [&out](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(out));
  };
  if (x.IsArray())
    for (rapidjson::SizeType i = 0; i < x.Size(); ++i)
      append(null_members(x[i], pointer + '/' + std::to_string(i)));
  if (x.IsObject())
    for (const auto& [name, value] : x.GetObject()) {
      const auto here = pointer + '/' + name.GetString();
      if (value.IsNull())
        out.push_back(here);
      append(null_members(value, here));
    }
  return out;
}

/// Whether `x` satisfies `judge` without some of its `nulls`.
bool passes_without(const std::vector<std::string>& nulls, const json::value& x,
                    const schema& judge) {
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << nulls.size()); ++chosen) {
    auto tried = copied(x);
    for (std::size_t i = 0; i < nulls.size(); ++i)
      if ((chosen >> i & 1) != 0)
        rapidjson::GenericPointer<json::value>{nulls[i]}.Erase(tried);
    if (judge.check(tried).empty())
      return true;
  }
  return false;
}

/// Random schemas, and values that are likely to satisfy them.
class maker {
public:
  explicit maker(unsigned seed) : random_{seed} {}

  std::size_t below(std::size_t n) { return random_() % n; }

  std::string schema_text() {
    return R"({"type":"object","properties":)" + properties(2) + required() + R"(,"$defs":{"s":)"
           + scalar() + R"(,"o":{"type":"object","properties":)" + properties(1) + required()
           + closing() + "}}" + closing() + '}';
  }

  /// A value for `shape`, as far as its keywords are easily obeyed.
  json::value value_for(const json::value& shape, const json::value& root, allocator& memory) {
    if (!shape.IsObject())
      return any(memory);
    if (const auto* ref = json::find(shape, "$ref"))
      return value_for(*json::at(root, json::text_of(*ref).substr(1)), root, memory);
    if (const auto* values = json::find(shape, "enum"))
      return {(*values)[static_cast<rapidjson::SizeType>(below(values->Size()))], memory};
    if (const auto* value = json::find(shape, "const"))
      return {*value, memory};
    auto out = plain_value_for(shape, root, memory);
    for (const auto* keyword : {"anyOf", "oneOf", "allOf"})
      if (const auto* list = json::find(shape, keyword)) {
        const auto chosen = below(list->Size());
        for (rapidjson::SizeType i = 0; i < list->Size(); ++i)
          if (std::string_view{keyword} == "allOf" || i == chosen)
            join(out, value_for((*list)[i], root, memory), shape, memory);
        is_as_meant_ =
            is_as_meant_
            && (std::string_view{keyword} == "allOf"
                || satisfies(out, (*list)[static_cast<rapidjson::SizeType>(chosen)], root));
      }
    return out;
  }

  /// Whether the values since the last call satisfy the branches they were made for, and not some
  /// other one because it takes members that it does not name.
  bool is_as_meant() { return std::exchange(is_as_meant_, true); }

private:
  /// Of three members two or so; all of them if `odds` is 1.
  std::string properties(int depth, std::size_t odds = 3) {
    std::string out = "{";
    for (const auto* name : {"a", "b", "c"})
      if (odds == 1 || below(odds) != 0)
        out += (out.size() > 1 ? ",\"" : "\"") + std::string{name} + "\":" + shape(depth);
    return out + '}';
  }

  std::string required() {
    std::string out;
    for (const auto* name : {"a", "b", "c"})
      if (below(4) == 0)
        out += (out.empty() ? "\"" : ",\"") + std::string{name} + '"';
    return out.empty() ? out : R"(,"required":[)" + out + ']';
  }

  std::string closing() { return below(2) == 0 ? "" : R"(,"additionalProperties":false)"; }

  std::string scalar() {
    constexpr std::array shapes{R"({"type":"string"})",
                                R"({"type":"string","maxLength":2})",
                                R"({"enum":["x","y",null,1]})",
                                R"({"type":"integer","minimum":1})",
                                R"({"type":"number","exclusiveMaximum":3})",
                                R"({"type":["string","null"],"minLength":1})",
                                R"({"type":"boolean"})",
                                R"({"const":"x"})",
                                R"({"type":"null"})",
                                R"({"type":["integer","number"],"multipleOf":0.5})",
                                R"({"type":"string","pattern":"^[xy]+$"})",
                                R"({"type":"integer","not":{"const":2}})"};
    return shapes[below(shapes.size())];
  }

  std::string shape(int depth) {
    if (depth == 0)
      return scalar();
    const auto next = [&] { return shape(depth - 1); };
    switch (below(10)) {
    case 0:
      return R"({"type":"array","items":)" + next() + R"(,"maxItems":3})";
    case 1:
      return R"({"anyOf":[)" + next() + ',' + next() + "]}";
    case 2:
      return R"({"oneOf":[)" + next() + ',' + next() + R"(],"description":"One."})";
    case 3:
      return R"({"allOf":[{"type":"object","properties":)" + properties(depth - 1)
             + R"(},{"properties":)" + properties(depth - 1) + required() + "}]}";
    case 4:
      return R"({"$ref":"#/$defs/s","description":"S"})";
    case 5:
      return R"({"$ref":"#/$defs/o"})";
    case 6:
      // Both branches name all members, so that a closed branch forbids none that the other takes.
      return R"({"type":"object","properties":)" + properties(depth - 1) + required()
             + R"(,"anyOf":[{"properties":)" + properties(depth - 1, 1) + R"(},{"properties":)"
             + properties(depth - 1, 1) + R"(,"required":["a"]}]})";
    case 7:
      return R"({"type":"array","prefixItems":[)" + next() + ',' + next() + R"(],"items":false})";
    case 8:
      return R"({"type":"object","properties":)" + properties(depth - 1) + required() + closing()
             + '}';
    default:
      return scalar();
    }
  }

  static json::value text(std::string_view x, allocator& memory) {
    return {x.data(), static_cast<rapidjson::SizeType>(x.size()), memory};
  }

  json::value any(allocator& memory) {
    switch (below(6)) {
    case 0:
      return json::value{};
    case 1:
      return json::value{true};
    case 2:
      return json::value{static_cast<int>(below(4))};
    case 3:
      return json::value{0.5};
    default:
      return text(below(2) == 0 ? "x" : "xyz", memory);
    }
  }

  json::value plain_value_for(const json::value& shape, const json::value& root,
                              allocator& memory) {
    const auto type = json::find_text(shape, "type");
    if (type == "array")
      return array_for(shape, root, memory);
    if (type != "object" && json::find(shape, "properties") == nullptr
        && json::find(shape, "allOf") == nullptr)
      return any(memory);
    json::value out{rapidjson::kObjectType};
    ++depth_;
    if (const auto* members = json::find(shape, "properties"))
      for (const auto& [name, member] : members->GetObject())
        if (below(4) != 0 && depth_ < depth_max)
          out.AddMember(json::value{name, memory}, value_for(member, root, memory), memory);
    --depth_;
    return out;
  }

  json::value array_for(const json::value& shape, const json::value& root, allocator& memory) {
    json::value out{rapidjson::kArrayType};
    if (const auto* first = json::find(shape, "prefixItems")) {
      for (const auto& item : first->GetArray())
        out.PushBack(value_for(item, root, memory), memory);
      return out;
    }
    for (std::size_t n = below(3); n > 0; --n)
      out.PushBack(value_for(*json::find(shape, "items"), root, memory), memory);
    return out;
  }

  /// What a branch wants, joined with what is wanted beside it.
  static void join(json::value& to, json::value branch, const json::value& shape,
                   allocator& memory) {
    const bool beside =
        json::find(shape, "properties") != nullptr || json::find(shape, "allOf") != nullptr;
    if (!beside || !to.IsObject() || !branch.IsObject()) {
      if (!beside)
        to = std::move(branch);
      return;
    }
    for (auto& [name, value] : branch.GetObject())
      if (!to.HasMember(name))
        to.AddMember(json::value{name, memory}, json::value{value, memory}, memory);
  }

  /// A schema that refers to itself would make values without end.
  static constexpr int depth_max = 6;

  std::mt19937 random_;
  int depth_ = 0;
  bool is_as_meant_ = true;
};

} // namespace

TEST_CASE("what satisfies a random schema satisfies it lowered", "[unit]") {
  const auto seed = GENERATE(range(1u, 4u));
  maker make{seed};
  std::array<int, dialects.size()> instances{};
  const auto enough = [&] { return *std::ranges::min_element(instances) >= 30; };
  for (int round = 0; round < 1000 && !enough(); ++round) {
    const auto text = make.schema_text();
    CAPTURE(seed, text);
    const auto original = parsed(text);
    const auto compiled = schema::compile(original).value();
    json::document pool;
    for (std::size_t i = 0; i < dialects.size(); ++i) {
      const auto shape = lower(original, dialects[i]);
      if (!shape)
        continue;
      CAPTURE(to_string(dialects[i]), shape->schema);
      for (int n = 0; n < 6; ++n) {
        const auto x = make.value_for(original, original, pool.GetAllocator());
        if (!make.is_as_meant() || !compiled.check(x).empty())
          continue;
        CAPTURE(json::compact(x));
        ++instances[i];
        CHECK(passes(x, *shape, dialects[i]));
      }
    }
  }
  CHECK(enough());
}

TEST_CASE("what satisfies an exactly lowered schema satisfies the original", "[unit]") {
  constexpr std::size_t nulls_max = 8; // Each doubles the ways to try.
  const auto seed = GENERATE(range(1u, 4u));
  maker make{seed};
  int instances = 0;
  for (int round = 0; round < 1000 && instances < 60; ++round) {
    const auto text = make.schema_text();
    CAPTURE(seed, text);
    const auto original = parsed(text);
    const auto compiled = schema::compile(original).value();
    json::document pool;
    for (const auto to : dialects) {
      const auto shape = lower(original, to);
      if (!shape || !shape->exact() || to == schema_dialect::openai_lax)
        continue;
      const auto sent = checkable(*shape, to);
      const auto judge = schema::compile(sent).value();
      CAPTURE(to_string(to), shape->schema);
      for (int n = 0; n < 6; ++n) {
        const auto x = make.value_for(sent, sent, pool.GetAllocator());
        if (!judge.check(x).empty())
          continue;
        CAPTURE(json::compact(x));
        const bool fills = to == schema_dialect::openai_strict;
        const auto nulls = fills ? null_members(x) : std::vector<std::string>{};
        if (nulls.size() > nulls_max)
          continue;
        ++instances;
        CHECK(passes_without(nulls, x, compiled));
      }
    }
  }
  CHECK(instances >= 60);
}

TEST_CASE("a lowered schema lowers to itself", "[unit]") {
  const auto seed = GENERATE(range(1u, 4u));
  maker make{seed};
  int schemas = 0;
  for (int round = 0; round < 1000 && schemas < 60; ++round) {
    const auto text = make.schema_text();
    CAPTURE(seed, text);
    for (const auto to : dialects) {
      const auto once = lower(parsed(text), to);
      if (!once || to == schema_dialect::gemini_openapi) // `nullable` is no JSON Schema.
        continue;
      CAPTURE(to_string(to), once->schema);
      const auto twice = lower(parsed(once->schema), to);
      REQUIRE(twice.has_value());
      ++schemas;
      CHECK(twice->schema == once->schema);
      CHECK(twice->exact());
    }
  }
  CHECK(schemas >= 60);
}
