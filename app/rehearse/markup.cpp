#include "app/rehearse/markup.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace hedgerow::report {

namespace {

bool is_control(char x) { return x != '\n' && (static_cast<unsigned char>(x) < 0x20 || x == 0x7F); }

} // namespace

std::string escaped(std::string_view x) {
  std::string out;
  out.reserve(x.size());
  for (const char one : x)
    switch (one) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += is_control(one) ? ' ' : one;
    }
  return out;
}

std::string pixels(double x) {
  auto out = fmt::format("{:.1f}", x);
  if (out.ends_with(".0"))
    out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

void markup::start(std::string_view tag, attributes of) {
  out_.append("<").append(tag);
  for (const auto& x : of)
    out_.append(" ").append(x.name).append("=\"").append(escaped(x.value)).append("\"");
}

void markup::open(std::string_view tag, attributes of) {
  start(tag, of);
  out_ += '>';
  open_.emplace_back(tag);
}

void markup::close() {
  assert(!open_.empty());
  out_.append("</").append(open_.back()).append(">");
  // Lines keep the page readable as source; inside of paragraphs a line end would be a blank.
  if (open_.size() < 5 || open_.back() == "svg" || open_.back() == "tr")
    out_ += '\n';
  open_.pop_back();
}

void markup::leaf(std::string_view tag, attributes of) {
  start(tag, of);
  out_ += "/>";
}

void markup::element(std::string_view tag, attributes of, std::string_view x) {
  start(tag, of);
  out_.append(">").append(escaped(x)).append("</").append(tag).append(">");
}

std::string markup::finish() && {
  assert(open_.empty());
  return std::move(out_);
}

} // namespace hedgerow::report
