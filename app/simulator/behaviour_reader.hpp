#pragma once

#include "app/simulator/script.hpp"
#include "app/simulator/script_fields.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace hedgerow::simulated {

/// All of the file, or nothing if it cannot be read or is larger than 64 MiB.
std::optional<std::string> bytes_of_file(const std::filesystem::path& file);

/// Reads what a step does; see script_reader.hpp for the keys. Paths are relative to `folder`.
behaviour read_behaviour(fields& from, findings_of_file& found,
                         const std::filesystem::path& folder);

} // namespace hedgerow::simulated
