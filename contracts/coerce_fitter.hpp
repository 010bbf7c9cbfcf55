#pragma once

#include "contracts/coerce_members.hpp"
#include "contracts/coerce_scalar.hpp"
#include "contracts/repair.hpp"
#include "contracts/schema_checker.hpp"
#include "contracts/written_numbers.hpp"

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hedgerow::coercion {

/// What became of a value on its way to a subschema.
struct outcome {
  enum class kind : std::uint8_t { kept, changed, failed };

  kind what = kind::kept;
  /// Of `changed`.
  json::value value;
  std::vector<change> changes;

  bool failed() const { return what == kind::failed; }
};

outcome kept();
outcome failed();

/// The value that replaces the one at `at`; `message` says how it came about.
outcome changed(json::value x, const place& at, std::string message);

/// The type of `x` as a set; of a number without fraction both `integer` and `number`.
std::uint8_t type_of(const json::value& x);

inline bool has_type(std::uint8_t types, const json::value& x) { return (types & type_of(x)) != 0; }

/// A value while one rule after another works on it.
class work_piece {
public:
  explicit work_piece(const json::value& x) : now_{&x} {}

  const json::value& now() const { return *now_; }

  /// Takes over what a rule made of the value; false: the rule cannot be kept.
  bool take(outcome x) {
    if (x.what == outcome::kind::changed) {
      own_ = std::move(x.value);
      now_ = &own_;
      std::ranges::move(x.changes, std::back_inserter(changes_));
    }
    return !x.failed();
  }

  outcome done() {
    if (changes_.empty())
      return kept();
    return {
        .what = outcome::kind::changed, .value = std::move(own_), .changes = std::move(changes_)};
  }

private:
  const json::value* now_;
  json::value own_;
  std::vector<change> changes_;
};

/// Brings values to subschemas. Each step makes a new value where something changes and leaves the
/// old one as it is, so that a branch that leads nowhere costs no undoing. Internal to
/// `coerce*.cpp`.
class fitter {
public:
  fitter(const schema_program& code, json::document& x, std::string_view text)
      : code_{code},
        root_{x},
        text_{text},
        memory_{x.GetAllocator()},
        check_{.code = code, .room = room_} {}

  outcome fit(node_id node, const json::value& x, const place& at);

private:
  bool accepts(node_id node, const json::value& x);
  outcome bend(node_id node, const json::value& x, const place& at);
  outcome convert(node_id node, const json::value& x, const place& at);
  outcome convert_text(node_id node, const json::value& x, const place& at);
  outcome converted(node_id node, json::value x, const place& at, const char* message);
  std::optional<outcome> unwrapped(node_id node, const json::value& x, const place& at);
  outcome apply(const schema_rule& r, const json::value& x, const place& at);
  outcome fit_value(const json::value& x, const json::value& wanted, const place& at);
  outcome fit_branches(std::span<const node_id> nodes, const json::value& x, const place& at);
  outcome fit_best(std::span<const node_id> nodes, const json::value& x, const place& at);
  outcome fit_items(const item_rules& r, const json::value& x, const place& at);
  outcome fit_members(const member_rules& r, const json::value& x, const place& at);
  outcome fit_member(const member_step& x, const place& at);
  std::string text_of(const json::value& number);
  json::value copied(const json::value& x) { return {x, memory_}; }

  const schema_program& code_;
  const json::value& root_;
  std::string_view text_;
  memory& memory_;
  scratch room_;
  check_state check_;
  int depth_ = 0;
  std::optional<written_numbers> numbers_;
};

} // namespace hedgerow::coercion
