#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hedgerow {

/// Room on the stack for what a check notes down: it is handed out and taken back in the order of a
/// stack, so that checking the answers of a model needs no memory from the heap.
class scratch {
public:
  // Leaves the room as it is: clearing it would cost more than most checks.
  scratch() {} // NOLINT(modernize-use-equals-default)

private:
  friend class lease;

  std::array<std::uint64_t, 2048> room_;
  std::size_t used_ = 0;
};

/// Some cleared words of a scratch, or of the heap where it has none left.
class lease {
public:
  lease(scratch& from, std::size_t words) : from_{from} {
    if (words <= from.room_.size() - from.used_) {
      words_ = std::span{from.room_}.subspan(from.used_, words);
      from.used_ += words;
      std::ranges::fill(words_, 0);
      borrowed_ = words;
    } else {
      own_.resize(words);
      words_ = own_;
    }
  }
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;
  ~lease() { from_.used_ -= borrowed_; }

  std::span<std::uint64_t> words() const { return words_; }

private:
  scratch& from_;
  std::size_t borrowed_ = 0;
  std::vector<std::uint64_t> own_;
  std::span<std::uint64_t> words_;
};

/// Which members or items of one value have been looked at by some keyword.
class marks {
public:
  marks(scratch& from, std::size_t count) : room_{from, (count + 63) / 64} {}

  void add(std::size_t i) { room_.words()[i / 64] |= std::uint64_t{1} << i % 64; }
  bool has(std::size_t i) const { return (room_.words()[i / 64] >> i % 64 & 1) != 0; }

  /// Adds those of `other`, which is of the same value.
  void add(const marks& other) {
    for (std::size_t i = 0; i < room_.words().size(); ++i)
      room_.words()[i] |= other.room_.words()[i];
  }

private:
  lease room_;
};

} // namespace hedgerow
