#include "app/gateway/envelope.hpp"
#include "app/gateway/stream_events.hpp"
#include "contracts/json.hpp"

/// OpenAI's chunks. Source: semantics.md §5.2.
namespace hedgerow::openai_surface {
namespace {

constexpr std::string_view event_end = "\n\n";

/// A chunk's choice up to its delta, which the caller writes.
void begin_delta(std::string& out, const chunk_words& of) {
  out += of.head;
  out += R"({"index":0,"delta":{)";
}

void end_delta(std::string& out, const chunk_words& of, std::string_view finish = {}) {
  out += R"(},"logprobs":null,"finish_reason":)";
  if (finish.empty())
    out += "null";
  else
    json::append_quoted(out, finish);
  out += of.wants_usage ? R"(}],"usage":null)" : "}]";
}

void end_chunk(std::string& out) {
  out += '}';
  out += event_end;
}

void append_calls(std::string& out, const std::vector<tool_call>& all) {
  out += R"("tool_calls":[)";
  for (std::size_t i = 0; i < all.size(); ++i) {
    out += (i == 0 ? R"({"index":)" : R"(,{"index":)") + std::to_string(i) + R"(,"id":)";
    json::append_quoted(out, all[i].id);
    out += R"(,"type":"function","function":{"name":)";
    json::append_quoted(out, all[i].name);
    out += R"(,"arguments":)";
    json::append_quoted(out, all[i].arguments);
    out += "}}";
  }
  out += ']';
}

void append_facts(std::string& out, const answer& x) {
  out += R"(,"hedgerow":{)";
  append_envelope(out, x, true);
  out += '}';
}

} // namespace

chunk_words words_of(const stream_identity& of, std::int64_t created, bool wants_usage) {
  chunk_words out{.head = R"(data: {"id":)", .wants_usage = wants_usage};
  json::append_quoted(out.head, of.id);
  out.head +=
      R"(,"object":"chat.completion.chunk","created":)" + std::to_string(created) + R"(,"model":)";
  json::append_quoted(out.head, of.model);
  out.head += R"(,"choices":[)";
  return out;
}

void append_opening(std::string& out, const chunk_words& of) {
  begin_delta(out, of);
  out += R"("role":"assistant","content":"","refusal":null)";
  end_delta(out, of);
  end_chunk(out);
}

void append_text(std::string& out, const chunk_words& of, std::string_view text) {
  begin_delta(out, of);
  out += R"("content":)";
  json::append_quoted(out, text);
  end_delta(out, of);
  end_chunk(out);
}

void append_ending(std::string& out, const chunk_words& of, const stream_ending& how,
                   const answer& x) {
  if (!how.refusal.empty()) {
    begin_delta(out, of);
    out += R"("refusal":)";
    json::append_quoted(out, how.refusal);
    end_delta(out, of);
    end_chunk(out);
  } else if (!x.what.tool_calls.empty()) {
    begin_delta(out, of);
    append_calls(out, x.what.tool_calls);
    end_delta(out, of);
    end_chunk(out);
  }
  begin_delta(out, of);
  end_delta(out, of, how.finish);
  if (of.wants_usage) {
    end_chunk(out);
    out += of.head;
    out += ']';
    append_openai_usage(out, x.usage);
  }
  append_facts(out, x);
  end_chunk(out);
  out += "data: [DONE]\n\n";
}

void append_break(std::string& out, const answer& x) {
  auto body = error_reply(surface::openai, *x.problem, x.id).body;
  body.pop_back(); // the brace that ends it
  out += "data: " + body;
  append_facts(out, x);
  end_chunk(out);
}

} // namespace hedgerow::openai_surface
