#include "tests/routes/corpus.hpp"

#include "routes/stream_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

namespace hedgerow::corpus {

namespace {

const std::filesystem::path folder{HEDGEROW_SHARED_DATA "/providers"};

std::string contents(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::optional<provider_kind> kind_of(const json::value& entry) {
  const auto api = json::find_text(entry, "api");
  if (api == "chat")
    return provider_kind::openai;
  if (api == "messages")
    return provider_kind::anthropic;
  return api == "gemini" ? std::optional{provider_kind::gemini} : std::nullopt;
}

bool is_whole(const json::value& entry) {
  return json::find(entry, "stream")->IsFalse()
         || json::find(entry, "http_status")->GetInt() != 200;
}

json::document request_of(const json::value& entry) {
  const auto file = json::find_text(entry, "request_file");
  auto request = json::parse(file.empty() ? "{}" : contents(folder / file));
  REQUIRE(request.has_value());
  return std::move(*request);
}

model_call call_of(const json::value& entry) {
  const auto request = request_of(entry);
  prompt ask;
  for (const auto* pointer :
       {"/max_tokens", "/max_completion_tokens", "/generationConfig/maxOutputTokens"})
    if (const auto* most = json::at(request, pointer); most != nullptr && most->IsInt64())
      ask.params.max_tokens = most->GetInt64();
  for (const auto* pointer : {"/response_format/type", "/output_config/format/type",
                              "/output_format/type", "/generationConfig/responseMimeType"})
    if (const auto* type = json::at(request, pointer); type != nullptr && type->IsString())
      ask.format.what = json::text_of(*type) == "json_schema" ? output_format::kind::json_schema
                                                              : output_format::kind::json_object;
  model_call call;
  call.ask = std::make_shared<const prompt>(std::move(ask));
  return call;
}

http_reply reply_of(const json::value& entry) {
  http_reply reply;
  reply.status = json::find(entry, "http_status")->GetInt();
  reply.body = contents(folder / json::find_text(entry, "file"));
  for (const auto& field : json::find(entry, "headers")->GetObject())
    reply.headers.emplace_back(json::text_of(field.name), json::text_of(field.value));
  return reply;
}

/// Made by hand for an SDK's tests, and no success here: an answer without any finish reason, and a
/// pause that only its provider can end.
std::optional<std::string> known_better(std::string_view file) {
  constexpr std::array unfinished{
      "google/gemini-text-should-send-the-text-and-the-default-voice.json",
      "google/gemini-text-should-derive-the-wav-sample-rate-from-the-response-mime-type.json",
      "google/gemini-text-should-return-empty-audio-when-no-inline-data-is-present.json"};
  if (std::ranges::find(unfinished, file) != unfinished.end())
    return "transport";
  if (file
      == "openai-compatible/"
         "chat-text-should-report-an-error-when-scenario-without-a-finish-reason-1.sse")
    return "transport";
  if (file == "anthropic/messages-text-should-return-compaction-stop-reason-as-other.json")
    return "capability";
  return std::nullopt;
}

/// The label, as read by this project: a 404 for an unknown model is `auth`, and a truncated answer
/// is good only where the caller's own limit cut it.
std::vector<std::string> expected(const json::value& entry, const model_call& call) {
  if (const auto ours = known_better(json::find_text(entry, "file")))
    return {*ours};
  std::vector<std::string> classes{std::string{json::find_text(entry, "expected_taxonomy_class")}};
  if (const auto* alt = json::at(entry, "/extra/alt"))
    classes.emplace_back(json::text_of(*alt));
  if (classes.front() == "capability" && json::find(entry, "http_status")->GetInt() == 404)
    return {"auth"};
  const auto* finish = json::at(entry, "/finish/0");
  constexpr std::array<std::string_view, 3> cuts{"length", "max_tokens", "MAX_TOKENS"};
  const bool cut =
      finish != nullptr && std::ranges::find(cuts, json::text_of(*finish)) != cuts.end();
  const bool own =
      call.ask->params.max_tokens && call.ask->format.what == output_format::kind::text;
  if (classes.front() == "ok" && cut && !own)
    return {"capability"};
  return classes;
}

std::vector<recording> read_all(bool whole) {
  std::vector<recording> out;
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: no " << folder);
    return out;
  }
  const auto index = json::parse(contents(folder / "index.json"));
  REQUIRE(index.has_value());
  for (const auto& entry : index->GetArray()) {
    const auto kind = kind_of(entry);
    if (!kind || is_whole(entry) != whole)
      continue;
    auto call = call_of(entry);
    auto classes = expected(entry, call);
    out.push_back({std::string{json::find_text(entry, "file")}, *kind, reply_of(entry),
                   std::move(call), std::move(classes)});
  }
  return out;
}

} // namespace

const std::vector<recording>& recordings() {
  static const auto all = read_all(true);
  return all;
}

const std::vector<recording>& streams() {
  static const auto all = read_all(false);
  return all;
}

std::vector<std::string> foreign_bodies() {
  std::vector<std::string> out;
  const auto index = json::parse(
      std::filesystem::exists(folder / "index.json") ? contents(folder / "index.json") : "[]");
  REQUIRE(index.has_value());
  for (const auto& entry : index->GetArray())
    if (!kind_of(entry))
      out.push_back(contents(folder / json::find_text(entry, "file")));
  return out;
}

heard_stream heard(const recording& x, std::size_t bytes) {
  const auto& speaks = *dialect_of(x.kind);
  stream_reader reader{speaks.assembly()};
  heard_stream out;
  for (std::size_t i = 0; i < x.reply.body.size(); i += bytes) {
    const auto piece = reader.take(std::string_view{x.reply.body}.substr(i, bytes));
    out.text += piece.text;
    out.has_content = out.has_content || piece.content;
  }
  if (reader.wrong())
    out.end = *reader.wrong();
  else
    out.end = speaks.decode({.status = 200, .headers = {}, .body = reader.whole()}, x.call, {});
  return out;
}

std::variant<completion, failure> decoded(const recording& x) {
  return dialect_of(x.kind)->decode(x.reply, x.call, {});
}

std::string class_of(const std::variant<completion, failure>& x) {
  const auto* bad = std::get_if<failure>(&x);
  return bad == nullptr ? "ok" : std::string{to_string(bad->kind)};
}

} // namespace hedgerow::corpus
