#pragma once

#include "app/rehearse/rehearsal.hpp"

#include <string>

namespace hedgerow {

/// The report for programs: one JSON object on one line. Times are milliseconds and their names end
/// in `_ms` (of percentiles: `p999_ms`), money is USD (`_usd`), shares are 0 to 1 (`_share`,
/// `_rate`). `all` has the figures of all tasks as one; each of its percentiles is that of the
/// slowest task, as `percentiles_of` says.
std::string report_json(const rehearsal& x);

} // namespace hedgerow
