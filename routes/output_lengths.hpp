#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hedgerow {

/// How long a route's answers are: its last 128, in tokens.
class output_lengths {
public:
  void record(std::int64_t tokens);

  /// What 95 % of them keep within, as of one of the last sixteen; 0 while there are too few.
  std::int64_t p95() const { return p95_; }

private:
  std::array<std::int64_t, 128> last_{};
  std::size_t recorded_ = 0;
  std::int64_t p95_ = 0;
};

} // namespace hedgerow
