#pragma once

#include "tests/app/simulator_world.hpp"

#include <string>
#include <string_view>
#include <vector>

/// How the callers of each provider ask, and what a stream of events says.
namespace hedgerow::simulator_test {

/// A caller's side of a dialect.
struct caller_of {
  std::string_view name;
  std::string (*path)(const std::string& model, bool stream);
  std::string_view fields;
  /// Around the model and the messages.
  std::string (*body)(const std::string& model, bool stream, const std::string& messages);
  /// One question, and one that ends with the beginning of its answer.
  std::string_view question;
  std::string_view prefilled;
};

inline const caller_of openai_caller{
    "openai",
    [](const std::string&, bool) -> std::string { return "/v1/chat/completions"; },
    "",
    [](const std::string& model, bool stream, const std::string& messages) {
      return R"({"model":")" + model + R"(","messages":)" + messages
             + (stream ? R"(,"stream":true,"stream_options":{"include_usage":true}})" : "}");
    },
    R"([{"role":"user","content":"hi"}])",
    R"([{"role":"user","content":"hi"},{"role":"assistant","content":"one "}])"};

inline const caller_of anthropic_caller{
    "anthropic",
    [](const std::string&, bool) -> std::string { return "/v1/messages"; },
    "anthropic-version: 2023-06-01\r\n",
    [](const std::string& model, bool stream, const std::string& messages) {
      return R"({"model":")" + model + R"(","max_tokens":64,"messages":)" + messages
             + (stream ? R"(,"stream":true})" : "}");
    },
    R"([{"role":"user","content":"hi"}])",
    R"([{"role":"user","content":"hi"},)"
    R"({"role":"assistant","content":[{"type":"text","text":"one "}]}])"};

inline const caller_of gemini_caller{
    "gemini",
    [](const std::string& model, bool stream) {
      return "/v1beta/models/" + model
             + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    },
    "",
    [](const std::string&, bool, const std::string& messages) {
      return R"({"contents":)" + messages + "}";
    },
    R"([{"role":"user","parts":[{"text":"hi"}]}])",
    R"([{"role":"user","parts":[{"text":"hi"}]},{"role":"model","parts":[{"text":"one "}]}])"};

inline const std::vector<caller_of> all_callers{openai_caller, anthropic_caller, gemini_caller};

inline void post(client& through, const caller_of& as, const std::string& model, bool stream,
                 std::string_view messages = {}) {
  const std::string said{messages.empty() ? as.question : messages};
  through.post(as.body(model, stream, said), as.fields, as.path(model, stream));
}

inline received ask(const world& x, const caller_of& as, const std::string& model, bool stream,
                    std::string_view messages = {}) {
  client through{x.provider.port()};
  post(through, as, model, stream, messages);
  return through.receive();
}

/// One event of a stream, read by the letter: lines that end in LF or CRLF, one `data` each.
struct seen_event {
  std::string name{};
  std::string data{};
  bool comment = false;
};

inline seen_event event_in(std::string_view bytes) {
  seen_event x;
  while (!bytes.empty()) {
    auto line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (line.starts_with("event: "))
      x.name = line.substr(7);
    else if (line.starts_with("data: "))
      x.data = line.substr(6);
    else if (line.starts_with(":"))
      x.comment = true;
  }
  return x;
}

/// The pieces of text in a stream, put together; of tool arguments as well.
inline std::string told_text(const received& x) {
  std::string all;
  for (const auto& chunk : x.chunks) {
    const auto read = json::parse(event_in(chunk).data);
    if (!read)
      continue;
    for (const auto* pointer : {"/choices/0/delta/content", "/choices/0/delta/refusal",
                                "/choices/0/delta/tool_calls/0/function/arguments", "/delta/text",
                                "/delta/partial_json", "/candidates/0/content/parts/0/text"})
      if (const auto* piece = json::at(*read, pointer); piece && piece->IsString())
        all += json::text_of(*piece);
  }
  return all;
}

} // namespace hedgerow::simulator_test
