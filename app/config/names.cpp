#include "app/config/names.hpp"

#include "contracts/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace hedgerow::config {

namespace {

/// Insertions, deletions, changes and swaps of neighbours that make `a` out of `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

/// `warn` for `warning`.
bool is_abbreviation(std::string_view x, std::string_view of) {
  return x.size() >= 3 && of.starts_with(x);
}

} // namespace

std::string_view nearest(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;
  if (name.size() > longest)
    return {};
  std::string_view best;
  auto least = std::clamp<std::size_t>(name.size() / 3, 1, 3) + 1;
  for (const auto& x : known) {
    if (x.size() > longest)
      continue;
    const auto steps = is_abbreviation(name, x) || is_abbreviation(x, name) ? 1 : distance(name, x);
    if (steps < least) {
      best = x;
      least = steps;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto meant = nearest(name, known);
  return meant.empty() ? "" : " (did you mean `" + std::string{meant} + "`?)";
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? out + ", …" : out;
}

bool is_name(std::string_view name) {
  constexpr std::string_view first =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return !name.empty() && name.size() <= 64 && first.find(name.front()) != first.npos
         && std::ranges::all_of(name, [&](char c) {
              return first.find(c) != first.npos || c == '_' || c == '.' || c == '-';
            });
}

std::string ticked(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string out = "`";
  out += utf8::head(text, most);
  out += text.size() > most ? "…`" : "`";
  // A finding is one line, whatever stands in the file.
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

} // namespace hedgerow::config
