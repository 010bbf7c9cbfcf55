#include "app/rehearse/charts.hpp"

#include "app/rehearse/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hedgerow::report {

namespace {

template <outcome Which>
std::size_t ended_as(const task_slice& x) {
  return x.ended[Which];
}

std::size_t by_fallback(const task_slice& x) {
  return std::min(x.fallbacks, x.ended[outcome::answered]);
}

std::size_t by_first(const task_slice& x) { return x.ended[outcome::answered] - by_fallback(x); }

constexpr std::array all_layers{
    layer{"failed", "failed", ended_as<outcome::failed>},
    layer{"cancelled", "cancelled", ended_as<outcome::cancelled>},
    layer{"rejected", "rejected", ended_as<outcome::rejected>},
    layer{"blocked", "blocked", ended_as<outcome::blocked>},
    layer{"degraded", "degraded", ended_as<outcome::degraded>},
    layer{"fallback", "answered by a fallback", by_fallback},
    layer{"answered", "answered", by_first},
};

std::string slice_words(const rehearsal& of, std::size_t i) {
  return fmt::format("{} to {}", clock(slice_edge(of, i)), clock(slice_edge(of, i + 1)));
}

std::string outcome_tip(const rehearsal& of, const std::vector<layer>& layers, const task_slice& x,
                        std::size_t i) {
  auto out = slice_words(of, i);
  for (auto one = layers.rbegin(); one != layers.rend(); ++one)
    if (const auto count = one->of(x); count > 0)
      out += fmt::format("\n{} {}", whole(count), one->label);
  return out;
}

/// The slice with the least share of answers, of those that had requests.
std::optional<std::size_t> worst_slice(const played_task& x) {
  std::optional<std::size_t> worst;
  auto least = 1.0;
  for (std::size_t i = 0; i < x.slices.size(); ++i) {
    const auto& ended = x.slices[i].ended;
    if (ended.all() == 0)
      continue;
    const auto share =
        static_cast<double>(ended[outcome::answered]) / static_cast<double>(ended.all());
    if (share < least) {
      least = share;
      worst = i;
    }
  }
  return worst;
}

std::string outcome_words(const rehearsal& of, const played_task& x) {
  auto out = fmt::format("{}: {}.", counted(x.requests, "request"), verdict_line(x));
  if (const auto worst = worst_slice(x)) {
    const auto& ended = x.slices[*worst].ended;
    out += fmt::format(" Worst was {}, with {} of {} answered.", slice_words(of, *worst),
                       whole(ended[outcome::answered]), whole(ended.all()));
  }
  return out;
}

/// One of the lines of the chart of latencies.
struct percentile {
  std::string_view kind;
  std::string_view label;
  microseconds latency_figures::*of;
};

constexpr std::array percentiles{
    percentile{"p999", "p99.9", &latency_figures::p999},
    percentile{"p99", "p99", &latency_figures::p99},
    percentile{"p50", "p50", &latency_figures::p50},
};

double in_ms(microseconds x) { return static_cast<double>(x.count()) / 1000; }

std::optional<double> latency_in(const task_slice& x, const percentile& which) {
  if (x.ended[outcome::answered] == 0)
    return std::nullopt;
  return std::max(in_ms(x.latency.*which.of), 0.001);
}

struct extent {
  double lowest = 0;
  double highest = 0;
};

/// Of the percentiles of all slices, in milliseconds; zero if nothing was answered.
extent extent_of(const played_task& x) {
  extent out;
  for (const auto& slice : x.slices)
    for (const auto& which : percentiles)
      if (const auto ms = latency_in(slice, which)) {
        out.lowest = out.highest == 0 ? *ms : std::min(out.lowest, *ms);
        out.highest = std::max(out.highest, *ms);
      }
  return out;
}

std::string latency_words(const rehearsal& of, const played_task& x) {
  const auto slowest = std::ranges::max_element(
      x.slices, {}, [](const task_slice& slice) { return slice.latency.p99; });
  const auto i = static_cast<std::size_t>(slowest - x.slices.begin());
  return fmt::format("Of all answers p50 is {}, p99 {} and p99.9 {}. The highest p99 of a slice is "
                     "{}, from {}.",
                     span(x.latency.p50), span(x.latency.p99), span(x.latency.p999),
                     span(slowest->latency.p99), slice_words(of, i));
}

std::string latency_tip(const rehearsal& of, const task_slice& x, std::size_t i) {
  if (x.ended[outcome::answered] == 0)
    return slice_words(of, i) + "\nnothing answered";
  return fmt::format("{}\np50 {}\np99 {}\np99.9 {}", slice_words(of, i), span(x.latency.p50),
                     span(x.latency.p99), span(x.latency.p999));
}

/// The head of a route's row: its name, and at the right, if there is room, what there is to say.
void draw_head(chart& on, double y, const std::string& name, const std::string& note) {
  const auto room = on.right() - on.left();
  const auto shown = fitted(name, room);
  on.label(on.left(), y, "name", shown);
  if (text_width(shown) + text_width(note) + 24 < room)
    on.label(on.right(), y, "axis end", note);
}

std::string breaker_words(const rehearsal& of) {
  std::string out;
  for (const auto& route : of.routes) {
    const auto open = stay_of(route, breaker_state::open);
    out += open.times == 0 ? fmt::format("{} never opened. ", route.name)
                           : fmt::format("{} opened {}, for {} in all. ", route.name,
                                         counted(open.times, "time"), clock(open.lasted));
  }
  return out;
}

void draw_spell(chart& on, const breaker_spell& x, double top, double height) {
  const auto from = on.x(x.from);
  const auto until = on.x(x.until);
  const auto middle = top + height / 2;
  switch (x.is) {
  case breaker_state::closed:
    return on.rectangle("closed", from, until, middle - 2, middle + 2);
  case breaker_state::half_open:
    return on.rectangle("half-open", from, std::max(until, from + 1), middle - height / 4,
                        middle + height / 4);
  case breaker_state::open:
    return on.rectangle("open", from, std::max(until, from + 1), top, top + height);
  }
}

std::vector<double> as_doubles(const std::vector<std::size_t>& x) { return {x.begin(), x.end()}; }

std::size_t busiest_slice(const rehearsal& x) {
  std::size_t out = 0;
  for (const auto& route : x.routes)
    for (const auto calls : route.slices)
      out = std::max(out, calls);
  return out;
}

std::string calls_words(const rehearsal& of) {
  std::string out;
  for (const auto& route : of.routes)
    out += fmt::format("{}: {}. ", route.name, counted(route.all_calls(), "call"));
  return out;
}

} // namespace

