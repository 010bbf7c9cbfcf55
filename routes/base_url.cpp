#include "routes/base_url.hpp"

#include "routes/http.hpp"

namespace hedgerow {

namespace {

std::string_view after_scheme(std::string_view url) {
  const auto at = url.find("://");
  return at == std::string_view::npos ? url : url.substr(at + 3);
}

std::string_view host_of(std::string_view base_url) {
  const auto rest = after_scheme(base_url);
  return rest.substr(0, rest.find_first_of(":/"));
}

bool stays(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9')
         || std::string_view{"-._~:@"}.find(c) != std::string_view::npos;
}

} // namespace

std::string_view path_prefix(std::string_view base_url) {
  const auto rest = after_scheme(base_url);
  const auto slash = rest.find('/');
  auto path = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

bool is_at_host(std::string_view base_url, std::string_view name) {
  return same_name(host_of(base_url), name);
}

bool is_within_host(std::string_view base_url, std::string_view name) {
  const auto host = host_of(base_url);
  if (host.size() <= name.size())
    return same_name(host, name);
  const auto at = host.size() - name.size();
  return same_name(host.substr(at), name) && (host[at - 1] == '.' || host[at - 1] == '-');
}

std::string path_segment(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (stays(c))
      out += c;
    else
      out.append({'%', hex[byte >> 4], hex[byte & 15]});
  }
  return out;
}

} // namespace hedgerow
