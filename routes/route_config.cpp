#include "routes/route_config.hpp"

#include <algorithm>

namespace hedgerow {

std::string_view to_string(provider_kind x) {
  switch (x) {
  case provider_kind::openai:
    return "openai";
  case provider_kind::anthropic:
    return "anthropic";
  case provider_kind::gemini:
    return "gemini";
  case provider_kind::azure_openai:
    return "azure_openai";
  case provider_kind::in_process:
    return "in_process";
  }
  return "openai";
}

std::string_view to_string(safety_level x) {
  switch (x) {
  case safety_level::relaxed:
    return "relaxed";
  case safety_level::standard:
    return "standard";
  case safety_level::strict:
    return "strict";
  }
  return "strict";
}

double cost_of(const price& x, std::int64_t input, std::int64_t cached_input, std::int64_t output) {
  const auto cached = std::clamp<std::int64_t>(cached_input, 0, std::max<std::int64_t>(input, 0));
  const auto fresh = static_cast<double>(input - cached) * x.input;
  const auto reread = static_cast<double>(cached) * x.cached_input;
  return (fresh + reread + static_cast<double>(output) * x.output) / 1e6;
}

bool same_route(const route_config& x, const route_config& y) {
  return x.provider.name == y.provider.name && x.provider.base_url == y.provider.base_url
         && x.model == y.model;
}

} // namespace hedgerow
