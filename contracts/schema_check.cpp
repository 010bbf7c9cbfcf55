#include "contracts/json_compare.hpp"
#include "contracts/schema_program.hpp"
#include "contracts/schema_words.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow {
namespace {

/// Subschemas within subschemas; a schema that refers to itself without moving on ends here.
constexpr unsigned depth_max = 1000;
/// Rules, values and 64 bytes of text looked at; about half a second.
constexpr std::size_t work_max = 10'000'000;

std::uint8_t types_of(const json::value& x) {
  switch (x.GetType()) {
  case rapidjson::kNullType:
    return null_type;
  case rapidjson::kFalseType:
  case rapidjson::kTrueType:
    return boolean_type;
  case rapidjson::kStringType:
    return string_type;
  case rapidjson::kArrayType:
    return array_type;
  case rapidjson::kObjectType:
    return object_type;
  case rapidjson::kNumberType:
    break;
  }
  return json::is_integral(x) ? number_type | integer_type : number_type;
}

bool keeps(const rules::number_limit& rule, const json::value& x) {
  using kind = rules::number_limit::kind;
  if (rule.what == kind::multiple)
    return json::is_multiple(x, *rule.limit);
  const auto order = json::compare_numbers(x, *rule.limit);
  switch (rule.what) {
  case kind::minimum:
    return std::is_gteq(order);
  case kind::maximum:
    return std::is_lteq(order);
  case kind::above:
    return std::is_gt(order);
  default:
    return std::is_lt(order);
  }
}

std::string_view words_of(rules::number_limit::kind what) {
  using kind = rules::number_limit::kind;
  switch (what) {
  case kind::minimum:
    return "must be at least ";
  case kind::maximum:
    return "must be at most ";
  case kind::above:
    return "must be greater than ";
  case kind::below:
    return "must be less than ";
  case kind::multiple:
    break;
  }
  return "must be a multiple of ";
}

/// What it costs to look at all of `x` if it is a string.
std::size_t text_work(const json::value& x) { return x.IsString() ? x.GetStringLength() / 64 : 0; }

bool matches(const RE2& regex, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, regex);
}

bool is_nearer(const violation& a, const violation& b) {
  if (a.pointer.size() != b.pointer.size())
    return a.pointer.size() > b.pointer.size();
  return b.keyword == "type" && a.keyword != "type";
}

/// One check of one value. Quiet (without `out_`) it stops at the first violation.
class checker {
public:
  explicit checker(const schema_program& code) : code_{code} {}

  std::vector<violation> run(const json::value& x, std::size_t most) {
    std::vector<violation> found;
    listen({.out = &found, .most = std::max<std::size_t>(most, 1)}, 0, x, {});
    if (gave_up_ != nullptr)
      found.assign(1,
                   {.pointer = "", .keyword = "limit", .message = gave_up_, .schema_pointer = ""});
    return found;
  }

private:
  /// Where violations go; `out` null: nowhere.
  struct listener {
    std::vector<violation>* out = nullptr;
    std::size_t most = 0;
  };

  /// What a rule sees.
  struct frame {
    const schema_node& node;
    const json::value& x;
    const place& at;
  };

  bool listen(listener to, node_id id, const json::value& x, const place& at) {
    const auto before = std::exchange(to_, to);
    const auto good = valid(id, x, at);
    to_ = before;
    return good;
  }

  bool quietly(node_id id, const json::value& x, const place& at) { return listen({}, id, x, at); }

  bool valid(node_id id, const json::value& x, const place& at) {
    if (depth_ == depth_max)
      return give_up("the value or its schema is nested too deeply to be checked");
    if (!spend(1))
      return false;
    ++depth_;
    const frame here{.node = code_.nodes[id], .x = x, .at = at};
    bool good = true;
    for (const auto& rule : here.node.rules) {
      const auto kept = std::visit([&](const auto& r) { return apply(r, here); }, rule);
      good = good && kept;
      if (!good && full())
        break;
    }
    --depth_;
    return good;
  }

  bool full() const {
    return gave_up_ != nullptr || to_.out == nullptr || to_.out->size() >= to_.most;
  }

  bool spend(std::size_t work) {
    work_ += work;
    return work_ <= work_max ? gave_up_ == nullptr
                             : give_up("the value takes too much work to be checked");
  }

  bool give_up(const char* why) {
    if (gave_up_ == nullptr)
      gave_up_ = why;
    return false;
  }

  /// `words` is only called where somebody listens.
  template <class Words>
  bool fail(const frame& f, std::string_view keyword, Words words) {
    if (full())
      return false;
    auto pointer = f.node.pointer;
    json::append_token(pointer, keyword);
    to_.out->push_back({.pointer = pointer_to(f.at),
                        .keyword = std::string{keyword},
                        .message = subject_of(f.at) + ' ' + words(),
                        .schema_pointer = std::move(pointer)});
    return false;
  }

