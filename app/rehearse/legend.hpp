#pragma once

#include "app/rehearse/chart.hpp"
#include "app/rehearse/markup.hpp"

#include <functional>
#include <string_view>
#include <vector>

/// What stands around a chart: its caption and what its colours and patterns mean.
namespace hedgerow::report {

/// One entry of a legend; `draw` fills a box of 20 by 12 pixels. Requires: what it was made of
/// outlives it.
struct key {
  std::string_view label;
  std::function<void(markup& out)> draw;
};

/// Of an area, a line or a band of the given style; `height` is at most 12.
key area_key(std::string_view kind, std::string_view label);
key line_key(std::string_view kind, std::string_view label);
key band_key(std::string_view kind, std::string_view label, double height);

void add_legend(markup& out, const std::vector<key>& keys);

/// A chart in both layouts, under its caption, what is shown (`of`) and its legend.
void add_figure(markup& out, std::string_view caption, std::string_view of,
                const std::vector<key>& keys, const std::function<void(const chart_size&)>& draw);

} // namespace hedgerow::report
