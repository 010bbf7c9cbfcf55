#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

/// How an entry reads its bytes: as lines, so that seeds are text that a person can read and write.
namespace hedgerow::fuzz {

/// The lines of an input, one after the other.
class input {
public:
  input(const std::uint8_t* data, std::size_t size)
      : rest_{reinterpret_cast<const char*>(data), size} {}

  /// Up to the next LF, which is dropped.
  std::string_view line() {
    const auto end = rest_.find('\n');
    const auto out = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view{} : rest_.substr(end + 1);
    return out;
  }

  /// All that is left, LF included.
  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

/// Ends the program, which is a finding, unless `holds`.
inline void must(bool holds, std::string_view claim) {
  if (holds)
    return;
  std::cerr << "does not hold: " << claim << '\n';
  std::abort();
}

} // namespace hedgerow::fuzz
