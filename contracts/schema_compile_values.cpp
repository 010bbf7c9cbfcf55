#include "contracts/json_compare.hpp"
#include "contracts/schema_compiler.hpp"

#include <algorithm>
#include <limits>

/// The keywords that look at a value without looking into it.
namespace hedgerow {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> type_names{{
    {"null", null_type},
    {"boolean", boolean_type},
    {"integer", integer_type},
    {"number", number_type | integer_type},
    {"string", string_type},
    {"array", array_type},
    {"object", object_type},
}};

constexpr auto numbers = number_type;

/// A caller may send a schema, so the patterns and what they compile to are limited.
constexpr std::size_t patterns_max = 1000;
constexpr std::size_t pattern_instructions_max = 200'000;

std::optional<std::uint8_t> type_named(const json::value& name) {
  for (const auto& [text, bits] : type_names)
    if (name.IsString() && json::text_of(name) == text)
      return bits;
  return std::nullopt;
}

template <class Table, class Entry>
std::uint32_t append(Table& table, Entry&& entry) {
  table.push_back(std::forward<Entry>(entry));
  return static_cast<std::uint32_t>(table.size() - 1);
}

} // namespace

void schema_compiler::compile_type(const subschema& at) {
  const auto* given = at[keyword::type];
  if (given == nullptr)
    return;
  std::uint8_t allowed = 0;
  const auto allow = [&](const json::value& name) {
    const auto bits = type_named(name);
    allowed = static_cast<std::uint8_t>(allowed | bits.value_or(0));
    return bits.has_value();
  };
  const auto understood = given->IsArray()
                              ? !given->Empty() && std::all_of(given->Begin(), given->End(), allow)
                              : allow(*given);
  if (!understood)
    return fail(
        at, keyword::type,
        "must be null, boolean, integer, number, string, array or object, or a list of them");
  out_.nodes[at.id].types = allowed;
}

void schema_compiler::compile_values(const subschema& at) {
  if (const auto* values = at[keyword::enumeration]) {
    if (!values->IsArray())
      return fail(at, keyword::enumeration, "must be an array");
    value_set made{.listed = values};
    std::vector<name_map<std::monostate>::entry> strings;
    for (const auto& x : values->GetArray())
      if (x.IsString())
        strings.push_back({.key = name_key{json::text_of(x)}, .value = {}});
      else
        made.others.push_back(&x);
    made.strings = name_map<std::monostate>{std::move(strings)};
    add({.what = op::one_of_values,
         .word = keyword::enumeration,
         .a = append(out_.value_sets, std::move(made))});
  }
  if (const auto* wanted = at[keyword::constant])
    add({.what = op::constant, .word = keyword::constant, .a = append(out_.values, wanted)});
}

void schema_compiler::compile_numbers(const subschema& at) {
  // In draft 4 the exclusive forms are flags beside the limits.
  const auto flagged = [&](keyword word) {
    return at.how.version == draft::draft4 && at[word] != nullptr && at[word]->IsTrue();
  };
  const auto lower = flagged(keyword::exclusive_minimum) ? op::above : op::at_least;
  const auto upper = flagged(keyword::exclusive_maximum) ? op::below : op::at_most;
  compile_number(at, keyword::minimum, lower);
  compile_number(at, keyword::maximum, upper);
  if (at.how.version != draft::draft4) {
    compile_number(at, keyword::exclusive_minimum, op::above);
    compile_number(at, keyword::exclusive_maximum, op::below);
  }
  compile_number(at, keyword::multiple_of, op::multiple_of);
}

void schema_compiler::compile_number(const subschema& at, keyword word, op what) {
  const auto* limit = at[word];
  if (limit == nullptr)
    return;
  if (!json::is_number(*limit))
    return fail(at, word,
                limit->IsBool() ? "must be a number; true and false are of draft 4"
                                : "must be a number");
  if (what == op::multiple_of && std::is_lteq(json::compare_numbers(*limit, json::value{0})))
    return fail(at, word, "must be greater than 0");
  number_limit made{.limit = limit};
  if (limit->IsInt64())
    made.whole = limit->GetInt64();
  add({.what = what, .applies = numbers, .word = word, .a = append(out_.number_limits, made)});
}

void schema_compiler::compile_count(const subschema& at, keyword word, op what, type_bit applies) {
  if (const auto limit = count(at, word))
    add({.what = what, .applies = applies, .word = word, .a = *limit});
}

/// The value of a keyword that counts something; there is nothing of which there could be more than
/// fits 32 bits.
std::optional<std::uint32_t> schema_compiler::count(const subschema& at, keyword word) {
  const auto* given = at[word];
  if (given == nullptr)
    return std::nullopt;
  if (!json::is_number(*given) || !json::is_integral(*given) || json::to_double(*given) < 0) {
    fail(at, word, "must be an integer of at least 0");
    return std::nullopt;
  }
  constexpr double most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(json::to_double(*given), most));
}

void schema_compiler::compile_text(const subschema& at) {
  compile_count(at, keyword::min_length, op::characters_min, string_type);
  compile_count(at, keyword::max_length, op::characters_max, string_type);
  if (const auto* given = at[keyword::pattern]) {
    if (!given->IsString())
      return fail(at, keyword::pattern, "must be a string");
    if (const auto number = pattern_number(json::text_of(*given), below(at, keyword::pattern)))
      add({.what = op::pattern, .applies = string_type, .word = keyword::pattern, .a = *number});
  }
  if (const auto* given = at[keyword::format]; given != nullptr && at.how.formats) {
    if (!given->IsString())
      return fail(at, keyword::format, "must be a string");
    if (const auto kind = format_named(json::text_of(*given)))
      add({.what = op::format,
           .applies = string_type,
           .word = keyword::format,
           .a = static_cast<std::uint32_t>(*kind)});
  }
}

std::optional<std::uint32_t> schema_compiler::pattern_number(std::string_view text,
                                                             std::string pointer) {
  if (const auto i = patterns_.find(text); i != patterns_.end())
    return i->second;
  auto made = pattern::compile(text);
  if (!made) {
    fail(std::move(pointer), made.error().message);
    return std::nullopt;
  }
  pattern_instructions_ += made->size();
  if (patterns_.size() >= patterns_max || pattern_instructions_ > pattern_instructions_max) {
    fail(std::move(pointer), "the patterns of this schema are too many or too large");
    return std::nullopt;
  }
  const auto number = append(out_.patterns, std::move(*made));
  patterns_.emplace(text, number);
  return number;
}

} // namespace hedgerow
