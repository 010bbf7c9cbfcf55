#pragma once

#include "app/rehearse/markup.hpp"
#include "app/rehearse/rehearsal.hpp"

/// The figures of a rehearsal as HTML tables. Each stands in a region that can be scrolled by keys
/// where it is wider than the screen.
namespace hedgerow::report {

/// All figures, a column for each task and, of several, one for all together.
void add_task_table(markup& out, const rehearsal& x);

/// The figures of a task in each slice.
void add_slice_table(markup& out, const rehearsal& of, const played_task& x);

/// A row for each route.
void add_route_table(markup& out, const rehearsal& x);

/// A row for each spell of each route's breaker.
void add_breaker_table(markup& out, const rehearsal& x);

/// Calls in each slice, a column for each route.
void add_calls_table(markup& out, const rehearsal& x);

} // namespace hedgerow::report
