#pragma once

#include "app/config/fields.hpp"
#include "app/simulator/delivery.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Reads when and how a reply leaves; see script_reader.hpp for the keys.
namespace hedgerow::simulated {

using config::fields;
using config::findings_of_file;

/// The member `name` of `from`; nothing waits if it is absent.
latency read_latency(fields& from, std::string_view name, findings_of_file& found);

std::optional<drip> read_drip(fields& from, findings_of_file& found);

/// A step's `stream`.
telling read_telling(const config::node& x, std::string path, findings_of_file& found);

} // namespace hedgerow::simulated
