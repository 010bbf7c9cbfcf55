#include "contracts/change_list.hpp"

#include <utility>

namespace hedgerow::repairs {

void change_list::add(std::string pointer, change_kind kind, std::string message) {
  ++count_;
  if (!is_full())
    kept_.push_back({.pointer = std::move(pointer), .kind = kind, .message = std::move(message)});
}

void change_list::add(const change_list& other) {
  for (const auto& x : other.kept_)
    add(x.pointer, x.kind, x.message);
  count_ += other.count_ - other.kept_.size();
}

std::vector<change> change_list::list() const {
  auto out = kept_;
  if (count_ > kept_.size())
    out.push_back({.pointer = {},
                   .kind = kept_.back().kind,
                   .message = "and " + std::to_string(count_ - kept_.size()) + " more changes"});
  return out;
}

} // namespace hedgerow::repairs
