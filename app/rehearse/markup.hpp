#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::report {

/// `x` as HTML and XML text or as an attribute's value between double quotes; control characters
/// other than line ends become blanks.
std::string escaped(std::string_view x);

/// A coordinate: at most one decimal.
std::string pixels(double x);

/// One attribute of an element; its value is escaped when written.
struct attribute {
  attribute(std::string_view of, std::string_view text) : name{of}, value{text} {}
  attribute(std::string_view of, const std::string& text) : name{of}, value{text} {}
  attribute(std::string_view of, const char* text) : name{of}, value{text} {}
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number> attribute(std::string_view of,
                                                                          Number x)
      : name{of},
        value{pixels(static_cast<double>(x))} {}

  std::string_view name;
  std::string value;
};

using attributes = std::initializer_list<attribute>;

/// Writes HTML with SVG inside: escapes every text and value, and closes what was opened. Names of
/// elements and attributes are taken as they are.
class markup {
public:
  void open(std::string_view tag, attributes of = {});
  /// Requires: an element is open.
  void close();
  /// An element without content: `<rect …/>`, `<meta …/>`.
  void leaf(std::string_view tag, attributes of);
  void text(std::string_view x) { out_ += escaped(x); }
  /// An element that holds only `x`.
  void element(std::string_view tag, attributes of, std::string_view x);
  void element(std::string_view tag, std::string_view x) { element(tag, {}, x); }
  /// `x` as it is; for what is ours alone, such as the style sheet.
  void raw(std::string_view x) { out_ += x; }

  /// Requires: everything is closed.
  std::string finish() &&;

private:
  void start(std::string_view tag, attributes of);

  std::string out_;
  std::vector<std::string> open_;
};

} // namespace hedgerow::report
