#include "contracts/lowering_spelling.hpp"

#include "contracts/lowering_source.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace hedgerow::lowering {
namespace {

using namespace std::string_view_literals;

constexpr unsigned depth_max = 64;
constexpr unsigned references_max = 16;

constexpr std::array named_schemas{"properties"sv, "patternProperties"sv, "$defs"sv,
                                   "definitions"sv, "dependentSchemas"sv};
constexpr std::array listed_schemas{"allOf"sv, "anyOf"sv, "oneOf"sv, "prefixItems"sv};
constexpr std::array single_schemas{"items"sv,
                                    "additionalProperties"sv,
                                    "not"sv,
                                    "if"sv,
                                    "then"sv,
                                    "else"sv,
                                    "contains"sv,
                                    "unevaluatedProperties"sv,
                                    "unevaluatedItems"sv,
                                    "propertyNames"sv};

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != names.end();
}

/// Copies schemas, keyword by keyword.
class speller {
public:
  speller(const source& from, json::document::AllocatorType& memory)
      : from_{from},
        memory_{memory} {}

  bool too_deep() const { return too_deep_; }

  json::value schema(const json::value& x, unsigned depth) {
    too_deep_ = too_deep_ || depth > depth_max;
    if (!x.IsObject() || too_deep_)
      return {x, memory_};
    json::value out{rapidjson::kObjectType};
    const bool only_ref = depth > 0 && from_.ignores_siblings(x);
    for (const auto& [key, value] : x.GetObject())
      if (!only_ref || json::text_of(key) == "$ref")
        keyword(out, x, json::text_of(key), value, depth + 1);
    return out;
  }

private:
  void keyword(json::value& out, const json::value& owner, std::string_view name,
               const json::value& value, unsigned depth) {
    const auto* items = json::find(owner, "items");
    const bool old_tuple = items != nullptr && items->IsArray();
    if (name == "items" && value.IsArray())
      add(out, "prefixItems", list(value, depth));
    else if (name == "additionalItems")
      old_tuple ? add(out, "items", schema(value, depth)) : void();
    else if (name == "dependencies" && value.IsObject())
      dependencies(out, value, depth);
    else if (name.ends_with("imum"))
      bound(out, owner, name, value);
    else if (is_one_of(name, named_schemas) && value.IsObject())
      add(out, name, named(value, depth));
    else if (is_one_of(name, listed_schemas) && value.IsArray())
      add(out, name, list(value, depth));
    else if (is_one_of(name, single_schemas))
      add(out, name, schema(value, depth));
    else if (name != "$schema")
      add(out, name, {value, memory_});
  }

  void bound(json::value& out, const json::value& owner, std::string_view name,
             const json::value& value) {
    if (value.IsNumber()) {
      const auto* number = limit_in(owner, name);
      if (number != nullptr)
        add(out, name, {*number, memory_});
    } else if (const auto* number = value.IsTrue() ? limit_in(owner, name) : nullptr) {
      add(out, name, {*number, memory_});
    }
  }

  void dependencies(json::value& out, const json::value& value, unsigned depth) {
    json::value required{rapidjson::kObjectType};
    json::value schemas{rapidjson::kObjectType};
    for (const auto& [name, one] : value.GetObject()) {
      if (one.IsArray())
        add(required, json::text_of(name), {one, memory_});
      else
        add(schemas, json::text_of(name), schema(one, depth));
    }
    if (!required.ObjectEmpty())
      add(out, "dependentRequired", std::move(required));
    if (!schemas.ObjectEmpty())
      add(out, "dependentSchemas", std::move(schemas));
  }

  json::value named(const json::value& x, unsigned depth) {
    json::value out{rapidjson::kObjectType};
    for (const auto& [name, one] : x.GetObject())
      add(out, json::text_of(name), schema(one, depth));
    return out;
  }

  json::value list(const json::value& x, unsigned depth) {
    json::value out{rapidjson::kArrayType};
    for (const auto& one : x.GetArray())
      out.PushBack(schema(one, depth), memory_);
    return out;
  }

  void add(json::value& to, std::string_view name, json::value x) {
    json::value key{name.data(), static_cast<rapidjson::SizeType>(name.size()), memory_};
    to.AddMember(key, std::move(x), memory_);
  }

  const source& from_;
  json::document::AllocatorType& memory_;
  bool too_deep_ = false;
};

/// What the root is after its references, or itself.
result<part> real_root(const source& from) {
  auto here = from.root();
  for (unsigned i = 0; i < references_max; ++i) {
    const auto ref = here.at->IsObject() ? from.lone_reference(here) : std::nullopt;
    if (!ref)
      return here;
    auto next = from.target(*ref, here);
    if (!next)
      return next;
    here = std::move(*next);
  }
  return error{.code = errc::config_invalid,
               .message = "the schema cannot be sent: its root refers to itself",
               .param = "/$ref"};
}

} // namespace

result<json::document> respelled(const json::value& root) {
  const source from{root};
  const auto real = real_root(from);
  if (!real)
    return real.error();
  json::document out;
  speller writer{from, out.GetAllocator()};
  auto whole = writer.schema(*real->at, 0);
  if (real->at != &root && whole.IsObject())
    for (const auto* name : {"$defs", "definitions"})
      if (const auto* definitions = json::find(root, name);
          definitions && definitions->IsObject()) {
        json::value wrapped{rapidjson::kObjectType};
        wrapped.AddMember(rapidjson::StringRef(name), json::value{*definitions, out.GetAllocator()},
                          out.GetAllocator());
        auto copied = writer.schema(wrapped, 0);
        whole.RemoveMember(name);
        whole.AddMember(rapidjson::StringRef(name), std::move(copied[name]), out.GetAllocator());
      }
  if (writer.too_deep())
    return error{.code = errc::config_invalid,
                 .message = "the schema cannot be sent: it is nested too deeply",
                 .param = {}};
  static_cast<json::value&>(out) = std::move(whole);
  return out;
}

} // namespace hedgerow::lowering
