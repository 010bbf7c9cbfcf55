#pragma once

#include "contracts/schema.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>

namespace hedgerow {

/// How many tests of a suite gave the verdict that it wants.
struct suite_tally {
  std::size_t right = 0;
  std::size_t wrong = 0;
};

/// Runs every `.json` file below `folder`, which is in the format of the official
/// JSON-Schema-Test-Suite, and prints right and wrong per file, then per draft, with each test that
/// is wrong; as JSON, one object a line. All tests of a schema that does not compile are wrong.
///
/// A file's draft is that of the last folder on its way, `folder` and those above it included, that
/// is called draft4, draft6, draft7, draft2019-09 or draft2020-12; else that of `defaults`. Below a
/// folder `optional/format` formats are assertions, as the suite wants it.
///
/// Errors: the folder or a file in it cannot be read, or there is no test.
result<suite_tally> run_suite(const std::string& folder, const schema_options& defaults,
                              bool as_json, std::ostream& out);

} // namespace hedgerow
