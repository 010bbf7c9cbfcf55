#include "app/config/values.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::config {

namespace {

std::string as_json(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

/// A default of no text is none to speak of.
std::string show_text(const std::string& x) { return x.empty() ? "" : as_json(x); }

bool has_control_characters(std::string_view x) {
  return std::ranges::any_of(
      x, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// The text of `at`, if that is text. Requires a scalar that YAML takes for text, as in the schema.
std::optional<std::string> read_text(reader& in, const place& at) {
  if (!at.what.is_scalar()) {
    report_wrong(in, at, "text");
    return std::nullopt;
  }
  if (kind_of(at.what) != scalar_kind::text) {
    in.error(at, "is " + ticked(at.what.text) + ", which is no text to YAML; put quotes around it");
    return std::nullopt;
  }
  if (at.what.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    in.error(at, "is empty; remove the key or give it a text");
    return std::nullopt;
  }
  return at.what.text;
}

std::optional<std::string> read_line(reader& in, const place& at) {
  auto x = read_text(in, at);
  if (x && has_control_characters(*x)) {
    in.error(at, "holds a line break or another control character; write it on one line");
    return std::nullopt;
  }
  return x;
}

/// A number is a plain scalar, or whatever an environment variable holds.
template <class T>
std::optional<T> read_figure(reader& in, const place& at,
                             std::optional<T> (*parse)(std::string_view), T least, T most,
                             const std::string& wanted) {
  if (at.what.is_scalar() && (!at.what.quoted || at.what.substituted))
    if (const auto x = parse(at.what.text); x && *x >= least && *x <= most)
      return x;
  report_wrong(in, at, wanted);
  return std::nullopt;
}

/// A quantity is text with a unit.
template <class T>
std::optional<T> read_quantity(reader& in, const place& at,
                               std::optional<T> (*parse)(std::string_view), T least, T most,
                               const std::string& wanted) {
  if (at.what.is_scalar())
    if (const auto x = parse(at.what.text); x && *x >= least && *x <= most)
      return x;
  report_wrong(in, at, wanted);
  return std::nullopt;
}

std::string string_schema(std::string_view pattern) {
  return R"("type":"string","pattern":)" + as_json(pattern);
}

} // namespace

value<std::string> text() { return {read_line, R"("type":"string","minLength":1)", show_text}; }

value<std::string> long_text() {
  return {read_text, R"("type":"string","minLength":1)", show_text};
}

value<std::string> name_of(std::string_view what) {
  auto type = text();
  add_member(type.schema, "title", "The name of a " + std::string{what});
  return type;
}

value<std::string> secret() {
  return {[](reader& in, const place& at) -> std::optional<std::string> {
            if (!at.what.is_scalar()) {
              report_wrong(in, at, "text, for example \"${NAME}\"");
              return std::nullopt;
            }
            if (has_control_characters(at.what.text)) {
              in.error(at, "holds a line break or another control character, which no key has");
              return std::nullopt;
            }
            if (!at.what.substituted && !at.what.text.empty())
              in.warn(at, "is a secret written in plain text; take it from the environment, as in "
                          "\"${NAME}\"");
            return at.what.text;
          },
          R"("type":"string")"};
}

value<std::string> readable_file() {
  auto type = text();
  type.read = [](reader& in, const place& at) -> std::optional<std::string> {
    auto name = read_line(in, at);
    return name && in.open(at) ? std::optional{in.resolve(*name)} : std::nullopt;
  };
  return type;
}

value<std::string> text_like(std::string wanted, std::string pattern,
                             std::function<bool(std::string_view)> accepts) {
  return {[wanted = std::move(wanted), accepts = std::move(accepts)](
              reader& in, const place& at) -> std::optional<std::string> {
            auto x = read_line(in, at);
            if (x && !accepts(*x)) {
              report_wrong(in, at, wanted);
              return std::nullopt;
            }
            return x;
          },
          string_schema(pattern), show_text};
}

value<bool> boolean() {
  return {[](reader& in, const place& at) -> std::optional<bool> {
            const auto is_plain = at.what.is_scalar() && (!at.what.quoted || at.what.substituted);
            const auto is = [&](std::initializer_list<std::string_view> words) {
              return is_plain && std::ranges::find(words, at.what.text) != words.end();
            };
            if (is({"true", "True", "TRUE"}))
              return true;
            if (is({"false", "False", "FALSE"}))
              return false;
            report_wrong(in, at, "true or false");
            return std::nullopt;
          },
          R"("type":"boolean")", [](const bool& x) { return x ? "true" : "false"; }};
}

value<std::int64_t> whole(std::int64_t least, std::int64_t most) {
  const auto from = std::to_string(least);
  const auto to = std::to_string(most);
  return {[=, wanted = "a whole number from " + from + " to " + to](reader& in, const place& at) {
            return read_figure(in, at, read_integer, least, most, wanted);
          },
          R"("type":"integer","minimum":)" + from + R"(,"maximum":)" + to,
          [](const std::int64_t& x) { return std::to_string(x); }};
}

value<double> number(double least, double most) {
  const auto from = show_number(least);
  const auto to = show_number(most);
  return {[=, wanted = "a number from " + from + " to " + to](reader& in, const place& at) {
            return read_figure(in, at, read_number, least, most, wanted);
          },
          R"("type":"number","minimum":)" + from + R"(,"maximum":)" + to,
          [](const double& x) { return show_number(x); }};
}

value<milliseconds> duration(milliseconds least, milliseconds most) {
  const auto wanted = "a time such as 250ms, 4s, 2m or 1h, from " + show_duration(least) + " to "
                      + show_duration(most);
  return {[=](reader& in, const place& at) {
            return read_quantity(in, at, read_duration, least, most, wanted);
          },
          string_schema(R"(^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$)"),
          [](const milliseconds& x) { return as_json(show_duration(x)); }};
}

value<std::size_t> bytes(std::size_t least, std::size_t most) {
  const auto wanted =
      "a size such as 64KiB or 4MiB, from " + show_bytes(least) + " to " + show_bytes(most);
  return {[=](reader& in, const place& at) -> std::optional<std::size_t> {
            return read_quantity<std::uint64_t>(in, at, read_bytes, least, most, wanted);
          },
          string_schema("^[0-9]+(B|KiB|MiB|GiB)$"),
          [](const std::size_t& x) { return as_json(show_bytes(x)); }};
}

value<double> share(double least, double most) {
  const auto wanted = "a share such as 5%, from " + show_share(least) + " to " + show_share(most);
  return {[=](reader& in, const place& at) {
            return read_quantity(in, at, read_percent, least, most, wanted);
          },
          string_schema(R"(^[0-9]+(\.[0-9]+)?%$)"),
          [](const double& x) { return as_json(show_share(x)); }};
}

value<double> money() {
  return {[](reader& in, const place& at) {
            return read_quantity(in, at, read_money, 0.0, 1e9, "US dollars such as $0.02");
          },
          string_schema(R"(^\$[0-9]+(\.[0-9]+)?$)"),
          [](const double& x) { return as_json(show_money(x)); }};
}

value<double> multiple(bool or_off) {
  return {[or_off](reader& in, const place& at) -> std::optional<double> {
            const auto x = at.what.is_scalar() ? read_multiple(at.what.text) : std::nullopt;
            if (x && ((*x >= 1 && *x <= 1000) || (or_off && *x == 0)))
              return x;
            report_wrong(in, at,
                         or_off ? "a multiple such as 3x, or 0x for off" : "a multiple such as 2x");
            return std::nullopt;
          },
          string_schema(R"(^[0-9]+(\.[0-9]+)?x$)"),
          [](const double& x) { return as_json(show_multiple(x)); }};
}

value<time_or_figure> duration_or(std::optional<double> (*other)(std::string_view),
                                  std::string wanted, std::string_view pattern) {
  return {[other, wanted = std::move(wanted)](reader& in,
                                              const place& at) -> std::optional<time_or_figure> {
            constexpr milliseconds longest = std::chrono::hours{24};
            if (at.what.is_scalar()) {
              if (const auto time = read_duration(at.what.text); time && *time <= longest)
                return *time;
              if (const auto figure = other(at.what.text))
                return *figure;
            }
            report_wrong(in, at, wanted);
            return std::nullopt;
          },
          string_schema(pattern)};
}

void report_choice(reader& in, const place& at, const std::vector<std::string>& words) {
  const auto meant = at.what.is_scalar() ? did_you_mean(at.what.text, words) : "";
  report_wrong(in, at, "one of: " + listed(words) + meant);
}

} // namespace hedgerow::config
