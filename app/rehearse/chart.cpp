#include "app/rehearse/chart.hpp"

#include "app/rehearse/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hedgerow::report {

namespace {

constexpr double lane_height = 17;
constexpr double axis_height = 26;
constexpr std::size_t lanes_max = 4;
/// Of a letter, in the mean; a little more than it is, so that labels keep apart.
constexpr double letter_width = 6.4;

/// Whether a byte of UTF-8 starts a character.
bool starts_letter(char x) { return (static_cast<unsigned char>(x) & 0xC0) != 0x80; }

/// The most of the plot's width that a label takes.
constexpr double widest = 0.55;

/// A label of an event above the plot.
struct placed {
  /// Where it begins, or ends if `from_right`.
  double x = 0;
  bool from_right = false;
  std::size_t lane = 0;
  std::string text;
};

/// Places labels in as few lanes as keep them apart, from where the event begins or, if that is too
/// far right, up to where it ends. Those that find no room are left out.
std::vector<placed> place(const std::vector<played_event>& events, const scale& time) {
  std::vector<const played_event*> order;
  for (const auto& event : events)
    order.push_back(&event);
  std::ranges::stable_sort(order, {}, [](auto* event) { return event->from; });
  std::vector<double> taken(lanes_max, time.low - 1);
  std::vector<placed> out;
  for (const auto* event : order) {
    const auto text = fitted(event->what, (time.high - time.low) * widest);
    const auto width = text_width(text);
    const auto from = time(static_cast<double>(event->from.count()));
    const auto until = std::min(time(static_cast<double>(event->until.count())), time.high);
    const auto from_right = from + width > time.high && until - width >= time.low;
    const auto x = from_right ? until - width : from;
    const auto lane = std::ranges::find_if(taken, [&](double end) { return end < x; });
    if (lane == taken.end())
      continue;
    *lane = x + width + 12;
    out.push_back(
        {from_right ? until : x, from_right, static_cast<std::size_t>(lane - taken.begin()), text});
  }
  return out;
}

std::size_t lanes_of(const std::vector<placed>& all) {
  std::size_t out = 0;
  for (const auto& x : all)
    out = std::max(out, x.lane + 1);
  return out;
}

} // namespace

chart::chart(markup& out, const rehearsal& of, const chart_size& size, const chart_words& words,
             double height)
    : out_{out},
      of_{of},
      size_{size},
      time_{.from = 0,
            .until = static_cast<double>(std::max<std::int64_t>(of.lasted.count(), 1)),
            .low = size.left,
            .high = size.width - size.right} {
  top_ = 8 + lane_height * static_cast<double>(lanes_of(place(of.events, time_)));
  bottom_ = top_ + height;
  const auto total = bottom_ + axis_height;
  const auto id = fmt::format("{}-{}", words.id, size.name);
  out_.open("svg", {{"class", size.name},
                    {"viewBox", fmt::format("0 0 {} {}", pixels(size.width), pixels(total))},
                    {"role", "img"},
                    {"aria-labelledby", fmt::format("{0}-title {0}-about", id)}});
  out_.element("title", {{"id", id + "-title"}}, words.title);
  out_.element("desc", {{"id", id + "-about"}}, words.description);
  draw_events();
}

void chart::draw_events() {
  for (const auto& event : of_.events) {
    const auto from = x(std::clamp(event.from, milliseconds{0}, of_.lasted));
    const auto until = x(std::clamp(event.until, milliseconds{0}, of_.lasted));
    rectangle("event", from, std::max(until, from + 1), top_, bottom_);
    path("event-edge", fmt::format("M{0} {1}V{2}M{3} {1}V{2}", pixels(from), pixels(top_),
                                   pixels(bottom_), pixels(until)));
  }
  const auto labels = place(of_.events, time_);
  const auto lanes = static_cast<double>(lanes_of(labels));
  for (const auto& one : labels)
    label(one.x, 12 + (lanes - 1 - static_cast<double>(one.lane)) * lane_height,
          one.from_right ? "event-label end" : "event-label", one.text);
}

