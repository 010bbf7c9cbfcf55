#pragma once

#include "app/rehearse/rehearsal.hpp"

#include <string>

namespace hedgerow {

/// The report for people at a terminal: UTF-8 lines of at most 100 columns, the last one ended.
/// Control characters of names and sentences are shown as `?`.
std::string report_table(const rehearsal& x);

} // namespace hedgerow
