#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
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

/// Finds names among some that are known beforehand, each with its number. The text of the names is
/// not kept: it must live as long as the table.
class name_table {
public:
  name_table() = default;

  /// The names are numbered in their order; of equal ones the first counts.
  explicit name_table(std::span<const std::string_view> names);

  std::size_t size() const { return keys_.size(); }

  std::optional<std::size_t> find(std::string_view name) const {
    const auto* found = find(name_key{name}, 0);
    return found == nullptr ? std::nullopt : std::optional{number_of(found)};
  }

  /// Where `key` is in the table, or null. Names are often asked for in their order, so the one
  /// with the number `guess` is tried first. A pointer, because an optional number would go through
  /// memory in pieces, and waiting for that took half of the time of a check.
  const name_key* find(const name_key& key, std::size_t guess) const {
    if (guess < keys_.size() && keys_[guess] == key)
      return &keys_[guess];
    return keys_.empty() ? nullptr : find_anywhere(key);
  }

  /// The number of what `find` found.
  std::size_t number_of(const name_key* found) const {
    return static_cast<std::size_t>(found - keys_.data());
  }

private:
  static constexpr std::uint32_t free = 0xffffffff;

  const name_key* find_anywhere(const name_key& key) const;
  const name_key* find_sorted(std::string_view name) const;
  bool fill_slots();

  /// By number.
  std::vector<name_key> keys_;
  /// An open hash table of numbers, at most half full.
  std::vector<std::uint32_t> slots_;
  std::size_t mask_ = 0;
  /// Numbers by name, in place of the hash table where somebody chose names that all collide.
  std::vector<std::uint32_t> sorted_;
};

} // namespace hedgerow
