#include "app/rehearse/legend.hpp"

#include <fmt/format.h>

namespace hedgerow::report {

key area_key(std::string_view kind, std::string_view label) {
  return {label, [=](markup& out) {
            out.leaf(
                "rect",
                {{"class", fmt::format("key {}", kind)}, {"width", 20}, {"height", 12}, {"rx", 2}});
          }};
}

key line_key(std::string_view kind, std::string_view label) {
  return {label, [=](markup& out) {
            out.leaf("path", {{"class", fmt::format("line {}", kind)}, {"d", "M1 6H19"}});
          }};
}

key band_key(std::string_view kind, std::string_view label, double height) {
  return {label, [=](markup& out) {
            out.leaf("rect",
                     {{"class", kind}, {"y", 6 - height / 2}, {"width", 20}, {"height", height}});
          }};
}

void add_legend(markup& out, const std::vector<key>& keys) {
  out.open("ul", {{"class", "legend"}});
  for (const auto& x : keys) {
    out.open("li");
    out.open("svg", {{"viewBox", "0 0 20 12"}, {"aria-hidden", "true"}, {"focusable", "false"}});
    x.draw(out);
    out.close();
    out.text(x.label);
    out.close();
  }
  out.close();
}

void add_figure(markup& out, std::string_view caption, std::string_view of,
                const std::vector<key>& keys, const std::function<void(const chart_size&)>& draw) {
  out.open("figure");
  out.open("figcaption");
  out.text(caption);
  out.text(" ");
  out.element("span", {{"class", "of"}}, of);
  out.close();
  if (!keys.empty())
    add_legend(out, keys);
  draw(wide);
  draw(narrow);
  out.close();
}

} // namespace hedgerow::report
