#pragma once

#include "app/rehearse/chart.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

/// The charts of a rehearsal's report, each one `svg` element in the given layout.
namespace hedgerow::report {

/// A part of the requests of a slice, as the charts stack them.
struct layer {
  /// The style class, which gives colour and pattern.
  std::string_view kind;
  std::string_view label;
  std::size_t (*of)(const task_slice& x);
};

/// The layers that `x` has something in, and always `answered`: from the bottom, what went wrong
/// first, so that little of it still shows against the axis.
std::vector<layer> layers_of(const played_task& x);

/// Requests of each slice by how they ended. `id` is unique on the page.
void draw_outcomes(markup& out, const rehearsal& of, const played_task& x, const chart_size& size,
                   std::string_view id);

/// Whether its latencies are spread so far that their axis is logarithmic.
bool has_wide_latencies(const played_task& x);

/// p50, p99 and p99.9 of each slice. Requires: a slice in which something was answered.
void draw_latencies(markup& out, const rehearsal& of, const played_task& x, const chart_size& size,
                    std::string_view id);

/// A band for each route: thin where its breaker was closed, half as high as half-open, high as
/// open.
void draw_breakers(markup& out, const rehearsal& of, const chart_size& size);

/// Calls begun in each slice, a panel for each route, all to the same scale.
void draw_calls(markup& out, const rehearsal& of, const chart_size& size);

} // namespace hedgerow::report
