#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::config {

/// The name in `known` that `name` was probably meant to be, or an empty view.
std::string_view nearest(std::string_view name, const std::vector<std::string>& known);

/// ` (did you mean `x`?)` or nothing, to be put behind what is unknown.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

/// `a, b, c`; at most the first 12.
std::string listed(const std::vector<std::string>& names);

/// Whether `name` may name a task, route, provider or contract: 1 to 64 of `A-Za-z0-9_.-`, starting
/// with a letter or digit. Such a name can stand in a URL, a header and a metric's label.
bool is_name(std::string_view name);

/// `text` between backticks, cut where it is long.
std::string ticked(std::string_view text);

} // namespace hedgerow::config
