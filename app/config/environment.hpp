#pragma once

#include "app/config/yaml.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::config {

/// The value of an environment variable, if it is set.
using environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The variables of this process.
environment process_environment();

/// Replaces `${NAME}` and `${NAME:-default}` in `text`; the default also stands for an empty
/// variable. What goes in is not looked at again. Appends a sentence to `problems` for each that
/// cannot be replaced.
std::string substitute(std::string_view text, const environment& variables,
                       std::vector<std::string>& problems);

} // namespace hedgerow::config
