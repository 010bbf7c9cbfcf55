#include "routes/text_frame.hpp"

#include "contracts/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace hedgerow {
namespace {

/// Events are small; what is longer is not worth keeping beside each stream.
constexpr std::size_t bytes_max = 1024;
/// So often in a row something is learned that helps with no event.
constexpr int in_vain_max = 4;

constexpr std::string_view probe = "hedgerow";
constexpr std::string_view blanks = " \t\r\n";

bool is_plain(std::string_view text) {
  const auto needs_a_look = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  };
  return std::ranges::none_of(text, needs_a_look) && utf8::fault(text) == text.size();
}

/// Where the string of the only member `key` begins, behind its quote, whatever holds the member.
std::optional<std::size_t> begin_of(std::string_view key, std::string_view data) {
  const auto name = '"' + std::string{key} + '"';
  const auto at = data.find(name);
  if (at == data.npos || data.find(name, at + 1) != data.npos)
    return std::nullopt;
  const auto colon = data.find_first_not_of(blanks, at + name.size());
  if (colon == data.npos || data[colon] != ':')
    return std::nullopt;
  const auto quote = data.find_first_not_of(blanks, colon + 1);
  if (quote == data.npos || data[quote] != '"')
    return std::nullopt;
  return quote + 1;
}

} // namespace

void text_frame::learn(std::string_view data, std::string_view key, find_text find) {
  if (in_vain_ == in_vain_max || data.size() > bytes_max)
    return;
  ++in_vain_;
  before_.clear();
  const auto begin = begin_of(key, data);
  if (!begin)
    return;
  auto end = *begin;
  while (end < data.size() && data[end] != '"')
    end += data[end] == '\\' ? 2 : 1;
  if (end >= data.size())
    return;
  auto before = std::string{data.substr(0, *begin)};
  auto after = std::string{data.substr(end)};
  // The string stands where the text is taken from if another string there is found.
  const auto other = json::parse(before + std::string{probe} + after);
  const auto* found = other ? find(*other) : nullptr;
  if (found == nullptr || json::text_of(*found) != probe)
    return;
  before_ = std::move(before);
  after_ = std::move(after);
}

std::optional<std::string_view> text_frame::text_in(std::string_view data) {
  if (before_.empty() || data.size() <= before_.size() + after_.size() || !data.starts_with(before_)
      || !data.ends_with(after_))
    return std::nullopt;
  const auto text = data.substr(before_.size(), data.size() - before_.size() - after_.size());
  if (!is_plain(text))
    return std::nullopt;
  in_vain_ = 0;
  return text;
}

} // namespace hedgerow