double text_width(std::string_view x) {
  return letter_width * static_cast<double>(std::ranges::count_if(x, starts_letter));
}

std::string fitted(std::string_view text, double width) {
  const auto most = static_cast<std::size_t>(std::max(4.0, width / letter_width));
  std::string out;
  std::size_t letters = 0;
  for (const char one : text) {
    if (starts_letter(one) && ++letters > most)
      return out + "…";
    out += one;
  }
  return out;
}

double chart::edge(std::size_t i) const { return x(slice_edge(of_, i)); }

void chart::lines(const std::vector<tick>& ticks, const scale& y) {
  for (const auto& one : ticks) {
    const auto at = y(one.at);
    path("grid", fmt::format("M{} {}H{}", pixels(left()), pixels(at), pixels(right())));
    label(left() - 8, at + 4, "axis end", one.label);
  }
}

void chart::label(double at_x, double at_y, std::string_view kind, std::string_view text) {
  out_.element("text", {{"class", kind}, {"x", at_x}, {"y", at_y}}, text);
}

void chart::rectangle(std::string_view kind, double from, double until, double high, double low) {
  out_.leaf("rect", {{"class", kind},
                     {"x", from},
                     {"y", high},
                     {"width", std::max(0.0, until - from)},
                     {"height", std::max(0.0, low - high)}});
}

void chart::path(std::string_view kind, const std::string& d) {
  if (!d.empty())
    out_.leaf("path", {{"class", kind}, {"d", d}});
}

void chart::tip(std::size_t i, const std::string& text) {
  constexpr double pointable = 2;
  const auto width = edge(i + 1) - edge(i);
  if (!size_.has_tips || width < pointable)
    return;
  out_.open("rect", {{"class", "tip"},
                     {"x", edge(i)},
                     {"y", top()},
                     {"width", width},
                     {"height", bottom() - top()}});
  out_.element("title", text);
  out_.close();
}

void chart::finish() {
  path("baseline", fmt::format("M{} {}H{}", pixels(left()), pixels(bottom()), pixels(right())));
  for (const auto& one : time_ticks(of_.lasted, size_.time_ticks_max)) {
    const auto at = x(one.at);
    path("baseline", fmt::format("M{} {}v5", pixels(at), pixels(bottom())));
    const auto is_last = at > right() - 12;
    label(is_last ? right() : at, bottom() + 19, is_last ? "axis end" : "axis middle", one.label);
  }
  out_.close();
}

std::string step_area(const chart& on, const std::vector<double>& low,
                      const std::vector<double>& high, const scale& y) {
  std::string out;
  const auto is_empty = [&](std::size_t i) { return high[i] <= low[i]; };
  for (std::size_t i = 0; i < high.size(); ++i) {
    if (is_empty(i))
      continue;
    auto end = i;
    out += fmt::format("M{} {}", pixels(on.edge(i)), pixels(y(low[i])));
    for (; end < high.size() && !is_empty(end); ++end)
      out += fmt::format("V{}H{}", pixels(y(high[end])), pixels(on.edge(end + 1)));
    for (auto back = end; back-- > i;)
      out += fmt::format("V{}H{}", pixels(y(low[back])), pixels(on.edge(back)));
    out += 'Z';
    i = end;
  }
  return out;
}

std::string slice_line(const chart& on, const std::vector<std::optional<double>>& values,
                       const scale& y) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i])
      continue;
    const auto starts = i == 0 || !values[i - 1];
    out += fmt::format("{}{} {}", starts ? 'M' : 'L', pixels((on.edge(i) + on.edge(i + 1)) / 2),
                       pixels(y(*values[i])));
    if (starts)
      out += "h0"; // Alone it is a dot, for its ends are round.
  }
  return out;
}

} // namespace hedgerow::report
