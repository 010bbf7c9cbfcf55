#pragma once

#include "app/config/configuration.hpp"
#include "app/config/finding.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow {

/// What reading a file gave: all that is wrong with it and, if none of that is an error, what it
/// says.
struct read_result {
  std::optional<configuration> config;
  std::vector<finding> findings;
};

/// Reads a configuration file, and from the environment which proxies lead to its providers. Files
/// it names are looked for in its own folder.
read_result read_configuration(const std::string& path);

/// The same for text in hand, without proxies. `name` stands in findings; `files` are the ones it
/// may name.
read_result read_configuration_text(const std::string& text, const std::string& name,
                                    const std::map<std::string, std::string>& files = {});

/// The JSON Schema (2020-12) of the file, for editors.
std::string configuration_schema();

} // namespace hedgerow
