// What the scalars of YAML 1.2 mean, and a tree as JSON text.

#include "app/config/yaml.hpp"
#include "contracts/json.hpp"

#include <optional>
#include <utility>

namespace hedgerow::config {

namespace {

bool is_digits(std::string_view x) {
  return !x.empty() && x.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `[0-9]+`, `0o…` and `0x…` of YAML 1.2.
bool is_integer(std::string_view x) {
  if (x.starts_with("0x"))
    return x.size() > 2 && x.find_first_not_of("0123456789abcdefABCDEF", 2) == x.npos;
  if (x.starts_with("0o"))
    return x.size() > 2 && x.find_first_not_of("01234567", 2) == x.npos;
  if (x.starts_with('-') || x.starts_with('+'))
    x.remove_prefix(1);
  return is_digits(x);
}

bool is_real(std::string_view x) {
  if (x == ".nan" || x == ".NaN" || x == ".NAN")
    return true;
  if (x.starts_with('-') || x.starts_with('+'))
    x.remove_prefix(1);
  if (x == ".inf" || x == ".Inf" || x == ".INF")
    return true;
  const auto e = x.find_first_of("eE");
  if (e != x.npos) {
    auto exponent = x.substr(e + 1);
    if (exponent.starts_with('-') || exponent.starts_with('+'))
      exponent.remove_prefix(1);
    if (!is_digits(exponent))
      return false;
    x = x.substr(0, e);
  }
  const auto dot = x.find('.');
  if (dot == x.npos)
    return e != x.npos && is_digits(x);
  const auto whole = x.substr(0, dot);
  const auto fraction = x.substr(dot + 1);
  return (whole.empty() || is_digits(whole)) && (fraction.empty() || is_digits(fraction))
         && !(whole.empty() && fraction.empty());
}

bool is_boolean(std::string_view x) {
  return x == "true" || x == "True" || x == "TRUE" || x == "false" || x == "False" || x == "FALSE";
}

/// Writes `x`, or remembers the first value that JSON has no word for.
struct json_writer {
  std::string out;
  std::optional<yaml_problem> problem;

  void write(const node& x) {
    switch (x.what) {
    case node::kind::null:
      out += "null";
      break;
    case node::kind::scalar:
      write_scalar(x);
      break;
    case node::kind::sequence:
      write_all(x, '[', ']');
      break;
    case node::kind::mapping:
      write_all(x, '{', '}');
      break;
    }
  }

  void write_all(const node& x, char before, char after) {
    out += before;
    for (const auto& item : x.items) {
      if (&item != &x.items.front())
        out += ',';
      if (x.is_mapping()) {
        json::append_quoted(out, item.key);
        out += ':';
      }
      write(item);
    }
    out += after;
  }

  void write_scalar(const node& x) {
    switch (kind_of(x)) {
    case scalar_kind::text:
      json::append_quoted(out, x.text);
      break;
    case scalar_kind::boolean:
      out += x.text.front() == 't' || x.text.front() == 'T' ? "true" : "false";
      break;
    case scalar_kind::integer:
    case scalar_kind::real:
      write_number(x);
      break;
    }
  }

  /// JSON is stricter than YAML: `007`, `+1`, `.5` and `0x1F` are not numbers in it.
  void write_number(const node& x) {
    if (json::parse(x.text).has_value())
      out += x.text;
    else if (!problem)
      problem =
          yaml_problem{x.at, "`" + x.text.substr(0, 40)
                                 + "` is no number in JSON; write it in decimal or in quotes"};
  }
};

} // namespace

scalar_kind kind_of(const node& x) {
  if (x.quoted || x.substituted)
    return scalar_kind::text;
  if (is_boolean(x.text))
    return scalar_kind::boolean;
  if (is_integer(x.text))
    return scalar_kind::integer;
  return is_real(x.text) ? scalar_kind::real : scalar_kind::text;
}

std::variant<std::string, yaml_problem> to_json(const node& x) {
  json_writer writer;
  writer.write(x);
  if (writer.problem)
    return *writer.problem;
  return std::move(writer.out);
}

} // namespace hedgerow::config
