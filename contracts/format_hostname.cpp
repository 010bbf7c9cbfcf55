#include "contracts/format_reader.hpp"
#include "contracts/format_rules.hpp"
#include "contracts/idna.hpp"
#include "contracts/punycode.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow::formats {
namespace {

using idna::direction;

constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t name_bytes_max = 253;
constexpr std::string_view prefix = "xn--";

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

template <class Label>
bool has_hyphens_in_place(const Label& label) {
  return label.front() != '-' && label.back() != '-'
         && !(label.size() > 3 && label[2] == '-' && label[3] == '-');
}

/// What RFC 5891 §4.2 asks of a label in Unicode.
bool is_unicode_label(std::u32string_view label) {
  if (label.empty() || !has_hyphens_in_place(label) || idna::is_mark(label[0]))
    return false;
  for (std::size_t i = 0; i < label.size(); ++i)
    if (!idna::allows(label, i))
      return false;
  return true;
}

bool is_right_to_left(std::u32string_view label) {
  return std::ranges::any_of(label, [](char32_t c) {
    const auto way = idna::direction_of(c);
    return way == direction::right || way == direction::arabic_number;
  });
}

/// The Bidi rule (RFC 5893 §2).
bool keeps_direction(std::u32string_view label) {
  const auto first = idna::direction_of(label[0]);
  auto end = label.size();
  while (end > 1 && idna::direction_of(label[end - 1]) == direction::mark)
    --end;
  const auto last = idna::direction_of(label[end - 1]);
  const auto has = [&](direction x) {
    return std::ranges::any_of(label, [&](char32_t c) { return idna::direction_of(c) == x; });
  };
  if (first == direction::left)
    return !has(direction::right) && !has(direction::arabic_number)
           && (last == direction::left || last == direction::european_number);
  return first == direction::right && !has(direction::left)
         && !(has(direction::european_number) && has(direction::arabic_number))
         && last != direction::neutral;
}

/// The label in Unicode, if it is a valid one in ASCII.
std::optional<std::u32string> ascii_label(const std::string& label) {
  if (label.empty() || label.size() > label_bytes_max || label.front() == '-'
      || label.back() == '-')
    return std::nullopt;
  if (!label.starts_with(prefix))
    return std::u32string{label.begin(), label.end()};
  const auto coded = std::string_view{label}.substr(prefix.size());
  const auto decoded = punycode::decoded(coded);
  const auto is_plain = [](char32_t c) { return c < 0x80; };
  if (!decoded || std::ranges::all_of(*decoded, is_plain) || !is_unicode_label(*decoded)
      || punycode::encoded(*decoded) != coded)
    return std::nullopt;
  return decoded;
}

std::optional<std::u32string> any_label(const std::string& label) {
  const auto is_ascii = std::ranges::all_of(label, [](char c) { return c >= 0; });
  if (is_ascii && label.starts_with(prefix))
    return ascii_label(label);
  std::u32string out;
  for (std::string_view rest{label}; !rest.empty() && out.size() <= label_bytes_max;) {
    const auto n = std::max<std::size_t>(utf8::sequence_length(rest), 1);
    out += utf8::character(rest.substr(0, n));
    rest.remove_prefix(n);
  }
  const auto coded_bytes = [&] { return prefix.size() + punycode::encoded(out).size(); };
  if (out.size() > label_bytes_max || !is_unicode_label(out)
      || (!is_ascii && coded_bytes() > label_bytes_max))
    return std::nullopt;
  return out;
}

/// Whether every label is one for `read`, and all keep the Bidi rule if one of them runs from right
/// to left.
template <class Read>
bool is_name(std::string_view text, Read read) {
  std::vector<std::u32string> labels;
  bool is_bidi = false;
  while (true) {
    const auto dot = text.find('.');
    auto label = read(lower_case(text.substr(0, dot)));
    if (!label)
      return false;
    is_bidi = is_bidi || is_right_to_left(*label);
    labels.push_back(std::move(*label));
    if (dot == text.npos)
      return !is_bidi || std::ranges::all_of(labels, keeps_direction);
    text.remove_prefix(dot + 1);
  }
}

/// `text` with the ideographic, fullwidth and halfwidth full stops as dots (RFC 3490 §3.1).
std::string with_dots(std::string_view text) {
  constexpr std::string_view dots[] = {"\u3002", "\uff0e", "\uff61"};
  std::string out;
  while (!text.empty()) {
    const auto is_here = [&](std::string_view dot) { return text.starts_with(dot); };
    const auto is_dot = std::ranges::any_of(dots, is_here);
    out += is_dot ? '.' : text[0];
    text.remove_prefix(is_dot ? dots[0].size() : 1);
  }
  return out;
}

} // namespace

bool is_hostname(std::string_view text) {
  const auto is_allowed = [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; };
  return text.size() <= name_bytes_max && std::ranges::all_of(text, is_allowed)
         && is_name(text, ascii_label);
}

bool is_idn_hostname(std::string_view text) {
  // A character takes at most four bytes here and at least one of the 253 in ASCII.
  if (text.size() > 4 * name_bytes_max)
    return false;
  const auto name = with_dots(text);
  const auto is_ascii = std::ranges::all_of(name, [](char c) { return c >= 0; });
  return (!is_ascii || name.size() <= name_bytes_max) && is_name(name, any_label);
}

} // namespace hedgerow::formats
