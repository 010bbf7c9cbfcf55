#include "contracts/name_table.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace hedgerow {
namespace {

/// Names that hash well stay nearer to where they should be, however many there are; if one is so
/// many slots away, they were made to collide.
constexpr std::size_t steps_max = 128;

} // namespace

name_table::name_table(std::span<const std::string_view> names) {
  keys_.reserve(names.size());
  for (const auto name : names)
    keys_.emplace_back(name);
  if (keys_.empty() || fill_slots())
    return;
  slots_.clear();
  sorted_.resize(keys_.size());
  std::iota(sorted_.begin(), sorted_.end(), 0u);
  std::ranges::stable_sort(sorted_, {}, [this](auto number) { return keys_[number].name; });
}

/// False if the names collide too much.
bool name_table::fill_slots() {
  slots_.assign(std::bit_ceil(2 * keys_.size()), free);
  mask_ = slots_.size() - 1;
  for (std::uint32_t number = 0; number < keys_.size(); ++number) {
    auto i = keys_[number].hash() & mask_;
    for (std::size_t steps = 0; slots_[i] != free; i = (i + 1) & mask_, ++steps)
      if (keys_[slots_[i]] == keys_[number])
        break;
      else if (steps == steps_max)
        return false;
    if (slots_[i] == free)
      slots_[i] = number;
  }
  return true;
}

const name_key* name_table::find_anywhere(const name_key& key) const {
  if (slots_.empty())
    return find_sorted(key.name);
  for (auto i = key.hash() & mask_; slots_[i] != free; i = (i + 1) & mask_)
    if (keys_[slots_[i]] == key)
      return &keys_[slots_[i]];
  return nullptr;
}

const name_key* name_table::find_sorted(std::string_view name) const {
  const auto name_of = [this](auto number) { return keys_[number].name; };
  const auto i = std::ranges::lower_bound(sorted_, name, {}, name_of);
  return i != sorted_.end() && name_of(*i) == name ? &keys_[*i] : nullptr;
}

} // namespace hedgerow
