#include "contracts/schema_resources.hpp"

#include "contracts/schema_dialect.hpp"
#include "contracts/uri.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

/// A short reference can stand for a long URI and lead to a long pointer, so their sum is limited.
constexpr std::size_t bytes_max = 64u << 20;

error wrong(std::string message, std::string pointer = {}) {
  return {.code = errc::config_invalid, .message = std::move(message), .param = std::move(pointer)};
}

std::string_view without_fragment(std::string_view uri) { return uri.substr(0, uri.find('#')); }

std::string below(std::string pointer, std::string_view token) {
  json::append_token(pointer, token);
  return pointer;
}

} // namespace

std::optional<error> schema_resources::add(json::document source) {
  const dialect start{.version = options_.without_schema, .formats = options_.formats};
  const auto added = add(std::move(source), "", start);
  return added ? std::nullopt : std::optional{added.error()};
}

resource_id schema_resources::resource_of(const json::value& source, resource_id around) const {
  const auto i = by_root_.find(&source);
  return i == by_root_.end() ? around : i->second;
}

result<resource_id> schema_resources::add(json::document source, std::string uri,
                                          const dialect& fallback) {
  documents_.push_back(std::make_unique<const json::document>(std::move(source)));
  const json::value& root = *documents_.back();
  schema_resource made{.uri = uri, .how = fallback};
  if (const auto* given = json::find(root, "$schema")) {
    auto how = given->IsString() ? dialect_at(json::text_of(*given), options_)
                                 : wrong("must be the URI of a draft of JSON Schema");
    if (!how)
      return wrong(how.error().message, "/$schema");
    made.how = *how;
  }
  const auto id = static_cast<resource_id>(all_.size());
  made.root = {.source = &root, .resource = id, .pointer = uri.empty() ? "" : uri + '#'};
  all_.push_back(std::move(made));
  by_root_.emplace(&root, id);
  by_uri_.emplace(std::move(uri), id);
  base_ = all_[id].root.pointer;
  index({.source = &root, .resource = id, .outer = nullptr, .token = {}});
  if (failed_)
    return *failed_;
  return id;
}

result<resource_id> schema_resources::read(std::string uri, std::string_view text,
                                           const dialect& fallback) {
  auto parsed = json::parse(text);
  if (!parsed)
    return wrong("the document " + uri + " is " + parsed.error().message);
  auto added = add(std::move(*parsed), uri, fallback);
  if (!added)
    return wrong("the document " + uri + ": " + added.error().message);
  return added;
}

result<resource_id> schema_resources::resource_at(const std::string& uri, const dialect& fallback) {
  if (const auto i = by_uri_.find(uri); i != by_uri_.end())
    return i->second;
  const auto text = document_at(uri, options_);
  if (!text)
    return wrong("refers to " + uri + ", which is not among the documents given");
  return read(uri, *text, fallback);
}

/// Looks for identifiers at and below `at`, which is a subschema. As deep as documents are nested.
void schema_resources::index(spot at) {
  if (failed_ || !json::is_object(*at.source))
    return;
  enter(at);
  note_anchors(at);
  const auto how = all_[at.resource].how;
  for (const auto& member : at.source->GetObject()) {
    const auto word = keyword_named(json::text_of(member.name), how);
    if (word && subschemas_of(*word) != subschemas::none)
      index_inside(*word, {.source = &member.value,
                           .resource = at.resource,
                           .outer = &at,
                           .token = json::text_of(member.name)});
  }
}

/// The same for `at` as the value of a keyword that holds subschemas.
void schema_resources::index_inside(keyword word, const spot& at) {
  const auto& x = *at.source;
  const auto inside = subschemas_of(word);
  const auto is_map = inside == subschemas::in_map || inside == subschemas::some_in_map;
  const auto may_be_list = inside == subschemas::in_list || inside == subschemas::itself_or_in_list;
  if (is_map && json::is_object(x)) {
    for (const auto& member : x.GetObject())
      index({.source = &member.value,
             .resource = at.resource,
             .outer = &at,
             .token = json::text_of(member.name)});
  } else if (may_be_list && x.IsArray()) {
    for (rapidjson::SizeType i = 0; i < x.Size(); ++i)
      index({.source = &x[i], .resource = at.resource, .outer = &at, .token = {}, .item = i});
  } else if (!is_map) {
    index(at);
  }
}

