#pragma once

#include <string>

namespace hedgerow {

struct check_options {
  bool strict = false;
  bool as_json = false;
};

/// Prints all that is wrong with `file`, then what each task's ladder does at worst. Returns the
/// exit status: 0 good (warnings are, unless `strict`), 1 not.
int check(const std::string& file, check_options how);

} // namespace hedgerow
