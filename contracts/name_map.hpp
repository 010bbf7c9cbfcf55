#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow {

/// A name in a form that compares and hashes in a few instructions: its first and last bytes, which
/// overlap or meet in names of up to 16 bytes, and its length.
struct name_key {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  std::string_view name;

  name_key() = default;

  explicit name_key(std::string_view text) : name{text} {
    const auto n = text.size();
    const auto* bytes = text.data();
    if (n >= 8) {
      head = load<std::uint64_t>(bytes);
      tail = load<std::uint64_t>(bytes + n - 8);
    } else if (n >= 4) {
      head = load<std::uint32_t>(bytes);
      tail = load<std::uint32_t>(bytes + n - 4);
    } else if (n > 0) {
      head = static_cast<unsigned char>(bytes[0]);
      tail = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[n / 2])) << 8
             | static_cast<unsigned char>(bytes[n - 1]);
    }
  }

  bool operator==(const name_key& other) const {
    return head == other.head && tail == other.tail && name.size() == other.name.size()
           && (name.size() <= 16 || name == other.name);
  }

  std::size_t hash() const {
    const auto mixed = (head ^ tail * 0x9e3779b97f4a7c15u ^ name.size()) * 0xff51afd7ed558ccdu;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }

private:
  template <class Word>
  static std::uint64_t load(const char* from) {
    Word out = 0;
    std::memcpy(&out, from, sizeof out);
    return out;
  }
};

/// Values by names that are known beforehand, in their order. The text of the names is not kept: it
/// must live as long as the map.
template <class Value>
class name_map {
public:
  struct entry {
    name_key key;
    Value value;
  };

  name_map() = default;

  /// Of equal names the first counts.
  explicit name_map(std::vector<entry> entries) : entries_{std::move(entries)} {
    if (!fill_slots())
      sort();
  }

  std::span<const entry> entries() const { return entries_; }
  std::span<entry> entries() { return entries_; }
  bool empty() const { return entries_.empty(); }

  /// The entry of `name`, or null.
  const entry* find(std::string_view name) const {
    if (slots_.empty())
      return find_sorted(name);
    const name_key key{name};
    for (auto i = key.hash() & mask(); slots_[i] != free; i = (i + 1) & mask())
      if (entries_[slots_[i]].key == key)
        return &entries_[slots_[i]];
    return nullptr;
  }

  /// The same, but the entry at `guess`, which may be the end, is tried first: names are often
  /// asked for in their order.
  [[gnu::always_inline]] const entry* find(std::string_view name, const entry* guess) const {
    const auto* end = entries_.data() + entries_.size();
    return guess != end && guess->key == name_key{name} ? guess : find(name);
  }

private:
  static constexpr std::uint32_t free = 0xffffffff;
  /// Names that hash well stay nearer to where they should be, however many there are; if one is so
  /// many slots away, they were made to collide.
  static constexpr std::size_t steps_max = 128;

  std::size_t mask() const { return slots_.size() - 1; }

  /// False if there is nothing to fill, or the names collide too much.
  bool fill_slots() {
    if (entries_.empty())
      return false;
    slots_.assign(std::bit_ceil(2 * entries_.size()), free);
    for (std::uint32_t number = 0; number < entries_.size(); ++number) {
      const auto& key = entries_[number].key;
      auto i = key.hash() & mask();
      for (std::size_t steps = 0; slots_[i] != free && entries_[slots_[i]].key != key; ++steps) {
        if (steps == steps_max)
          return false;
        i = (i + 1) & mask();
      }
      if (slots_[i] == free)
        slots_[i] = number;
    }
    return true;
  }

  void sort() {
    slots_.clear();
    sorted_.resize(entries_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0u);
    std::ranges::stable_sort(sorted_, {}, [this](auto number) { return name_of(number); });
  }

  const entry* find_sorted(std::string_view name) const {
    const auto i = std::ranges::lower_bound(sorted_, name, {},
                                            [this](auto number) { return name_of(number); });
    return i != sorted_.end() && name_of(*i) == name ? &entries_[*i] : nullptr;
  }

  std::string_view name_of(std::uint32_t number) const { return entries_[number].key.name; }

  std::vector<entry> entries_;
  /// An open hash table of numbers of entries, at most half full.
  std::vector<std::uint32_t> slots_;
  /// Numbers by name, in place of the hash table where somebody chose names that all collide.
  std::vector<std::uint32_t> sorted_;
};

} // namespace hedgerow
