#include "contracts/schema_choice.hpp"
#include "contracts/schema_compiler.hpp"
#include "contracts/schema_link.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

/// A caller may send a schema, so what one may cost is limited: the subschemas and the text of
/// their pointers.
constexpr std::size_t nodes_max = 100'000;
constexpr std::size_t pointer_bytes_max = 32u << 20;

void note_valid_at_once(schema_node& node) {
  if (node.first_rule != node.rules_end)
    return;
  const auto integers_only = (node.types & (number_type | integer_type)) == integer_type;
  node.valid_at_once = static_cast<std::uint8_t>(
      integers_only ? (node.types & ~integer_type) | plain_integer : node.types);
}

} // namespace

std::optional<error> schema_compiler::run(json::document source) {
  if (auto failed = resources_.add(std::move(source)))
    fail(failed->param, failed->message);
  else
    want(resources_[0].root, "false");
  while (!failed_ && !todo_.empty()) {
    const auto next = todo_.front();
    todo_.pop_front();
    compile(next);
  }
  out_.documents = resources_.take_documents();
  if (failed_)
    return std::move(failed_);
  for (auto& node : out_.nodes) {
    node.is_simple = !node.tracks && out_.dynamic_targets.empty();
    note_valid_at_once(node);
  }
  skip_references(out_);
  for (auto& x : out_.member_rule_table)
    for (auto& name : x.names.entries())
      if (name.value.node)
        name.value.valid_at_once = out_.nodes[*name.value.node].valid_at_once;
  add_choices(out_);
  return std::nullopt;
}

void schema_compiler::fail(std::string pointer, std::string_view what) {
  if (failed_)
    return;
  std::string message = "schema at " + (pointer.empty() ? "its root" : pointer) + ": ";
  message += what;
  failed_ = error{.code = errc::config_invalid, .message = message, .param = std::move(pointer)};
}

void schema_compiler::fail(const subschema& at, keyword word, std::string_view what) {
  fail(below(at, word), what);
}

std::string schema_compiler::below(const subschema& at, keyword word) const {
  auto pointer = out_.places[at.id].pointer;
  json::append_token(pointer, to_string(word));
  return pointer;
}

std::string schema_compiler::below(const subschema& at, keyword word,
                                   std::string_view token) const {
  auto pointer = below(at, word);
  json::append_token(pointer, token);
  return pointer;
}

/// The node of what stands at `target` as the value of the keyword `held_by`.
node_id schema_compiler::want(const schema_target& target, std::string_view held_by) {
  const auto& source = *target.source;
  if (const auto i = known_.find(&source); i != known_.end())
    return i->second;
  const auto id = static_cast<node_id>(out_.nodes.size());
  if (!json::is_object(source) && !source.IsBool())
    fail(target.pointer, "must be a schema: an object, true or false");
  pointer_bytes_ += target.pointer.size();
  if (id >= nodes_max || pointer_bytes_ > pointer_bytes_max)
    fail("", "it is too large: too many subschemas, or too long names around them");
  known_.emplace(&source, id);
  const auto types = static_cast<std::uint8_t>(source.IsFalse() ? 0 : every_type);
  out_.nodes.push_back({.types = types, .resource = target.resource});
  out_.places.push_back({.pointer = target.pointer, .held_by = held_by});
  if (source.IsObject())
    todo_.push_back({.id = id, .source = &source});
  return id;
}

node_id schema_compiler::want(const subschema& at, const json::value& source, std::string pointer,
                              keyword word) {
  return want({.source = &source,
               .resource = resources_.resource_of(source, at.resource),
               .pointer = std::move(pointer)},
              to_string(word));
}

void schema_compiler::compile(const pending& next) {
  subschema at{.id = next.id, .source = next.source, .resource = out_.nodes[next.id].resource};
  at.how = resources_[at.resource].how;
  enter(at.resource);
  for (const auto& member : at.source->GetObject())
    if (const auto word = keyword_named(json::text_of(member.name), at.how))
      if (auto& slot = at.given[static_cast<std::size_t>(*word)]; slot == nullptr)
        slot = &member.value;
  out_.nodes[at.id].first_rule = static_cast<std::uint32_t>(out_.rules.size());
  if (at.how.has_lonely_ref() && at[keyword::ref] != nullptr) {
    compile_reference(at, keyword::ref);
  } else {
    compile_type(at);
    compile_values(at);
    compile_numbers(at);
    compile_text(at);
    compile_array(at);
    compile_object(at);
    compile_in_place(at);
  }
  out_.nodes[at.id].rules_end = static_cast<std::uint32_t>(out_.rules.size());
}

std::optional<node_id> schema_compiler::inner(const subschema& at, keyword word) {
  const auto* given = at[word];
  return given == nullptr ? std::nullopt : std::optional{want(at, *given, below(at, word), word)};
}

std::vector<node_id> schema_compiler::inner_list(const subschema& at, keyword word) {
  const auto* given = at[word];
  std::vector<node_id> out;
  if (given == nullptr)
    return out;
  const auto may_be_empty = word == keyword::items || word == keyword::prefix_items;
  if (!given->IsArray() || (given->Empty() && !may_be_empty)) {
    fail(at, word, "must be an array of schemas");
    return out;
  }
  const auto pointer = below(at, word);
  for (rapidjson::SizeType i = 0; i < given->Size() && !failed_; ++i)
    out.push_back(want(at, (*given)[i], pointer + '/' + std::to_string(i), word));
  return out;
}

void schema_compiler::for_each_inner(
    const subschema& at, keyword word,
    const std::function<void(std::string_view, const json::value&)>& use) {
  const auto* given = at[word];
  if (given == nullptr)
    return;
  if (!json::is_object(*given))
    return fail(at, word, "must be an object of schemas");
  for (const auto& member : given->GetObject())
    if (!failed_)
      use(json::text_of(member.name), member.value);
}

result<std::shared_ptr<const schema_program>> compile_schema(json::document source,
                                                             const schema_options& options) {
  auto out = std::make_shared<schema_program>();
  out->text = json::compact(source);
  if (auto failed = schema_compiler{*out, options}.run(std::move(source)))
    return std::move(*failed);
  return std::shared_ptr<const schema_program>{std::move(out)};
}

} // namespace hedgerow
