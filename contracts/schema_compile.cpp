#include "contracts/json_compare.hpp"
#include "contracts/schema_program.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>

namespace hedgerow {
namespace {

/// Keywords of some draft that would change the verdict and are not built.
constexpr std::array<std::string_view, 12> not_built{
    "$anchor",          "$dynamicAnchor",        "$dynamicRef",      "$recursiveAnchor",
    "$recursiveRef",    "dependencies",          "dependentSchemas", "dependentRequired",
    "unevaluatedItems", "unevaluatedProperties", "divisibleBy",      "extends",
};

constexpr std::array<std::pair<std::string_view, type_bit>, 7> type_names{{
    {"null", null_type},
    {"boolean", boolean_type},
    {"integer", integer_type},
    {"number", number_type},
    {"string", string_type},
    {"array", array_type},
    {"object", object_type},
}};

/// A caller may send a schema, so what one may cost is limited: the memory of a pattern's automaton
/// while it runs, the patterns and the instructions they compile to, the subschemas and the text of
/// their pointers.
constexpr std::int64_t regex_bytes_max = 2 << 20;
constexpr std::size_t regexes_max = 1000;
constexpr std::size_t regex_instructions_max = 200'000;
constexpr std::size_t nodes_max = 100'000;
constexpr std::size_t pointer_bytes_max = 32u << 20;

/// What the drafts understand differently.
struct dialect {
  /// Up to draft 7 nothing beside a `$ref` counts.
  bool lonely_ref = false;
  /// Draft 4 calls `$id` `id`.
  std::string_view id = "$id";
};

std::optional<dialect> dialect_of(std::string_view uri) {
  if (uri.ends_with('#'))
    uri.remove_suffix(1);
  if (uri == "http://json-schema.org/draft-04/schema")
    return dialect{.lonely_ref = true, .id = "id"};
  if (uri == "http://json-schema.org/draft-06/schema"
      || uri == "http://json-schema.org/draft-07/schema")
    return dialect{.lonely_ref = true};
  if (uri == "https://json-schema.org/draft/2019-09/schema"
      || uri == "https://json-schema.org/draft/2020-12/schema")
    return dialect{};
  return std::nullopt;
}

std::optional<char> hex_pair(std::string_view text) {
  if (text.size() < 2)
    return std::nullopt;
  int out = 0;
  for (const char c : text.substr(0, 2)) {
    const auto digit = std::string_view{"0123456789abcdef"}.find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos)
      return std::nullopt;
    out = out * 16 + static_cast<int>(digit);
  }
  return static_cast<char>(out);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = hex_pair(text.substr(i + 1));
    if (!byte)
      return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

/// Compiles with a list of what is still to do instead of recursion, so that no chain of references
/// is too long for the stack. The first mistake is kept and the rest is compiled as if it were not.
class compiler {
public:
  explicit compiler(schema_program& out) : out_{out} {}

  std::optional<error> run(const schema_options& options) {
    dialect_ = {.lonely_ref = options.without_schema <= draft::draft7,
                .id = options.without_schema == draft::draft4 ? "id" : "$id"};
    read_dialect();
    want(out_.source, "", "false");
    while (!todo_.empty() && !failed_) {
      const auto next = todo_.front();
      todo_.pop_front();
      compile(next);
    }
    return std::move(failed_);
  }

private:
  struct pending {
    node_id id = 0;
    const json::value* source = nullptr;
  };

  void fail(std::string pointer, std::string_view what) {
    if (failed_)
      return;
    std::string message = "schema at " + (pointer.empty() ? "its root" : pointer) + ": ";
    message += what;
    failed_ = error{.code = errc::config_invalid, .message = message, .param = std::move(pointer)};
  }

  void read_dialect() {
    const auto* uri = json::find(out_.source, "$schema");
    if (uri == nullptr)
      return;
    const auto found = uri->IsString() ? dialect_of(json::text_of(*uri)) : std::nullopt;
    if (found)
      dialect_ = *found;
    else
      fail("/$schema", "is no draft of JSON Schema from 4 to 2020-12");
  }

  /// The node of `source`, which stands at `pointer` and is the value of `keyword`.
  node_id want(const json::value& source, std::string pointer, std::string_view keyword) {
    if (const auto i = known_.find(&source); i != known_.end())
      return i->second;
    const auto id = static_cast<node_id>(out_.nodes.size());
    if (!source.IsObject() && !source.IsBool())
      fail(pointer, "must be a schema: an object, true or false");
    pointer_bytes_ += pointer.size();
    if (id >= nodes_max || pointer_bytes_ > pointer_bytes_max)
      fail("", "it is too large: too many subschemas, or too long names around them");
    known_.emplace(&source, id);
    out_.nodes.push_back({.pointer = std::move(pointer), .rules = {}});
    if (source.IsFalse())
      out_.nodes.back().rules.emplace_back(rules::never{keyword});
    if (source.IsObject())
      todo_.push_back({.id = id, .source = &source});
    return id;
  }

