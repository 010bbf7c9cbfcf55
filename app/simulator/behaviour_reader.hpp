#pragma once

#include "app/config/fields.hpp"
#include "app/simulator/script.hpp"

#include <filesystem>

namespace hedgerow::simulated {

using config::fields;
using config::findings_of_file;

/// Reads what a step does; see script_reader.hpp for the keys. Paths are relative to `folder`.
behaviour read_behaviour(fields& from, findings_of_file& found,
                         const std::filesystem::path& folder);

} // namespace hedgerow::simulated