/// Moves `at` into the resource that it starts, if it has an identifier of its own. Such a
/// subschema may be in another dialect, and then its identifier is spelled as there.
void schema_resources::enter(spot& at) {
  const auto& x = *at.source;
  if (json::find(x, "$id") == nullptr && json::find(x, "id") == nullptr)
    return;
  const bool is_root = by_root_.count(&x) != 0;
  auto how = all_[at.resource].how;
  if (const auto uri = json::find_text(x, "$schema"); !uri.empty() && !is_root) {
    auto own = dialect_at(uri, options_);
    if (!own) {
      failed_ = wrong(own.error().message, below(target(at).pointer, "$schema"));
      return;
    }
    how = *own;
  }
  if (how.has_lonely_ref() && json::find(x, "$ref") != nullptr)
    return;
  const auto base = without_fragment(json::find_text(x, to_string(how.id())));
  if (base.empty())
    return;
  auto uri = uri::resolved(all_[at.resource].uri, base);
  if (!spend(uri.size()))
    return;
  if (!is_root) {
    auto root = target(at);
    at.resource = root.resource = static_cast<resource_id>(all_.size());
    all_.push_back({.uri = {}, .how = how, .root = std::move(root)});
    by_root_.emplace(&x, at.resource);
  }
  all_[at.resource].uri = uri;
  by_uri_.emplace(std::move(uri), at.resource);
}

void schema_resources::note_anchors(const spot& at) {
  auto& resource = all_[at.resource];
  const auto& how = resource.how;
  const auto& x = *at.source;
  const auto named = [&](keyword word) {
    return keyword_named(to_string(word), how) ? json::find_text(x, to_string(word))
                                               : std::string_view{};
  };
  if (how.version <= draft::draft7) {
    const auto id = named(how.id());
    if (const auto hash = id.find('#'); hash != id.npos && json::find(x, "$ref") == nullptr)
      resource.anchors.emplace(id.substr(hash + 1), target(at));
    return;
  }
  if (const auto name = named(keyword::anchor); !name.empty())
    resource.anchors.emplace(name, target(at));
  if (const auto name = named(keyword::dynamic_anchor); !name.empty()) {
    resource.anchors.emplace(name, target(at));
    resource.dynamic_anchors.emplace(name, target(at));
  }
  const auto* recursive = json::find(x, to_string(keyword::recursive_anchor));
  if (recursive != nullptr && recursive->IsTrue() && how.version == draft::draft2019
      && at.source == resource.root.source)
    resource.has_recursive_anchor = true;
}

/// With the pointer from the root of the document, whose own one the outermost spot has.
schema_target schema_resources::target(const spot& at) {
  std::vector<const spot*> way;
  for (const auto* i = &at; i->outer != nullptr; i = i->outer)
    way.push_back(i);
  schema_target out{.source = at.source, .resource = at.resource, .pointer = base_};
  for (auto i = way.rbegin(); i != way.rend(); ++i)
    json::append_token(out.pointer,
                       (*i)->item ? std::to_string(*(*i)->item) : std::string{(*i)->token});
  spend(out.pointer.size());
  return out;
}

bool schema_resources::spend(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > bytes_max && !failed_)
    failed_ = wrong("it is too large: too many identifiers or references, or too long ones");
  return bytes_ <= bytes_max;
}

result<schema_target> schema_resources::find(std::string_view reference, resource_id from) {
  auto out = located(reference, from);
  if (out && !spend(all_[from].uri.size() + out->pointer.size()))
    return *failed_;
  return out;
}

result<schema_target> schema_resources::located(std::string_view reference, resource_id from) {
  const auto fragment = uri::percent_decoded(uri::split(reference).fragment);
  if (!fragment)
    return wrong("is no URI reference");
  const auto uri = uri::resolved(all_[from].uri, reference);
  // Without an identifier or a document name a schema is known by the empty URI alone.
  const auto found = uri == all_[from].uri ? from : resource_at(uri, all_[from].how);
  if (!found)
    return found.error();
  const auto& resource = all_[*found];
  if (fragment->empty())
    return resource.root;
  if (fragment->starts_with('/'))
    return walk(resource.root, *fragment, reference);
  const auto anchor = resource.anchors.find(*fragment);
  if (anchor == resource.anchors.end())
    return wrong("points to nothing: there is no anchor " + *fragment);
  return anchor->second;
}

result<schema_target> schema_resources::walk(schema_target at, std::string_view pointer,
                                             std::string_view reference) {
  while (!pointer.empty()) {
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    const auto token = json::decoded_token(pointer.substr(1, end - 1));
    const auto* next = token ? child(*at.source, *token) : nullptr;
    if (next == nullptr)
      return wrong("points to nothing: " + std::string{reference});
    at = {.source = next,
          .resource = resource_of(*next, at.resource),
          .pointer = below(std::move(at.pointer), *token)};
    pointer.remove_prefix(end);
  }
  return at;
}

/// As `json::child`, but thousands of references into one object take no quadratic time.
const json::value* schema_resources::child(const json::value& x, std::string_view token) {
  constexpr std::size_t worth_an_index = 32;
  if (!json::is_object(x) || x.MemberCount() < worth_an_index)
    return json::child(x, token);
  auto& index = indexes_[&x];
  if (index.empty())
    for (const auto& member : x.GetObject())
      index.emplace(json::text_of(member.name), &member.value);
  const auto i = index.find(token);
  return i == index.end() ? nullptr : i->second;
}

} // namespace hedgerow
