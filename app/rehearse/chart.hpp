#pragma once

#include "app/rehearse/markup.hpp"
#include "app/rehearse/rehearsal.hpp"
#include "app/rehearse/scale.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What all charts over time have in common: their size, axes, and the scenario's events behind.
namespace hedgerow::report {

/// How a chart is laid out. Lengths are pixels of the SVG; text is 12 high in all of them.
struct chart_size {
  /// Names the layout in identifiers.
  std::string_view name;
  double width;
  /// Left of the plot: the labels of its vertical axis.
  double left;
  double right;
  std::size_t time_ticks_max;
  /// Slices tell their figures when pointed at.
  bool has_tips;
};

/// For screens from about 720 pixels on, and for smaller ones.
inline constexpr chart_size wide{"wide", 1000, 64, 12, 12, true};
inline constexpr chart_size narrow{"narrow", 360, 52, 8, 5, false};

/// What a screen reader says of a chart.
struct chart_words {
  /// Unique on the page but for the layout.
  std::string id;
  std::string title;
  /// Its message in a sentence or two, with figures.
  std::string description;
};

/// The frame of one chart: an `svg` element that is open from construction to `finish`. The events'
/// labels and bands are drawn first, so that data lie above them.
class chart {
public:
  /// `height` is that of the plot alone.
  chart(markup& out, const rehearsal& of, const chart_size& size, const chart_words& words,
        double height);

  /// Milliseconds of the rehearsal to x.
  double x(double ms) const { return time_(ms); }
  double x(milliseconds at) const { return time_(static_cast<double>(at.count())); }
  /// Where slice `i` begins, and the one before it ends.
  double edge(std::size_t i) const;
  double left() const { return size_.left; }
  double right() const { return size_.width - size_.right; }
  double top() const { return top_; }
  double bottom() const { return bottom_; }
  markup& out() { return out_; }

  /// Horizontal lines with labels; `y` maps their values.
  void lines(const std::vector<tick>& ticks, const scale& y);
  void label(double at_x, double at_y, std::string_view kind, std::string_view text);
  void rectangle(std::string_view kind, double from, double until, double high, double low);
  void path(std::string_view kind, const std::string& d);
  /// What is told of slice `i` when it is pointed at; nothing in layouts without tips, nor where a
  /// slice is too thin to be pointed at.
  void tip(std::size_t i, const std::string& text);
  /// Draws the axis of time and closes the element.
  void finish();

private:
  void draw_events();

  markup& out_;
  const rehearsal& of_;
  const chart_size& size_;
  double top_ = 0;
  double bottom_ = 0;
  scale time_;
};

/// About how wide `x` is as a label.
double text_width(std::string_view x);

/// As much of `text` as goes into `width`, and an ellipsis if that is not all.
std::string fitted(std::string_view text, double width);

/// The area between two levels of each slice, as steps; where they are the same there is none.
std::string step_area(const chart& on, const std::vector<double>& low,
                      const std::vector<double>& high, const scale& y);

/// A line through the middle of each slice, broken where there is no value.
std::string slice_line(const chart& on, const std::vector<std::optional<double>>& values,
                       const scale& y);

} // namespace hedgerow::report
