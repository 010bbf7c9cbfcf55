#pragma once

#include "app/rehearse/rehearsal.hpp"

#include <string>

namespace hedgerow {

/// The report as one HTML page that needs nothing else: no scripts, fonts or pictures from
/// elsewhere. Charts are SVG with a title and a description, each beside its figures as a table;
/// every text that comes from a file is escaped. Times are `m:ss` from the start.
std::string report_html(const rehearsal& x);

} // namespace hedgerow