  std::string below(node_id id, std::string_view token) const {
    auto pointer = out_.nodes[id].pointer;
    json::append_token(pointer, token);
    return pointer;
  }

  void add(node_id id, rules::any rule) { out_.nodes[id].rules.push_back(std::move(rule)); }

  void compile(const pending& at) {
    if (dialect_.lonely_ref && json::find(*at.source, "$ref") != nullptr) {
      compile_reference(at);
      return;
    }
    refuse_what_is_not_built(at);
    compile_type(at);
    compile_values(at);
    compile_numbers(at);
    compile_counts(at);
    compile_pattern(at);
    compile_array(at);
    compile_object(at);
    compile_branches(at);
    compile_condition(at);
    compile_reference(at);
  }

  void refuse_what_is_not_built(const pending& at) {
    const auto is_root = at.id == 0;
    for (const auto& member : at.source->GetObject()) {
      const auto name = json::text_of(member.name);
      const auto moves_base = !is_root && name == dialect_.id && member.value.IsString();
      if (moves_base || std::ranges::find(not_built, name) != not_built.end())
        fail(below(at.id, name), "this keyword is not built yet");
    }
    const auto* uri = json::find(*at.source, "$schema");
    const auto* main = json::find(out_.source, "$schema");
    if (!is_root && uri != nullptr && (main == nullptr || !json::equal(*uri, *main)))
      fail(below(at.id, "$schema"), "a second dialect within one schema is not built yet");
  }

  void compile_type(const pending& at) {
    const auto* given = json::find(*at.source, "type");
    if (given == nullptr)
      return;
    std::uint8_t allowed = 0;
    if (given->IsArray() && !given->Empty())
      for (const auto& name : given->GetArray())
        allowed = static_cast<std::uint8_t>(allowed | type_of(at, name));
    else
      allowed = type_of(at, *given);
    add(at.id, rules::type{allowed});
  }

  std::uint8_t type_of(const pending& at, const json::value& name) {
    for (const auto& [text, bit] : type_names)
      if (name.IsString() && json::text_of(name) == text)
        return bit;
    fail(below(at.id, "type"),
         "must be null, boolean, integer, number, string, array or object, or a list of them");
    return 0;
  }

  void compile_values(const pending& at) {
    if (const auto* values = json::find(*at.source, "enum")) {
      if (values->IsArray())
        add(at.id, rules::one_of_values{values});
      else
        fail(below(at.id, "enum"), "must be an array");
    }
    if (const auto* wanted = json::find(*at.source, "const"))
      add(at.id, rules::constant{wanted});
  }

  void compile_numbers(const pending& at) {
    using kind = rules::number_limit::kind;
    compile_number(at, "minimum", kind::minimum);
    compile_number(at, "maximum", kind::maximum);
    compile_number(at, "exclusiveMinimum", kind::above);
    compile_number(at, "exclusiveMaximum", kind::below);
    compile_number(at, "multipleOf", kind::multiple);
  }

  void compile_number(const pending& at, std::string_view keyword, rules::number_limit::kind what) {
    const auto* limit = json::find(*at.source, keyword);
    if (limit == nullptr)
      return;
    if (!limit->IsNumber())
      return fail(below(at.id, keyword),
                  limit->IsBool() ? "its form of draft 4 is not built yet" : "must be a number");
    if (what == rules::number_limit::kind::multiple && limit->GetDouble() <= 0)
      return fail(below(at.id, keyword), "must be greater than 0");
    add(at.id, rules::number_limit{.what = what, .keyword = keyword, .limit = limit});
  }

  void compile_counts(const pending& at) {
    using kind = rules::count_limit::kind;
    compile_count(at, "minLength", kind::characters, true);
    compile_count(at, "maxLength", kind::characters, false);
    compile_count(at, "minItems", kind::items, true);
    compile_count(at, "maxItems", kind::items, false);
    compile_count(at, "minProperties", kind::members, true);
    compile_count(at, "maxProperties", kind::members, false);
  }

  void compile_count(const pending& at, std::string_view keyword, rules::count_limit::kind what,
                     bool at_least) {
    if (const auto limit = count(at, keyword))
      add(at.id, rules::count_limit{
                     .what = what, .at_least = at_least, .keyword = keyword, .limit = *limit});
  }

