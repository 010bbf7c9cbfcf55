#include "routes/complaint.hpp"

#include <algorithm>
#include <charconv>

namespace hedgerow {

namespace {

/// A string or an integer as text, everything else empty.
std::string scalar(const json::value& x, std::string_view name) {
  const auto* found = json::find(x, name);
  if (found == nullptr)
    return {};
  if (found->IsString())
    return std::string{json::text_of(*found)};
  return found->IsInt() ? std::to_string(found->GetInt()) : std::string{};
}

int status_in(std::string_view text) {
  int status = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool whole = error == std::errc{} && stop == text.data() + text.size();
  return whole && status >= 100 && status < 600 ? status : 0;
}

std::optional<complaint> nested_in(const json::value& metadata) {
  const auto raw = json::parse(json::find_text(metadata, "raw"));
  return raw ? complaint_in(*raw) : std::nullopt;
}

void read_metadata(complaint& said, const json::value& metadata) {
  const auto* reasons = json::find(metadata, "reasons");
  said.moderated = (reasons != nullptr && reasons->IsArray())
                   || json::find(metadata, "flagged_input") != nullptr;
  said.in_flight_budget =
      json::find_text(metadata, "limit_source") == "openrouter_in_flight_budget";
}

/// Reads `error`, an object; or the body itself if its members stand there.
complaint read_object(const json::value& x, bool wrapped) {
  const auto* metadata = json::find(x, "metadata");
  if (metadata != nullptr)
    if (auto nested = nested_in(*metadata))
      return *nested;
  complaint said;
  said.wrapped = wrapped;
  said.code = scalar(x, "code");
  said.type = json::find_text(x, "type");
  said.param = json::find_text(x, "param");
  said.message = json::find_text(x, "message");
  const auto named = status_in(scalar(x, "status"));
  said.status = named != 0 ? named : status_in(said.code);
  if (said.type.empty() && named == 0)
    said.type = json::find_text(x, "status");
  if (const auto* inner = json::find(x, "innererror"))
    said.inner_code = scalar(*inner, "code");
  else if (const auto* details = json::find(x, "details"))
    said.inner_code = scalar(*details, "error_code");
  if (metadata != nullptr)
    read_metadata(said, *metadata);
  return said;
}

/// xAI, Ollama and others: the error is a string, its code beside it.
complaint read_string(const json::value& whole, const json::value& error) {
  complaint said;
  said.wrapped = true;
  said.code = scalar(whole, "code");
  said.status = status_in(said.code);
  said.message = json::text_of(error);
  return said;
}

} // namespace

std::optional<complaint> complaint_in(const json::value& whole) {
  if (whole.IsArray())
    return whole.Empty() || !json::is_object(whole[0]) ? std::nullopt : complaint_in(whole[0]);
  const auto* error = json::find(whole, "error");
  if (error != nullptr && json::is_object(*error) && !error->ObjectEmpty())
    return read_object(*error, true);
  if (error != nullptr && error->IsString() && error->GetStringLength() > 0)
    return read_string(whole, *error);
  for (std::string_view name : {"message", "detail"})
    if (json::find(whole, name) != nullptr)
      return read_object(whole, false);
  return std::nullopt;
}

std::string_view plain_word(std::string_view x) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-' || c == '.';
  };
  return x.size() <= 40 && std::ranges::all_of(x, plain) ? x : std::string_view{};
}

std::string lower_case(std::string_view x) {
  std::string out{x};
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

} // namespace hedgerow
