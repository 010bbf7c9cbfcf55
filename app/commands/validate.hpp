#pragma once

#include "contracts/schema.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>

namespace hedgerow {

/// `hedgerow validate (--schema FILE | --contract NAME -c CONFIG | --suite DIR) …`; exactly one of
/// the three is not empty.
struct validate_options {
  /// File with the JSON Schema.
  std::string schema_file;
  /// A contract, and the configuration that has it.
  std::string contract;
  std::string config_file;
  /// Folder in the format of the official JSON-Schema-Test-Suite.
  std::string suite;

  /// Of schemas without `$schema`.
  draft without_schema = draft::draft2020;
  /// Folder whose file F a schema can refer to as `http://localhost:1234/F`; empty: none.
  std::string remotes;
  /// `format` is an assertion.
  bool formats = false;
  /// Mend what can be mended before checking; a contract says that itself.
  bool repair = false;
  /// Each line is a JSON string that holds a model's text, else it is that text.
  bool raw = false;
  bool as_json = false;
  std::size_t line_bytes_max = 64u << 20;
};

/// Reads one answer a line from `in` and prints a verdict a line on `out`, in order; or runs the
/// suite, reading nothing. Holds one line at a time. `err` gets what is not a verdict: a summary
/// for people, and why nothing could be checked.
///
/// Returns the exit status: 0 if all is valid (the suite: right), 1 if something is not, 2 if the
/// schema does not compile or something cannot be read.
int validate(const validate_options& options, std::istream& in, std::ostream& out,
             std::ostream& err);

} // namespace hedgerow
