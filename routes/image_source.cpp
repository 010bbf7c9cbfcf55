#include "routes/image_source.hpp"

#include "routes/http.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> media_types{{
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".heic", "image/heic"},
    {".heif", "image/heif"},
}};

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
  return same_name(url.substr(0, scheme.size()), scheme);
}

std::string_view media_type_of(std::string_view url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  const auto dot = std::min(path.rfind('.'), path.size());
  const auto ending = path.substr(dot);
  const auto found = std::ranges::find_if(
      media_types, [&](const auto& known) { return same_name(known.first, ending); });
  return found == media_types.end() ? std::string_view{} : found->second;
}

bool is_base64(std::string_view x) {
  return !x.empty() && std::ranges::all_of(x, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+'
           || c == '/' || c == '=';
  });
}

/// `data:image/png;base64,AA==`, with other parameters or none.
std::optional<image_source> inlined(std::string_view url) {
  const auto comma = url.find(',');
  if (comma == std::string_view::npos)
    return std::nullopt;
  auto head = url.substr(0, comma);
  head.remove_prefix(std::string_view{"data:"}.size());
  const auto semicolon = head.rfind(';');
  if (semicolon == std::string_view::npos || !same_name(head.substr(semicolon), ";base64"))
    return std::nullopt;
  const auto media_type = head.substr(0, head.find(';'));
  const auto data = url.substr(comma + 1);
  if (media_type.empty() || !is_base64(data))
    return std::nullopt;
  return image_source{media_type, data, {}};
}

} // namespace

std::optional<image_source> read_image(const part& x) {
  const std::string_view url{x.text};
  if (starts_with_scheme(url, "data:"))
    return inlined(url);
  if (starts_with_scheme(url, "https://"))
    return image_source{media_type_of(url), {}, url};
  return std::nullopt;
}

} // namespace hedgerow
