#pragma once

#include "contracts/lowering_dialect.hpp"
#include "contracts/lowering_source.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The walk through a schema that writes it anew in a dialect.
namespace hedgerow::lowering {

/// Objects and arrays in each other, where every member is required: OpenAI's limit.
constexpr unsigned nesting_max = 10;

/// Where the walk stands.
struct scope {
  unsigned depth = 0;
  /// Objects and arrays around this one, within its definition.
  unsigned nesting = 0;
  /// Below a member that may be absent, within its definition.
  bool optional = false;
  bool root = false;
  /// A reference is followed even where it could be kept.
  bool follow = false;
  /// The choices that have been made already, and into how many copies.
  std::vector<const json::value*> taken;
  std::size_t copies = 1;

  /// One level further in.
  scope inner(bool in_optional = false) const;
};

/// A schema in the dialect: the alternatives of a value, each of one type, and what is said of all.
struct expressed {
  std::vector<json::value> either;
  std::string title;
  std::string description;
};

/// `nodes` without repetition.
std::vector<json::value> distinct(std::vector<json::value> nodes);

/// A schema that others refer to.
struct definition {
  part from;
  std::string name;
};

/// Writes schemas of one source in one dialect. The first thing that cannot be expressed ends the
/// walk: `failed` then says what, and all that is still returned is nothing.
class walk {
public:
  using memory = json::document::AllocatorType;

  walk(const source& from, const dialect& to, memory& allocator);

  /// The whole: the root, with its definitions.
  std::optional<json::value> document();

  const std::optional<error>& failed() const { return failed_; }
  std::vector<std::string> dropped() const;
  const std::set<std::string>& narrowed() const { return narrowed_; }

private:
  /// One definition refers to another.
  struct edge {
    std::size_t from;
    std::size_t to;
    bool optional;
  };

  /// What all of `parts` say; nothing if no value satisfies them, or the walk has failed.
  std::optional<expressed> express(const std::vector<part>& parts, const scope& s);
  json::value sealed(expressed x);

  expressed reference(const part& x, std::string_view ref, const scope& s);
  std::vector<json::value> united(const conjunction& x, const choice& one, const scope& s);
  std::vector<json::value> branches_of(const choice& one, const std::vector<part>& base,
                                       const scope& s);
  std::vector<json::value> anything(const std::vector<part>& parts);
  std::vector<json::value> typed(const conjunction& x, const scope& s);
  std::optional<json::value> scalar(const conjunction& x, std::uint8_t types,
                                    const std::vector<const json::value*>* values);
  void write_enum(json::value& to, const std::vector<const json::value*>& values);
  std::optional<json::value> object(const conjunction& x, const scope& s);
  std::optional<json::value> array(const conjunction& x, const scope& s);

  struct members;
  members members_of(const conjunction& x);
  static bool names_more(const json::value& x, const members& all);
  bool may_close(const conjunction& x, const members& all);
  static bool forbids_unevaluated(const conjunction& x, const members& all);
  void drop_unevaluated(const conjunction& x, const members& all);
  bool write_members(json::value& to, const members& all, const part& at, const scope& s);
  bool write_other_members(json::value& to, const members& all, const conjunction& x,
                           const scope& s);
  bool write_items(json::value& to, const conjunction& x, const scope& s);
  std::optional<json::value> mixed_items(const tuple& x, const scope& s);

  void annotate(expressed& to, const conjunction& x);
  void write_limits(json::value& to, const conjunction& x, std::uint8_t types);
  void write_limit(json::value& to, const conjunction& x, const limit_keyword& keyword);
  void drop_values(const conjunction& x);
  void drop_inexpressible(const conjunction& x, std::uint8_t types);
  /// Notes that `keyword` of `x` does not go along, and tells it in words.
  void drop(const part& x, std::string_view keyword, const json::value& value);

  /// All definitions that `whole` refers to, or they to each other.
  json::value definitions_for(const json::value& whole);
  /// The same for a member that may only be absent.
  void drop_member(const std::vector<part>& schemas, std::string_view name);
  void tell(const std::string& words);

  std::size_t defined(const part& x);
  bool has_circle() const;
  /// Whether there is depth and work left for a schema of `parts`; fails if not.
  bool enter(const std::vector<part>& parts, const scope& s);
  bool charge(const std::vector<part>& parts);
  bool charge(std::size_t work, const part& at);
  void fail(const part& at, std::string message);

  json::value text(std::string_view x) { return {x.data(), size_of(x), memory_}; }
  static rapidjson::SizeType size_of(std::string_view x) {
    return static_cast<rapidjson::SizeType>(x.size());
  }
  void add(json::value& to, std::string_view name, json::value x) {
    to.AddMember(text(name), std::move(x), memory_);
  }

  const source& from_;
  const dialect& to_;
  memory& memory_;
  std::optional<error> failed_;
  /// By pointer, with the sentence in its place.
  std::map<std::string, std::string> dropped_;
  std::set<std::string> narrowed_;
  /// What the schema that is being written cannot say but in words.
  std::string told_;
  std::vector<definition> definitions_;
  std::map<const json::value*, std::size_t> definition_of_;
  std::map<std::string, std::size_t, std::less<>> definition_named_;
  std::vector<edge> edges_;
  /// The definition that is being written; the root is 0.
  std::size_t current_ = 0;
  std::size_t schemas_ = 0;
  std::size_t work_ = 0;
};

} // namespace hedgerow::lowering
