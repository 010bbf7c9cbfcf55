// Input: a line with a schema, which may be empty, then the text of an answer.
#include "contracts/repair.hpp"
#include "contracts/json.hpp"
#include "contracts/json_compare.hpp"
#include "contracts/schema.hpp"
#include "contracts/utf8.hpp"
#include "tests/fuzz/input.hpp"

#include <optional>

using namespace hedgerow;

namespace {

std::optional<schema> shape_of(std::string_view text) {
  auto compiled = schema::compile(text);
  return compiled ? std::optional{std::move(*compiled)} : std::nullopt;
}

void check_sound(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed)
    return;
  const auto same = repair(text, nullptr);
  fuzz::must(same.has_value(), "JSON is never refused");
  fuzz::must(same->changes.empty() && json::equal(same->value, *parsed), "JSON is never altered");
}

/// Whether `part` can be made from `text` by leaving characters out.
bool is_within(std::string_view part, std::string_view text) {
  for (const char c : text)
    if (!part.empty() && part.front() == c)
      part.remove_prefix(1);
  return part.empty();
}

/// Every name and string of `x` is in the text or in the schema.
bool is_taken_from(const json::value& x, std::string_view text, std::string_view schema_text) {
  const auto taken = [&](const json::value& part) {
    const auto said = json::text_of(part);
    return is_within(said, text) || is_within(said, schema_text);
  };
  if (x.IsString())
    return taken(x);
  if (x.IsArray())
    for (const auto& item : x.GetArray())
      if (!is_taken_from(item, text, schema_text))
        return false;
  if (json::is_object(x)) // Not a number that RapidJSON has no room for.
    for (const auto& [name, value] : x.GetObject())
      if (!taken(name) || !is_taken_from(value, text, schema_text))
        return false;
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto shape = shape_of(in.line());
  const auto* guide = shape ? &*shape : nullptr;
  const auto text = in.rest();
  check_sound(text);
  const auto mended = repair(text, guide);
  if (!mended)
    return 0;
  fuzz::must(mended->changes.size() <= 64, "the list of changes is bounded");
  // An escape says a character by others, and U+FFFD stands for broken bytes.
  const std::string_view known = guide != nullptr ? std::string_view{guide->text()} : "";
  if (text.find('\\') == text.npos && known.find('\\') == known.npos
      && utf8::fault(text) == text.size())
    fuzz::must(is_taken_from(mended->value, text, known), "nothing is invented");
  const auto written = json::compact(mended->value);
  fuzz::must(json::parse(written).has_value(), "what comes out is JSON");
  const auto again = repair(written, guide);
  fuzz::must(again.has_value(), "what comes out can be read");
  fuzz::must(json::equal(again->value, mended->value), "repairing twice is repairing once");
  if (guide != nullptr && json::parse(text) && guide->check(*json::parse(text)).empty())
    fuzz::must(mended->changes.empty(), "what is valid is not altered");
  return 0;
}
