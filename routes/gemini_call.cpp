#include "routes/gemini_call.hpp"

#include <charconv>
#include <optional>

namespace hedgerow::gemini {
namespace {

constexpr unsigned items_max = 10'000;
constexpr int depth_max = 64;

/// One step of a path: a member's name or an item's number.
struct path_step {
  std::string_view name;
  std::optional<unsigned> item;
};

/// Takes the first step off `path`; nothing if there is none that makes sense.
std::optional<path_step> first_step(std::string_view& path) {
  const auto is_name = path.starts_with('.');
  const auto is_item = path.starts_with('[');
  if (!is_name && !is_item)
    return std::nullopt;
  path.remove_prefix(1);
  if (is_name) {
    const auto name = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(name.size());
    return name.empty() ? std::nullopt : std::optional{path_step{name, {}}};
  }
  const auto end = path.find(']');
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto inside = path.substr(0, end);
  path.remove_prefix(end + 1);
  if (inside.size() > 2 && inside.front() == inside.back()
      && (inside.front() == '\'' || inside.front() == '"'))
    return path_step{inside.substr(1, inside.size() - 2), {}};
  unsigned number = 0;
  const auto [stop, bad] = std::from_chars(inside.data(), inside.data() + inside.size(), number);
  if (bad != std::errc{} || stop != inside.data() + inside.size() || number >= items_max)
    return std::nullopt;
  return path_step{{}, number};
}

} // namespace

partial_call::partial_call(const json::value& part) {
  part_.CopyFrom(part, part_.GetAllocator());
  arguments_.SetObject();
  if (const auto* given = json::at(part, "/functionCall/args");
      given != nullptr && json::is_object(*given))
    arguments_.CopyFrom(*given, arguments_.GetAllocator());
}

void partial_call::take(const json::value& call) {
  const auto* pieces = json::find(call, "partialArgs");
  if (pieces == nullptr || !pieces->IsArray())
    return;
  for (const auto& x : pieces->GetArray()) {
    const auto path = json::find_text(x, "jsonPath");
    if (auto* place = place_of(path))
      put(*place, x);
    else
      bad_path_ = path.empty() ? "a part without a path" : path;
  }
}

/// Where `path` leads, made if it is not there; null if it makes no sense.
json::value* partial_call::place_of(std::string_view path) {
  if (!path.starts_with('$') || path.size() < 2)
    return nullptr;
  path.remove_prefix(1);
  auto& memory = arguments_.GetAllocator();
  json::value* at = &arguments_;
  for (int depth = 0; !path.empty(); ++depth) {
    const auto step = first_step(path);
    if (!step || depth == depth_max)
      return nullptr;
    if (at->IsNull())
      step->item ? at->SetArray() : at->SetObject();
    if (step->item ? !at->IsArray() : !at->IsObject())
      return nullptr;
    if (step->item) {
      while (at->Size() <= *step->item)
        at->PushBack(json::value{}, memory);
      at = &(*at)[*step->item];
      continue;
    }
    const json::value name{step->name.data(), static_cast<rapidjson::SizeType>(step->name.size()),
                           memory};
    if (!at->HasMember(name))
      at->AddMember(json::value{name, memory}, json::value{}, memory);
    at = &(*at)[name];
  }
  return at;
}

/// Texts come in pieces, other values whole.
void partial_call::put(json::value& to, const json::value& from) {
  auto& memory = arguments_.GetAllocator();
  if (const auto* text = json::find(from, "stringValue"); text != nullptr && text->IsString()) {
    auto all = to.IsString() ? std::string{json::text_of(to)} : std::string{};
    all += json::text_of(*text);
    to.SetString(all, memory);
    return;
  }
  for (const auto* name : {"numberValue", "boolValue"})
    if (const auto* value = json::find(from, name))
      to.CopyFrom(*value, memory);
}

std::string partial_call::whole() const {
  json::document out;
  auto& memory = out.GetAllocator();
  out.CopyFrom(part_, memory);
  auto& call = out["functionCall"];
  for (const auto* name : {"args", "partialArgs", "willContinue"})
    call.RemoveMember(name);
  json::value arguments;
  if (bad_path_.empty())
    arguments.CopyFrom(arguments_, memory);
  else
    arguments.SetString(bad_path_, memory);
  call.AddMember("args", arguments, memory);
  return json::compact(out);
}

} // namespace hedgerow::gemini
