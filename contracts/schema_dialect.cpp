#include "contracts/schema_dialect.hpp"

#include "contracts/json.hpp"
#include "contracts/schema_metaschemas.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

/// Metaschemas that describe one another, before one of a draft is reached.
constexpr unsigned steps_max = 8;

error wrong(std::string message) {
  return {.code = errc::config_invalid, .message = std::move(message), .param = {}};
}

result<dialect> dialect_at(std::string_view uri, const schema_options& options,
                           unsigned steps_left);

/// The dialect that a metaschema of somebody's own describes: its own draft, reduced to the
/// vocabularies that it lists (JSON Schema Core 2020-12 §8.1.2).
result<dialect> dialect_by(std::string_view metaschema, std::string_view text,
                           const schema_options& options, unsigned steps_left) {
  const auto parsed = json::parse(text);
  if (!parsed)
    return wrong("leads to a document that is " + parsed.error().message);
  dialect out{.version = options.without_schema, .formats = options.formats};
  const auto own = json::find_text(*parsed, "$schema");
  if (!own.empty() && own != metaschema) {
    const auto described = dialect_at(own, options, steps_left);
    if (!described)
      return described.error();
    out = *described;
  }
  const auto* listed = json::find(*parsed, "$vocabulary");
  if (listed == nullptr || !json::is_object(*listed) || out.version < draft::draft2019)
    return out;
  out.vocabularies = core_vocabulary;
  for (const auto& member : listed->GetObject()) {
    const auto known = vocabularies_of(json::text_of(member.name));
    const auto is_required = member.value.IsTrue();
    if (!known && is_required)
      return wrong("needs a vocabulary that is unknown: "
                   + std::string{json::text_of(member.name)});
    out.vocabularies = static_cast<std::uint8_t>(out.vocabularies | known.value_or(0));
    // 2019-09 has one vocabulary for `format`, which asserts where it is required.
    const auto asserts = known && (*known & format_vocabulary) != 0 && is_required;
    out.formats = out.formats || (asserts && out.version == draft::draft2019);
  }
  if ((out.vocabularies & format_assertion_vocabulary) != 0)
    out.formats = true;
  return out;
}

result<dialect> dialect_at(std::string_view uri, const schema_options& options,
                           unsigned steps_left) {
  if (const auto version = draft_of(uri))
    return dialect{.version = *version, .formats = options.formats};
  const auto text = document_at(uri.substr(0, uri.find('#')), options);
  if (!text)
    return wrong("is no draft of JSON Schema from 4 to 2020-12 and no document given");
  return steps_left == 0 ? wrong("leads through too many metaschemas")
                         : dialect_by(uri, *text, options, steps_left - 1);
}

} // namespace

std::optional<std::string_view> document_at(std::string_view uri, const schema_options& options) {
  if (options.remotes != nullptr)
    if (const auto i = options.remotes->find(uri); i != options.remotes->end())
      return i->second;
  const auto built_in = metaschemas();
  const auto i = std::ranges::find(built_in, uri, &metaschema::uri);
  return i == built_in.end() ? std::nullopt : std::optional{i->text};
}

result<dialect> dialect_at(std::string_view uri, const schema_options& options) {
  return dialect_at(uri, options, steps_max);
}

} // namespace hedgerow
