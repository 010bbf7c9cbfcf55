#include "contracts/written_numbers.hpp"

#include <algorithm>

namespace hedgerow::coercion {

written_numbers::written_numbers(const json::value& x, std::string_view text) {
  collect(x);
  std::size_t i = 0;
  while (i < text.size() && order_.size() > texts_.size()) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        i += text[i] == '\\' ? 1 : 0;
      ++i;
      continue;
    }
    const auto end = std::min(text.find_first_not_of("+-.eE0123456789", i), text.size());
    if (end > i && text[i] != 'e' && text[i] != 'E')
      texts_.emplace(order_[texts_.size()], text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
}

std::optional<std::string_view> written_numbers::of(const json::value& x) const {
  const auto found = texts_.find(&x);
  return found == texts_.end() ? std::nullopt : std::optional{found->second};
}

void written_numbers::collect(const json::value& x) {
  if (json::is_number(x))
    order_.push_back(&x);
  else if (x.IsArray())
    for (const auto& item : x.GetArray())
      collect(item);
  else if (x.IsObject())
    for (const auto& member : x.GetObject())
      collect(member.value);
}

} // namespace hedgerow::coercion
