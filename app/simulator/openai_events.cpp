#include "app/simulator/openai.hpp"
#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

namespace hedgerow::simulated::openai {

namespace {

/// Words one stream, chunk by chunk.
class narrator {
public:
  explicit narrator(const asked& by) : usage_{by.what.usage} {
    before_.append(R"(data: {"id":"chatcmpl-)").append(std::to_string(by.number));
    before_.append(R"(","object":"chat.completion.chunk","created":)").append(created);
    append_member(before_, "model", by.what.model);
    before_.append(R"(,"choices":[)");
  }

  /// `delta` holds the members of the chunk's delta.
  void tell(event_kind kind, std::string_view delta, std::string_view finish = {}) {
    std::string choice = R"({"index":0,"delta":{)";
    choice.append(delta).append(R"(},"logprobs":null,"finish_reason":)");
    if (finish.empty())
      choice.append("null");
    else
      json::append_quoted(choice, finish);
    chunk(kind, choice + "}", "null");
  }

  void tell_text(std::string_view member, std::string_view text, std::size_t piece) {
    for (const auto part : pieces_of(text, piece)) {
      std::string delta = "\"" + std::string{member} + "\":";
      json::append_quoted(delta, part);
      tell(event_kind::piece, delta);
    }
  }

  void tell_call(const tool_call& call, std::size_t index, std::size_t piece) {
    const auto begin = R"("tool_calls":[{"index":)" + std::to_string(index);
    auto delta = begin;
    append_member(delta, "id", call.id.empty() ? "call_" + std::to_string(index + 1) : call.id);
    delta.append(R"(,"type":"function","function":{"name":)");
    json::append_quoted(delta, call.name);
    tell(event_kind::piece, delta + R"(,"arguments":""}}])");
    for (const auto part : pieces_of(call.arguments, piece)) {
      delta = begin + R"(,"function":{"arguments":)";
      json::append_quoted(delta, part);
      tell(event_kind::piece, delta + "}}]");
    }
  }

  void tell_usage(std::size_t input, std::size_t output) {
    std::string usage;
    append_usage(usage, input, output);
    if (usage_)
      chunk(event_kind::usage, "", usage);
  }

  std::vector<event> end() {
    told_.push_back({event_kind::end, "data: [DONE]\n\n"});
    return std::move(told_);
  }

private:
  void chunk(event_kind kind, std::string_view choices, std::string_view usage) {
    auto bytes = before_;
    bytes.append(choices).append("]");
    if (usage_)
      bytes.append(R"(,"usage":)").append(usage);
    told_.push_back({kind, bytes + "}\n\n"});
  }

  std::string before_;
  bool usage_;
  std::vector<event> told_;
};

} // namespace

std::vector<event> events_of(const answer& said, const asked& by, std::size_t piece) {
  narrator x{by};
  const bool no_text = said.text.empty() && !said.tool_calls.empty();
  x.tell(event_kind::frame, no_text ? R"("role":"assistant","content":null)"
                                    : R"("role":"assistant","content":"","refusal":null)");
  x.tell_text("content", said.text, piece);
  x.tell_text("refusal", said.refusal, piece);
  for (std::size_t i = 0; i < said.tool_calls.size(); ++i)
    x.tell_call(said.tool_calls[i], i, piece);
  x.tell(event_kind::finish, "", finish_of(said));
  x.tell_usage(tokens_of(by.bytes), tokens_of(bytes_said(said)));
  return x.end();
}

} // namespace hedgerow::simulated::openai
