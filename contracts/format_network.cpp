#include "contracts/format_reader.hpp"
#include "contracts/format_rules.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::formats {
namespace {

bool is_atom_character(char c) {
  return is_alphanumeric(c)
         || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

/// `atom` or `atom.atom`, each of characters that `is_one` accepts.
template <class Predicate>
bool is_dotted(std::string_view text, Predicate is_one) {
  reader in{text};
  do {
    if (in.take_while(is_one).empty())
      return false;
  } while (in.take("."));
  return in.at_end();
}

/// The inside of a quoted local part; `is_other` accepts what is allowed beyond ASCII.
template <class Predicate>
bool is_quoted(std::string_view text, Predicate is_other) {
  const auto is_text = [&](char c) { return (c >= ' ' && c <= '~') || is_other(c); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"')
      return false;
    if (text[i] == '\\')
      ++i;
    if (i == text.size() || !is_text(text[i]))
      return false;
  }
  return true;
}

bool is_address_literal(std::string_view text) {
  constexpr std::string_view v6 = "IPv6:";
  return text.starts_with(v6) ? is_ipv6(text.substr(v6.size())) : is_ipv4(text);
}

/// `is_other` accepts what is allowed beyond ASCII.
template <class Predicate, class Host>
bool is_mailbox(std::string_view text, Predicate is_other, Host is_host) {
  const auto split = text.rfind('@');
  if (split == text.npos)
    return false;
  const auto local = text.substr(0, split);
  const auto domain = text.substr(split + 1);
  const auto is_local = [&](char c) { return is_atom_character(c) || is_other(c); };
  const auto is_quotation = local.size() > 1 && local.starts_with('"') && local.ends_with('"');
  if (is_quotation ? !is_quoted(local.substr(1, local.size() - 2), is_other)
                   : !is_dotted(local, is_local))
    return false;
  if (domain.starts_with('[') && domain.ends_with(']'))
    return is_address_literal(domain.substr(1, domain.size() - 2));
  return is_host(domain);
}

} // namespace

bool is_ipv4(std::string_view text) {
  reader in{text};
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && !in.take("."))
      return false;
    const auto part = in.take_while(is_digit);
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')
        || (part.size() == 3 && part > "255"))
      return false;
  }
  return in.at_end();
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool has_gap = text.starts_with("::");
  if (has_gap)
    text.remove_prefix(2);
  while (!text.empty()) {
    const auto end = std::min(text.find(':'), text.size());
    const auto group = text.substr(0, end);
    if (end == text.size() && group.find('.') != group.npos)
      return is_ipv4(group) && (has_gap ? groups + 2 < 8 : groups + 2 == 8);
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex))
      return false;
    ++groups;
    text.remove_prefix(end);
    if (text.starts_with("::")) {
      if (std::exchange(has_gap, true))
        return false;
      text.remove_prefix(2);
    } else if (text.starts_with(':')) {
      text.remove_prefix(1);
      if (text.empty())
        return false;
    }
  }
  return has_gap ? groups < 8 : groups == 8;
}

bool is_email(std::string_view text) {
  return is_mailbox(
      text, [](char) { return false; }, is_hostname);
}

bool is_idn_email(std::string_view text) {
  return is_mailbox(
      text, [](char c) { return c < 0; }, is_idn_hostname);
}

} // namespace hedgerow::formats
