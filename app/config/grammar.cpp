#include "app/config/grammar.hpp"

namespace hedgerow::config {

void add_member(std::string& out, std::string_view name, std::string_view text) {
  std::string raw;
  json::append_quoted(raw, text);
  add_raw_member(out, name, raw);
}

void add_raw_member(std::string& out, std::string_view name, std::string_view raw) {
  if (!out.empty())
    out += ',';
  json::append_quoted(out, name);
  out += ':';
  out += raw;
}

std::string described(const node& x) {
  switch (x.what) {
  case node::kind::null:
    return "has no value";
  case node::kind::sequence:
    return "is a list";
  case node::kind::mapping:
    return "is a mapping";
  case node::kind::scalar:
    break;
  }
  const auto how = x.substituted ? " with its variables replaced" : x.quoted ? " in quotes" : "";
  return "is " + shown(x) + how;
}

void report_wrong(reader& in, const place& at, std::string_view wanted) {
  in.error(at, described(at.what) + "; write " + std::string{wanted});
}

} // namespace hedgerow::config
