#include "tests/contracts/lowering_world.hpp"

#include "contracts/schema.hpp"

#include <utility>

namespace hedgerow {
namespace {

using allocator = json::document::AllocatorType;

/// `x` with `nullable: true` written out, for a checker that does not know it.
json::value without_nullable(const json::value& x, allocator& memory) {
  if (x.IsArray()) {
    json::value out{rapidjson::kArrayType};
    for (const auto& item : x.GetArray())
      out.PushBack(without_nullable(item, memory), memory);
    return out;
  }
  if (!x.IsObject())
    return {x, memory};
  json::value plain{rapidjson::kObjectType};
  bool nullable = false;
  for (const auto& [name, value] : x.GetObject()) {
    if (json::text_of(name) == "nullable" && value.IsTrue())
      nullable = true;
    else
      plain.AddMember(json::value{name, memory}, without_nullable(value, memory), memory);
  }
  if (!nullable)
    return plain;
  json::value null{rapidjson::kObjectType};
  null.AddMember("type", "null", memory);
  json::value either{rapidjson::kArrayType};
  either.PushBack(plain, memory).PushBack(null, memory);
  json::value out{rapidjson::kObjectType};
  out.AddMember("anyOf", either, memory);
  return out;
}

/// Gives absent members of `x` the null that a strict schema wants.
class nulls {
public:
  nulls(const json::value& root, allocator& memory) : root_{root}, memory_{memory} {}

  void fill(json::value& x, const json::value& shape) {
    if (const auto* ref = json::find(shape, "$ref"))
      return fill(x, *json::at(root_, json::text_of(*ref).substr(1)));
    if (const auto* branches = json::find(shape, "anyOf"))
      return fill_by_branch(x, *branches);
    if (const auto* items = json::find(shape, "items"); items != nullptr && x.IsArray())
      for (auto& item : x.GetArray())
        fill(item, *items);
    const auto* members = json::find(shape, "properties");
    if (members == nullptr || !x.IsObject())
      return;
    for (const auto& [name, member] : members->GetObject()) {
      if (!x.HasMember(name))
        x.AddMember(json::value{name, memory_}, json::value{}, memory_);
      else
        fill(x[name], member);
    }
  }

private:
  void fill_by_branch(json::value& x, const json::value& branches) {
    for (const auto& branch : branches.GetArray()) {
      json::value tried{x, memory_};
      fill(tried, branch);
      if (satisfies(tried, branch, root_)) {
        x = std::move(tried);
        return;
      }
    }
  }

  const json::value& root_;
  allocator& memory_;
};

json::document filled(const json::value& x, const json::value& shape) {
  auto out = copied(x);
  nulls{shape, out.GetAllocator()}.fill(out, shape);
  return out;
}

} // namespace

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

bool satisfies(const json::value& x, const json::value& part, const json::value& root) {
  auto whole = copied(part);
  const auto* definitions = json::find(root, "$defs");
  if (definitions != nullptr && whole.IsObject() && !whole.HasMember("$defs"))
    whole.AddMember("$defs", json::value{*definitions, whole.GetAllocator()}, whole.GetAllocator());
  return schema::compile(whole).value().check(x).empty();
}

json::document copied(const json::value& x) {
  json::document out;
  out.CopyFrom(x, out.GetAllocator());
  return out;
}

result<lowered> lowered_to(schema_dialect to, std::string_view source) {
  return lower(json::parse(source).value(), to);
}

std::string sent(schema_dialect to, std::string_view source) {
  const auto x = lowered_to(to, source);
  return x ? x->schema : x.error().message + " @" + x.error().param;
}

bool is_sent(schema_dialect to, std::string_view source) {
  return lowered_to(to, source).has_value();
}

std::string with_a(std::string_view shape) {
  return R"({"type":"object","properties":{"a":)" + std::string{shape}
         + R"(},"required":["a"],"additionalProperties":false})";
}

json::document checkable(const lowered& x, schema_dialect to) {
  const auto shape = parsed(x.schema);
  json::document out;
  if (to == schema_dialect::gemini_openapi)
    static_cast<json::value&>(out) = without_nullable(shape, out.GetAllocator());
  else
    out.CopyFrom(shape, out.GetAllocator());
  return out;
}

bool passes(const json::value& x, const lowered& shape, schema_dialect to) {
  const auto checked = checkable(shape, to);
  const auto compiled = schema::compile(checked).value();
  if (to == schema_dialect::openai_strict)
    return compiled.check(filled(x, checked)).empty();
  return compiled.check(x).empty();
}

} // namespace hedgerow