  bool apply(const rules::never& rule, const frame& f) {
    if (full())
      return false;
    to_.out->push_back({.pointer = pointer_to(f.at),
                        .keyword = std::string{rule.keyword},
                        .message = subject_of(f.at) + " is not allowed",
                        .schema_pointer = f.node.pointer});
    return false;
  }

  bool apply(const rules::type& rule, const frame& f) {
    if ((types_of(f.x) & rule.allowed) != 0)
      return true;
    return fail(f, "type", [&] {
      const auto whole = (rule.allowed & integer_type) != 0 && f.x.IsNumber();
      return "must be " + kinds_of(rule.allowed) + ", not "
             + (whole ? shown(f.x) : std::string{kind_of(f.x)});
    });
  }

  bool apply(const rules::one_of_values& rule, const frame& f) {
    const auto same = [&](const json::value& v) { return json::equal(v, f.x); };
    if (!spend(rule.values->Size() + text_work(f.x)))
      return false;
    if (std::any_of(rule.values->Begin(), rule.values->End(), same))
      return true;
    return fail(f, "enum", [&] { return "must be one of " + listed(*rule.values); });
  }

  bool apply(const rules::constant& rule, const frame& f) {
    if (!spend(rule.wanted->GetType() == f.x.GetType() ? json::weight(f.x) : 0))
      return false;
    if (json::equal(*rule.wanted, f.x))
      return true;
    return fail(f, "const", [&] { return "must be " + shown(*rule.wanted); });
  }

  bool apply(const rules::number_limit& rule, const frame& f) {
    if (!f.x.IsNumber() || keeps(rule, f.x))
      return true;
    return fail(f, rule.keyword,
                [&] { return std::string{words_of(rule.what)} + shown(*rule.limit); });
  }

  bool apply(const rules::count_limit& rule, const frame& f) {
    using kind = rules::count_limit::kind;
    if (!spend(text_work(f.x)))
      return false;
    std::size_t n = 0;
    if (rule.what == kind::characters && f.x.IsString())
      n = utf8::length(json::text_of(f.x));
    else if (rule.what == kind::items && f.x.IsArray())
      n = f.x.Size();
    else if (rule.what == kind::members && f.x.IsObject())
      n = f.x.MemberCount();
    else
      return true;
    if (rule.at_least ? n >= rule.limit : n <= rule.limit)
      return true;
    return fail(f, rule.keyword, [&] {
      const auto noun = rule.what == kind::characters ? "character"
                        : rule.what == kind::items    ? "item"
                                                      : "member";
      return std::string{"must have at "} + (rule.at_least ? "least " : "most ")
             + counted(rule.limit, noun) + ", not " + std::to_string(n);
    });
  }

  bool apply(const rules::pattern& rule, const frame& f) {
    if (!f.x.IsString())
      return true;
    if (!spend(text_work(f.x)))
      return false;
    return matches(*rule.regex, json::text_of(f.x))
           || fail(f, "pattern", [&] { return "must match the pattern " + rule.regex->pattern(); });
  }

