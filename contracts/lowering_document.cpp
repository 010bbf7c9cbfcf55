#include "contracts/json_compare.hpp"
#include "contracts/lowering_walk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

/// The parts of `walk` that keep the whole together: root, definitions, and how much is enough.
namespace hedgerow::lowering {
namespace {

constexpr unsigned depth_max = 64;
constexpr std::size_t schemas_max = 10'000;
/// Members, items and 64 bytes of text each count as one.
constexpr std::size_t work_max = 500'000;

/// How much there is to look at in `x` itself, without the schemas below.
std::size_t work_in(const json::value& x) {
  std::size_t work = 1;
  if (!x.IsObject())
    return work;
  for (const auto& [key, value] : x.GetObject()) {
    const auto name = json::text_of(key);
    if (name == "enum" || name == "const" || value.IsString())
      work += json::weight(value);
    else if (value.IsArray())
      work += value.Size();
    else if (value.IsObject())
      work += value.MemberCount();
    ++work;
  }
  return work;
}

/// The last token of `pointer`, as far as it can stand in a reference without escapes.
std::string plain_name(std::string_view pointer) {
  constexpr std::size_t bytes_max = 60;
  std::string name{pointer.substr(pointer.rfind('/') + 1).substr(0, bytes_max)};
  std::ranges::replace_if(
      name,
      [](char x) {
        const bool letter = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
        return !letter && !(x >= '0' && x <= '9') && x != '_' && x != '-' && x != '.';
      },
      '_');
  return name;
}

/// The definitions that a finished schema refers to, in order.
std::vector<std::string> references_in(const json::value& x) {
  std::vector<std::string> out;
  std::vector<const json::value*> open{&x};
  while (!open.empty()) {
    const auto& here = *open.back();
    open.pop_back();
    if (const auto ref = json::find_text(here, "$ref"); !ref.empty())
      out.emplace_back(ref.substr(ref.rfind('/') + 1));
    if (here.IsObject())
      for (auto i = here.MemberEnd(); i != here.MemberBegin();)
        open.push_back(&(--i)->value);
    if (here.IsArray())
      for (auto i = here.Size(); i-- > 0;)
        open.push_back(&here[i]);
  }
  return out;
}

} // namespace

scope scope::inner(bool in_optional) const {
  return {.depth = depth + 1,
          .nesting = nesting + 1,
          .optional = optional || in_optional,
          .root = false,
          .follow = false,
          .taken = {},
          .copies = copies};
}

walk::walk(const source& from, const dialect& to, memory& allocator)
    : from_{from},
      to_{to},
      memory_{allocator} {
  defined(from.root());
}

std::optional<json::value> walk::document() {
  scope top;
  top.root = top.follow = true;
  auto root = express({from_.root()}, top);
  if (!root)
    fail(from_.root(), "no value satisfies it");
  if (failed_)
    return std::nullopt;
  auto whole = sealed(std::move(*root));
  if (to_.root_is_object && json::find_text(whole, "type") != "object")
    fail(from_.root(), "it is not a single object");
  auto definitions = definitions_for(whole);
  if (to_.circles != recursion::anywhere && has_circle())
    fail(from_.root(), "it refers to itself");
  if (!definitions.ObjectEmpty())
    add(whole, "$defs", std::move(definitions));
  return failed_ ? std::nullopt : std::optional{std::move(whole)};
}

json::value walk::definitions_for(const json::value& whole) {
  json::value out{rapidjson::kObjectType};
  auto names = references_in(whole);
  for (std::size_t i = 0; i < names.size() && !failed_; ++i) {
    if (json::find(out, names[i]) != nullptr)
      continue;
    current_ = definition_named_.find(names[i])->second;
    const auto from = definitions_[current_].from;
    scope top;
    top.follow = true;
    auto shape = express({from}, top);
    if (!shape)
      fail(from, "no value satisfies it");
    else
      add(out, names[i], sealed(std::move(*shape)));
    if (!failed_)
      std::ranges::copy(references_in(*json::find(out, names[i])), std::back_inserter(names));
  }
  return out;
}

std::vector<std::string> walk::dropped() const {
  std::vector<std::string> out;
  for (const auto& [pointer, sentence] : dropped_)
    out.push_back(pointer);
  return out;
}

std::size_t walk::defined(const part& x) {
  const auto [known, is_new] = definition_of_.emplace(x.at, definitions_.size());
  if (!is_new)
    return known->second;
  const auto plain = x.pointer.empty() ? std::string{"root"} : plain_name(x.pointer);
  auto name = plain;
  for (std::size_t n = 2; !definition_named_.emplace(name, known->second).second; ++n)
    name = plain + '_' + std::to_string(n);
  definitions_.push_back({x, std::move(name)});
  return known->second;
}

/// Takes away definitions that refer to nothing that is left, until none is or the rest is a
/// circle.
bool walk::has_circle() const {
  std::vector<std::size_t> refers(definitions_.size(), 0);
  std::vector<std::vector<std::size_t>> referred_by(definitions_.size());
  for (const auto& [from, to, optional] : edges_)
    if (!optional || to_.circles == recursion::nowhere) {
      ++refers[from];
      referred_by[to].push_back(from);
    }
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < refers.size(); ++i)
    if (refers[i] == 0)
      free.push_back(i);
  for (std::size_t next = 0; next < free.size(); ++next)
    for (const auto from : referred_by[free[next]])
      if (--refers[from] == 0)
        free.push_back(from);
  return free.size() < definitions_.size();
}

bool walk::enter(const std::vector<part>& parts, const scope& s) {
  if (s.depth > depth_max)
    fail(parts.front(), "it is nested too deeply, or refers to itself");
  else if (++schemas_ > schemas_max)
    fail(parts.front(), "there is too much to send");
  return !failed_ && charge(parts);
}

bool walk::charge(const std::vector<part>& parts) {
  std::size_t work = 0;
  for (const auto& p : parts)
    work += work_in(*p.at);
  return charge(work, parts.empty() ? from_.root() : parts.front());
}

bool walk::charge(std::size_t work, const part& at) {
  work_ += work;
  if (work_ > work_max)
    fail(at, "there is too much to send");
  return !failed_;
}

void walk::fail(const part& at, std::string message) {
  if (!failed_)
    failed_ = error{.code = errc::config_invalid,
                    .message = "the schema cannot be sent: " + message,
                    .param = at.pointer};
}

} // namespace hedgerow::lowering
