#pragma once

#include "app/config/draft.hpp"
#include "app/config/reader.hpp"

namespace hedgerow::config {

/// Tells each part of `x` its own name.
draft with_names(draft x);

/// Puts what names mean in the place of the names. A name of nothing is reported.
configuration link(reader& in, const node& root, const draft& from);

/// Reports what is wrong between parts that are right by themselves: rungs that cannot be reached,
/// routes that are not what the task needs, rules that break the contract, limits that contradict
/// each other.
void check_server(reader& in, const node& root, const configuration& x);
void check_tasks(reader& in, const node& root, const draft& x);

/// The same for the answers of one rung's rules.
void check_rules(reader& in, const std::string& task, const rules_file& rules,
                 const contract& must);

} // namespace hedgerow::config