  std::optional<std::size_t> count(const pending& at, std::string_view keyword) {
    const auto* given = json::find(*at.source, keyword);
    if (given == nullptr)
      return std::nullopt;
    if (given->IsUint64())
      return given->GetUint64();
    constexpr double exact_max = 1e15;
    if (given->IsDouble() && json::is_integral(*given) && given->GetDouble() >= 0)
      return static_cast<std::size_t>(std::min(given->GetDouble(), exact_max));
    fail(below(at.id, keyword), "must be an integer of at least 0");
    return std::nullopt;
  }

  void compile_pattern(const pending& at) {
    const auto* given = json::find(*at.source, "pattern");
    if (given == nullptr)
      return;
    const auto pointer = below(at.id, "pattern");
    if (!given->IsString())
      return fail(pointer, "must be a string");
    if (auto found = regex(json::text_of(*given), pointer))
      add(at.id, rules::pattern{std::move(found)});
  }

  std::unique_ptr<const RE2> regex(std::string_view text, const std::string& pointer) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(regex_bytes_max);
    auto out = std::make_unique<const RE2>(re2::StringPiece{text.data(), text.size()}, options);
    if (!out->ok())
      fail(pointer, "the pattern " + std::string{text} + " cannot be used: " + out->error());
    else if (!affords(*out))
      fail(pointer, "the patterns of this schema are too many or too large");
    else
      return out;
    return nullptr;
  }

  bool affords(const RE2& regex) {
    ++regexes_;
    regex_instructions_ += static_cast<std::size_t>(regex.ProgramSize());
    return regexes_ <= regexes_max && regex_instructions_ <= regex_instructions_max;
  }

  void compile_array(const pending& at) {
    compile_items(at);
    compile_contains(at);
    const auto* unique = json::find(*at.source, "uniqueItems");
    if (unique == nullptr)
      return;
    if (!unique->IsBool())
      fail(below(at.id, "uniqueItems"), "must be true or false");
    else if (unique->GetBool())
      add(at.id, rules::unique_items{});
  }

  void compile_items(const pending& at) {
    const auto* items = json::find(*at.source, "items");
    const auto is_tuple = items != nullptr && items->IsArray();
    if (is_tuple && json::find(*at.source, "prefixItems") != nullptr)
      return fail(below(at.id, "items"), "must not be an array beside prefixItems");
    const std::string_view first = is_tuple ? "items" : "prefixItems";
    const std::string_view rest = is_tuple ? "additionalItems" : "items";
    rules::items rule{.first = list(at, first), .rest = subschema(at, rest)};
    if (!rule.first.empty() || rule.rest)
      add(at.id, std::move(rule));
  }

  void compile_contains(const pending& at) {
    const auto wanted = subschema(at, "contains");
    if (!wanted)
      return;
    rules::contains rule{.wanted = *wanted};
    rule.least = count(at, "minContains").value_or(rule.least);
    rule.most = count(at, "maxContains").value_or(rule.most);
    add(at.id, rule);
  }

  void compile_object(const pending& at) {
    compile_required(at);
    compile_members(at);
    if (const auto name = subschema(at, "propertyNames"))
      add(at.id, rules::names{*name});
  }

  void compile_required(const pending& at) {
    const auto* given = json::find(*at.source, "required");
    if (given == nullptr)
      return;
    rules::required rule;
    if (!given->IsArray())
      return fail(below(at.id, "required"), "must be an array of names");
    for (const auto& name : given->GetArray()) {
      if (!name.IsString())
        return fail(below(at.id, "required"), "must be an array of names");
      rule.names.emplace_back(json::text_of(name));
    }
    add(at.id, std::move(rule));
  }

  void compile_members(const pending& at) {
    rules::members rule;
    for_each_subschema(at, "properties", [&](std::string_view name, node_id node) {
      rule.named.emplace_back(name, node);
    });
    for_each_subschema(at, "patternProperties", [&](std::string_view text, node_id node) {
      if (auto found = regex(text, out_.nodes[node].pointer))
        rule.matching.push_back({.regex = std::move(found), .node = node});
    });
    rule.rest = subschema(at, "additionalProperties");
    if (rule.named.empty() && rule.matching.empty() && !rule.rest)
      return;
    std::ranges::sort(rule.named);
    add(at.id, std::move(rule));
  }

  template <class Use>
  void for_each_subschema(const pending& at, std::string_view keyword, Use use) {
    const auto* given = json::find(*at.source, keyword);
    if (given == nullptr)
      return;
    const auto pointer = below(at.id, keyword);
    if (!given->IsObject())
      return fail(pointer, "must be an object of schemas");
    for (const auto& member : given->GetObject()) {
      if (failed_)
        return;
      auto inner = pointer;
      json::append_token(inner, json::text_of(member.name));
      use(json::text_of(member.name), want(member.value, std::move(inner), keyword));
    }
  }