  bool apply(const rules::unique_items&, const frame& f) {
    if (!f.x.IsArray())
      return true;
    if (!spend(json::weight(f.x)))
      return false;
    std::vector<std::pair<std::size_t, rapidjson::SizeType>> hashes;
    hashes.reserve(f.x.Size());
    for (rapidjson::SizeType i = 0; i < f.x.Size(); ++i)
      hashes.emplace_back(json::hash(f.x[i]), i);
    std::ranges::sort(hashes);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      for (auto k = i + 1; k < hashes.size() && hashes[k].first == hashes[i].first; ++k) {
        if (!spend(json::weight(f.x[hashes[i].second])))
          return false;
        const auto [a, b] = std::minmax(hashes[i].second, hashes[k].second);
        if (json::equal(f.x[a], f.x[b]))
          return fail(f, "uniqueItems", [first = a, second = b] {
            return "must have no two equal items, but [" + std::to_string(first) + "] and ["
                   + std::to_string(second) + "] are";
          });
      }
    }
    return true;
  }

  bool apply(const rules::items& rule, const frame& f) {
    if (!f.x.IsArray())
      return true;
    bool good = true;
    for (rapidjson::SizeType i = 0; i < f.x.Size() && !(full() && !good); ++i) {
      const auto node = i < rule.first.size() ? std::optional{rule.first[i]} : rule.rest;
      if (!node)
        break;
      const place inner{.what = place::kind::item, .parent = &f.at, .item = i};
      good = valid(*node, f.x[i], inner) && good;
    }
    return good;
  }

  bool apply(const rules::contains& rule, const frame& f) {
    if (!f.x.IsArray())
      return true;
    std::size_t n = 0;
    for (rapidjson::SizeType i = 0; i < f.x.Size() && n <= rule.most; ++i) {
      const place inner{.what = place::kind::item, .parent = &f.at, .item = i};
      n += quietly(rule.wanted, f.x[i], inner) ? 1 : 0;
    }
    if (n < rule.least)
      return fail(f, "contains", [&] {
        return "must have at least " + counted(rule.least, "item")
               + " of the kind that \"contains\" describes, not " + std::to_string(n);
      });
    if (n > rule.most)
      return fail(f, "maxContains", [&] {
        return "must have at most " + counted(rule.most, "item")
               + " of the kind that \"contains\" describes";
      });
    return true;
  }

  bool apply(const rules::required& rule, const frame& f) {
    if (!f.x.IsObject())
      return true;
    bool good = true;
    for (const auto& name : rule.names) {
      if (!spend(1 + f.x.MemberCount() / 8))
        return false;
      if (json::find(f.x, name) != nullptr)
        continue;
      good = fail(f, "required", [&] { return "must have the member " + shown(name); });
      if (full())
        break;
    }
    return good;
  }

  bool apply(const rules::members& rule, const frame& f) {
    if (!f.x.IsObject())
      return true;
    bool good = true;
    for (const auto& member : f.x.GetObject()) {
      good = keeps_member(rule, member, f) && good;
      if (!good && full())
        break;
    }
    return good;
  }

  bool keeps_member(const rules::members& rule, const json::value::Member& member, const frame& f) {
    const auto name = json::text_of(member.name);
    const place inner{.what = place::kind::member, .parent = &f.at, .member = name};
    const auto named = std::ranges::lower_bound(
        rule.named, name, {}, [](const auto& x) { return std::string_view{x.first}; });
    bool known = named != rule.named.end() && named->first == name;
    bool good = !known || valid(named->second, member.value, inner);
    for (const auto& [regex, node] : rule.matching) {
      if (!spend(1 + name.size() / 64))
        return false;
      if (!matches(*regex, name))
        continue;
      known = true;
      good = valid(node, member.value, inner) && good;
    }
    return known || !rule.rest ? good : valid(*rule.rest, member.value, inner);
  }

  bool apply(const rules::names& rule, const frame& f) {
    if (!f.x.IsObject())
      return true;
    bool good = true;
    for (const auto& member : f.x.GetObject()) {
      const place inner{
          .what = place::kind::name, .parent = &f.at, .member = json::text_of(member.name)};
      good = valid(rule.name, member.name, inner) && good;
      if (!good && full())
        break;
    }
    return good;
  }

  bool apply(const rules::all_of& rule, const frame& f) {
    bool good = true;
    for (const auto branch : rule.branches) {
      good = valid(branch, f.x, f.at) && good;
      if (!good && full())
        break;
    }
    return good;
  }

  bool apply(const rules::any_of& rule, const frame& f) {
    const auto keeps_branch = [&](node_id branch) { return quietly(branch, f.x, f.at); };
    return std::ranges::any_of(rule.branches, keeps_branch)
           || fail_branches(rule.branches, "anyOf", f);
  }

  bool apply(const rules::exactly_one_of& rule, const frame& f) {
    std::size_t n = 0;
    for (auto i = rule.branches.begin(); i != rule.branches.end() && n < 2; ++i)
      n += quietly(*i, f.x, f.at) ? 1 : 0;
    if (n == 0)
      return fail_branches(rule.branches, "oneOf", f);
    return n == 1 || fail(f, "oneOf", [] {
             return std::string{"must match exactly one of the alternatives, but matches several"};
           });
  }

  /// Says which alternative was nearest: the one whose first violation lies deepest, and at the
  /// same depth rather one of the right type.
  bool fail_branches(const std::vector<node_id>& branches, std::string_view keyword,
                     const frame& f) {
    if (full())
      return false;
    std::optional<violation> nearest;
    for (const auto branch : branches) {
      std::vector<violation> first;
      listen({.out = &first, .most = 1}, branch, f.x, f.at);
      if (!first.empty() && (!nearest || is_nearer(first[0], *nearest)))
        nearest = std::move(first[0]);
    }
    return fail(f, keyword, [&] {
      const auto n = "must match one of " + counted(branches.size(), "alternative");
      return nearest ? n + "; the nearest one says: " + nearest->message : n;
    });
  }

  bool apply(const rules::none_of& rule, const frame& f) {
    return !quietly(rule.branch, f.x, f.at) || fail(f, "not", [] {
      return std::string{"must not be what the schema under \"not\" describes"};
    });
  }

  bool apply(const rules::condition& rule, const frame& f) {
    const auto& next = quietly(rule.test, f.x, f.at) ? rule.then : rule.otherwise;
    return !next || valid(*next, f.x, f.at);
  }

  bool apply(const rules::reference& rule, const frame& f) { return valid(rule.target, f.x, f.at); }

  const schema_program& code_;
  listener to_;
  unsigned depth_ = 0;
  std::size_t work_ = 0;
  const char* gave_up_ = nullptr;
};

} // namespace

std::vector<violation> check_schema(const schema_program& code, const json::value& x,
                                    std::size_t most) {
  return checker{code}.run(x, most);
}

} // namespace hedgerow
