#pragma once

#include "contracts/schema_program.hpp"
#include "contracts/schema_scratch.hpp"
#include "contracts/schema_words.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hedgerow {

/// What one check knows and has used up so far.
struct check_state {
  /// The resources that the check is inside of; a list on the stack.
  struct scope {
    resource_id resource = 0;
    const scope* outer = nullptr;
  };

  const schema_program& code;
  scratch& room;
  const scope* around = nullptr;
  unsigned depth = 0;
  std::size_t work = 0;
  /// Why the check was given up; null: it was not.
  const char* gave_up = nullptr;
  /// Where violations go, and how many are wanted.
  std::vector<violation>* found = nullptr;
  std::size_t found_max = 0;

  /// Takes note of some work; false if that was too much, now or before.
  bool spend(std::size_t amount);

  /// Always false.
  bool give_up(const char* why);
};

/// Where the quiet checker stands: nobody will ask.
struct nowhere {};

/// Runs a program on a value. Every step exists twice: quiet it stops at the first mistake and
/// builds nothing, loud it tells all that is wrong. Internal to `schema_check*.cpp`.
template <bool loud>
class schema_checker {
public:
  using where = std::conditional_t<loud, place, nowhere>;

  explicit schema_checker(check_state& state) : state_{state}, code_{state.code} {}

  /// Whether `x` at `at` keeps the subschema `id`. What is looked at goes to `seen`, if not null.
  bool valid(node_id id, const json::value& x, const where& at, marks* seen) const;

private:
  /// What a rule sees.
  struct frame {
    const schema_node& node;
    const json::value& x;
    const where& at;
    marks* seen = nullptr;
  };

  /// What became of one member.
  struct outcome {
    bool kept = false;
    bool looked_at = false;
  };

  static where member_at(std::string_view name, const frame& f) {
    if constexpr (loud)
      return {.what = place::kind::member, .parent = &f.at, .member = name};
    else
      return {};
  }

  static where item_at(std::size_t i, const frame& f) {
    if constexpr (loud)
      return {.what = place::kind::item, .parent = &f.at, .item = i};
    else
      return {};
  }

  bool inside(const frame& f, std::uint8_t types) const;
  bool entered(const frame& f, std::uint8_t types) const;
  bool tracked(const frame& f, std::uint8_t types) const;
  bool rules(const frame& f, std::uint8_t types) const;
  bool keeps(const schema_rule& r, const frame& f) const;
  bool keeps_inner(const schema_rule& r, const frame& f) const;

  bool wrong_type(const frame& f) const;
  bool number(const schema_rule& r, const frame& f) const;
  bool count(const schema_rule& r, const frame& f, std::size_t n) const;
  bool characters(const schema_rule& r, const frame& f) const;
  bool matching(const schema_rule& r, const frame& f) const;
  bool formatted(const schema_rule& r, const frame& f) const;
  bool one_of_values(const schema_rule& r, const frame& f) const;
  bool constant(const schema_rule& r, const frame& f) const;

  bool members(const member_rules& m, const frame& f) const;
  outcome other_member(const member_rules& m, std::string_view name, const json::value& x,
                       const frame& f, outcome so_far) const;
  bool has_all(std::span<const std::string_view> names, keyword word, const frame& f) const;
  bool member_names(const schema_rule& r, const frame& f) const;
  bool dependents(const schema_rule& r, const frame& f) const;
  bool unevaluated_members(const schema_rule& r, const frame& f) const;

  bool items(const item_rules& r, const frame& f) const;
  bool contains(const contains_rules& r, const frame& f) const;
  bool unique_items(const frame& f) const;
  bool equal_items(const frame& f, std::size_t a, std::size_t b) const;
  bool unevaluated_items(const schema_rule& r, const frame& f) const;

  bool all_of(const schema_rule& r, const frame& f) const;
  bool any_of(const schema_rule& r, const frame& f) const;
  bool exactly_one_of(const schema_rule& r, const frame& f) const;
  bool none_of(const schema_rule& r, const frame& f) const;
  bool condition(const condition_rules& r, const frame& f) const;
  bool dynamic_reference(const schema_rule& r, const frame& f) const;
  bool branch(node_id id, const frame& f) const;
  bool fail_branches(const schema_rule& r, const frame& f) const;

  /// Whether to go on after a mistake.
  bool goes_on() const {
    return loud && state_.gave_up == nullptr && state_.found->size() < state_.found_max;
  }

  /// Always false. `words` end the sentence that starts with where the value is; they are only
  /// asked for where somebody listens.
  template <class Words>
  bool fail(const frame& f, keyword word, Words words) const {
    if constexpr (loud)
      if (goes_on())
        note(f, word, words());
    return false;
  }

  void note(const frame& f, keyword word, const std::string& words) const requires loud;

  check_state& state_;
  const schema_program& code_;
};

} // namespace hedgerow