  void compile_branches(const pending& at) {
    if (auto branches = list(at, "allOf"); !branches.empty())
      add(at.id, rules::all_of{std::move(branches)});
    if (auto branches = list(at, "anyOf"); !branches.empty())
      add(at.id, rules::any_of{std::move(branches)});
    if (auto branches = list(at, "oneOf"); !branches.empty())
      add(at.id, rules::exactly_one_of{std::move(branches)});
    if (const auto branch = subschema(at, "not"))
      add(at.id, rules::none_of{*branch});
  }

  void compile_condition(const pending& at) {
    if (const auto test = subschema(at, "if"))
      add(at.id, rules::condition{.test = *test,
                                  .then = subschema(at, "then"),
                                  .otherwise = subschema(at, "else")});
  }

  std::optional<node_id> subschema(const pending& at, std::string_view keyword) {
    const auto* given = json::find(*at.source, keyword);
    if (given == nullptr)
      return std::nullopt;
    return want(*given, below(at.id, keyword), keyword);
  }

  std::vector<node_id> list(const pending& at, std::string_view keyword) {
    const auto* given = json::find(*at.source, keyword);
    std::vector<node_id> out;
    if (given == nullptr)
      return out;
    const auto pointer = below(at.id, keyword);
    const auto is_tuple = keyword == "items" || keyword == "prefixItems";
    if (!given->IsArray() || (given->Empty() && !is_tuple))
      fail(pointer, "must be an array of schemas");
    else
      for (rapidjson::SizeType i = 0; i < given->Size() && !failed_; ++i)
        out.push_back(want((*given)[i], pointer + '/' + std::to_string(i), keyword));
    return out;
  }

  void compile_reference(const pending& at) {
    const auto* given = json::find(*at.source, "$ref");
    if (given == nullptr)
      return;
    const auto pointer = below(at.id, "$ref");
    if (!given->IsString())
      return fail(pointer, "must be a string");
    const auto uri = json::text_of(*given);
    const auto decoded = percent_decoded(uri);
    if (!decoded || !(uri == "#" || uri.starts_with("#/")))
      return fail(pointer,
                  "only references within the schema (#/…) are built yet, not " + std::string{uri});
    auto target = std::string_view{*decoded}.substr(1);
    if (const auto* found = resolve(target, pointer))
      add(at.id, rules::reference{want(*found, std::string{target}, "$ref")});
  }

  /// What `target` points at. References are relative to the closest `$id`, so a target inside a
  /// subschema that has its own would be read against the wrong base.
  const json::value* resolve(std::string_view target, const std::string& pointer) {
    const json::value* here = &out_.source;
    while (!target.empty()) {
      const auto end = std::min(target.find('/', 1), target.size());
      const auto token = json::decoded_token(target.substr(1, end - 1));
      here = token ? child(*here, *token) : nullptr;
      if (here == nullptr) {
        fail(pointer, "points to nothing in the schema");
        return nullptr;
      }
      if (const auto* id = child(*here, dialect_.id); id != nullptr && id->IsString()) {
        fail(pointer, "a reference into a subschema with its own $id is not built yet");
        return nullptr;
      }
      target.remove_prefix(end);
    }
    return here;
  }

  /// As `json::child`, but thousands of references into one object take no quadratic time.
  const json::value* child(const json::value& x, std::string_view token) {
    constexpr std::size_t worth_an_index = 32;
    if (!x.IsObject() || x.MemberCount() < worth_an_index)
      return json::child(x, token);
    auto& index = indexes_[&x];
    if (index.empty())
      for (const auto& member : x.GetObject())
        index.emplace(json::text_of(member.name), &member.value);
    const auto i = index.find(token);
    return i == index.end() ? nullptr : i->second;
  }

  using member_index = std::unordered_map<std::string_view, const json::value*>;

  schema_program& out_;
  dialect dialect_;
  std::unordered_map<const json::value*, node_id> known_;
  std::deque<pending> todo_;
  std::unordered_map<const json::value*, member_index> indexes_;
  std::size_t pointer_bytes_ = 0;
  std::size_t regexes_ = 0;
  std::size_t regex_instructions_ = 0;
  std::optional<error> failed_;
};

} // namespace

result<std::shared_ptr<const schema_program>> compile_schema(json::document source,
                                                             const schema_options& options) {
  auto out = std::make_shared<schema_program>();
  out->source = std::move(source);
  if (auto failed = compiler{*out}.run(options))
    return std::move(*failed);
  out->text = json::compact(out->source);
  return std::shared_ptr<const schema_program>{std::move(out)};
}

} // namespace hedgerow
