#pragma once

#include "contracts/schema_program.hpp"
#include "contracts/schema_resources.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hedgerow {

/// Turns a schema into a program. Works with a list of what is still to do instead of recursion, so
/// that no chain of references is too long for the stack. The first mistake is kept and the rest is
/// compiled as if it were not. Internal to `schema_compile*.cpp`.
class schema_compiler {
public:
  schema_compiler(schema_program& out, const schema_options& options)
      : out_{out},
        resources_{options} {}

  /// Compiles `source` and all that it refers to.
  std::optional<error> run(json::document source);

private:
  /// A subschema that is being compiled, with its keywords.
  struct subschema {
    node_id id = 0;
    const json::value* source = nullptr;
    resource_id resource = 0;
    dialect how;
    std::array<const json::value*, keyword_count> given{};

    const json::value* operator[](keyword x) const { return given[static_cast<std::size_t>(x)]; }
  };

  struct pending {
    node_id id = 0;
    const json::value* source = nullptr;
  };

  void fail(std::string pointer, std::string_view what);
  void fail(const subschema& at, keyword word, std::string_view what);
  std::string below(const subschema& at, keyword word) const;
  std::string below(const subschema& at, keyword word, std::string_view token) const;
  node_id want(const schema_target& target, std::string_view held_by);
  node_id want(const subschema& at, const json::value& source, std::string pointer, keyword word);
  void add(schema_rule made) { out_.rules.push_back(made); }
  void compile(const pending& next);

  std::optional<node_id> inner(const subschema& at, keyword word);
  std::vector<node_id> inner_list(const subschema& at, keyword word);
  void for_each_inner(const subschema& at, keyword word,
                      const std::function<void(std::string_view, const json::value&)>& use);

  void compile_type(const subschema& at);
  void compile_values(const subschema& at);
  void compile_number(const subschema& at, keyword word, op what);
  void compile_numbers(const subschema& at);
  void compile_count(const subschema& at, keyword word, op what, type_bit applies);
  std::optional<std::uint32_t> count(const subschema& at, keyword word);
  void compile_text(const subschema& at);
  std::optional<std::uint32_t> pattern_number(std::string_view text, std::string pointer);

  void compile_array(const subschema& at);
  void compile_items(const subschema& at);
  void compile_contains(const subschema& at);
  void compile_object(const subschema& at);
  void compile_members(const subschema& at);
  void compile_required(std::span<const std::string_view> required);
  void compile_dependents(const subschema& at);

  void compile_branches(const subschema& at, keyword word, op what);
  void compile_in_place(const subschema& at);
  void compile_unevaluated(const subschema& at, keyword word, op what, type_bit applies);
  void compile_reference(const subschema& at, keyword word);
  std::optional<std::string> dynamic_name(const subschema& at, keyword word,
                                          std::string_view reference, const schema_target& found);
  void enter(resource_id id);
  void add_candidate(const std::string& name, const schema_target& target);
  void add_dynamic_target(std::uint32_t number, const schema_target& target);

  schema_program& out_;
  schema_resources resources_;
  std::unordered_map<const json::value*, node_id> known_;
  std::deque<pending> todo_;
  /// Patterns by text; each is compiled once.
  std::map<std::string, std::uint32_t, std::less<>> patterns_;
  std::set<resource_id> entered_;
  /// The dynamic anchors of the resources entered, by name; that of `$recursiveAnchor` is empty.
  std::map<std::string, std::vector<schema_target>> candidates_;
  /// The tables of those that are referred to.
  std::map<std::string, std::uint32_t> dynamic_;
  std::size_t pointer_bytes_ = 0;
  std::size_t pattern_instructions_ = 0;
  std::optional<error> failed_;
};

} // namespace hedgerow
