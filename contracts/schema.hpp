#pragma once

#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// One way in which an output breaks its contract.
struct violation {
  /// JSON pointer into the output; empty: the whole of it. A name of more than 60 bytes is cut.
  std::string pointer;
  /// The schema keyword or contract term that is broken, for example `required` or `max_length`.
  std::string keyword;
  /// A sentence that a model or a person can act on.
  std::string message;
  /// JSON pointer into the schema; empty for terms that are no schema's.
  std::string schema_pointer;
};

/// The drafts of JSON Schema that are understood.
enum class draft : std::uint8_t { draft4, draft6, draft7, draft2019, draft2020 };

/// JSON texts by their absolute URI, without a fragment: what a `$ref` may reach beside the schema
/// itself. Nothing is ever fetched. The metaschemas of all drafts are built in.
using schema_documents = std::map<std::string, std::string, std::less<>>;

/// How a schema is to be read.
struct schema_options {
  /// The draft of a schema that has no `$schema`.
  draft without_schema = draft::draft2020;
  /// Whether `format` is an assertion; else it is a mere annotation.
  bool formats = false;
  /// Only read while compiling; null: none.
  const schema_documents* remotes = nullptr;
};

struct schema_program;

/// A JSON Schema, compiled once, checked often and from any thread.
class schema {
public:
  /// Compiles `source`. Errors: `config_invalid`, with the pointer of the keyword at fault as
  /// `param`. Definitions that nothing refers to are not looked at.
  static result<schema> compile(const json::value& source, const schema_options& options = {});

  /// The same for JSON text.
  static result<schema> compile(std::string_view source, const schema_options& options = {});

  /// Everything in `x` that breaks the schema, at most `most` entries; empty: `x` is valid.
  /// Work and depth are bounded: what passes the bound is one violation, with the keyword `limit`.
  /// Allocates nothing if `x` is valid, but for patterns, host names, numbers of more than 64 bits
  /// and notes on arrays and objects of thousands of items.
  std::vector<violation> check(const json::value& x, std::size_t most = 16) const;

  /// The schema as compact JSON text, as it is sent to providers.
  const std::string& text() const;

  /// The compiled form, for those that walk it: `contracts/schema_program.hpp`.
  const schema_program& program() const { return *code_; }

private:
  explicit schema(std::shared_ptr<const schema_program> code);

  std::shared_ptr<const schema_program> code_;
};

} // namespace hedgerow
