#pragma once

#include "actors/rules.hpp"
#include "app/config/section.hpp"

#include <memory>
#include <string>

namespace hedgerow::config {

/// Reads the rules file `name`, with findings that name it. Null where it cannot be used.
std::shared_ptr<const rule_set> read_rules(reading& all, const node& at, const std::string& key,
                                           const std::string& name);

} // namespace hedgerow::config
