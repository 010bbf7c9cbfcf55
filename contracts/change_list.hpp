#pragma once

#include "contracts/repair.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hedgerow::repairs {

/// Collects changes, up to a number.
class change_list {
public:
  void add(std::string pointer, change_kind kind, std::string message);
  void add(const change_list& other);

  /// The first 63, and if there are more, a last one that counts them.
  std::vector<change> list() const;
  std::size_t size() const { return count_; }
  bool is_full() const { return kept_.size() >= kept_max; }

private:
  static constexpr std::size_t kept_max = 63;

  std::vector<change> kept_;
  std::size_t count_ = 0;
};

} // namespace hedgerow::repairs