std::vector<layer> layers_of(const played_task& x) {
  std::vector<layer> out;
  for (const auto& one : all_layers)
    if (one.kind == "answered"
        || std::ranges::any_of(x.slices, [&](const auto& slice) { return one.of(slice) > 0; }))
      out.push_back(one);
  return out;
}

void draw_outcomes(markup& out, const rehearsal& of, const played_task& x, const chart_size& size,
                   std::string_view id) {
  const chart_words words{.id = fmt::format("{}-outcomes", id),
                          .title = fmt::format("{}: how requests ended, over time", x.name),
                          .description = outcome_words(of, x)};
  chart on{out, of, size, words, 220};
  const auto layers = layers_of(x);
  std::size_t busiest = 0;
  for (const auto& slice : x.slices)
    busiest = std::max(busiest, slice.ended.all());
  const auto ticks = count_ticks(static_cast<double>(busiest));
  const scale y{.from = 0, .until = ticks.back().at, .low = on.bottom(), .high = on.top()};
  on.lines(ticks, y);
  std::vector<double> low(x.slices.size());
  for (const auto& one : layers) {
    auto high = low;
    for (std::size_t i = 0; i < high.size(); ++i)
      high[i] += static_cast<double>(one.of(x.slices[i]));
    on.path(fmt::format("area {}", one.kind), step_area(on, low, high, y));
    low = std::move(high);
  }
  for (std::size_t i = 0; i < x.slices.size(); ++i)
    on.tip(i, outcome_tip(of, layers, x.slices[i], i));
  on.finish();
}

bool has_wide_latencies(const played_task& x) {
  constexpr double wide_from = 20;
  const auto [lowest, highest] = extent_of(x);
  return lowest > 0 && highest / lowest > wide_from;
}

void draw_latencies(markup& out, const rehearsal& of, const played_task& x, const chart_size& size,
                    std::string_view id) {
  const chart_words words{.id = fmt::format("{}-latencies", id),
                          .title = fmt::format("{}: latency of answers, over time", x.name),
                          .description = latency_words(of, x)};
  chart on{out, of, size, words, 200};
  const auto [lowest, highest] = extent_of(x);
  const auto logarithmic = has_wide_latencies(x);
  const auto ticks = latency_ticks(lowest, highest, logarithmic);
  const scale y{.from = ticks.front().at,
                .until = ticks.back().at,
                .low = on.bottom(),
                .high = on.top(),
                .logarithmic = logarithmic};
  on.lines(ticks, y);
  for (const auto& which : percentiles) {
    std::vector<std::optional<double>> values;
    for (const auto& slice : x.slices)
      values.push_back(latency_in(slice, which));
    on.path(fmt::format("line {}", which.kind), slice_line(on, values, y));
  }
  for (std::size_t i = 0; i < x.slices.size(); ++i)
    on.tip(i, latency_tip(of, x.slices[i], i));
  on.finish();
}

void draw_breakers(markup& out, const rehearsal& of, const chart_size& size) {
  constexpr double head = 26;
  constexpr double band = 20;
  constexpr double row = head + band + 8;
  const chart_words words{.id = "breakers",
                          .title = "Breakers of the routes, over time",
                          .description = breaker_words(of)};
  chart on{out, of, size, words, row * static_cast<double>(of.routes.size()) + 6};
  auto top = on.top();
  for (const auto& route : of.routes) {
    const auto open = stay_of(route, breaker_state::open);
    draw_head(on, top + 18, route.name,
              open.times == 0 ? "never open"
                              : fmt::format("open for {}, {}", clock(open.lasted),
                                            counted(open.times, "time")));
    for (const auto& spell : route.breaker)
      draw_spell(on, spell, top + head, band);
    top += row;
  }
  on.finish();
}

void draw_calls(markup& out, const rehearsal& of, const chart_size& size) {
  constexpr double head = 30;
  constexpr double panel = 64;
  const chart_words words{
      .id = "calls", .title = "Calls to the routes, over time", .description = calls_words(of)};
  chart on{out, of, size, words, (head + panel) * static_cast<double>(of.routes.size())};
  const auto ticks = count_ticks(static_cast<double>(busiest_slice(of)));
  auto top = on.top();
  for (const auto& route : of.routes) {
    draw_head(on, top + 20, route.name, counted(route.all_calls(), "call"));
    const scale y{
        .from = 0, .until = ticks.back().at, .low = top + head + panel, .high = top + head};
    on.lines({ticks.front(), ticks.back()}, y);
    const auto calls = as_doubles(route.slices);
    on.path("area calls", step_area(on, std::vector<double>(calls.size()), calls, y));
    top += head + panel;
  }
  on.finish();
}

} // namespace hedgerow::report
