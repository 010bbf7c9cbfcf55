#include "contracts/json.hpp"
#include "routes/openai.hpp"
#include "routes/stream_reader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace hedgerow;

namespace {

std::string event(std::string_view data) { return "data: " + std::string{data} + "\n\n"; }

/// A chunk whose first choice has these members.
std::string chunk(std::string_view members) {
  return event(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m-1",)"
               R"("choices":[{"index":0,)"
               + std::string{members} + "}]}");
}

std::string says(std::string_view text) {
  std::string quoted;
  json::append_quoted(quoted, text);
  return chunk(R"("delta":{"content":)" + quoted + R"(},"finish_reason":null)");
}

std::string stops(std::string_view word) {
  return chunk(R"("delta":{},"finish_reason":")" + std::string{word} + '"');
}

const std::string done = "data: [DONE]\n\n";

/// What came of a stream.
struct heard_stream {
  std::string text;
  std::size_t contents = 0;
  stream_stage stage = stream_stage::open;
  std::variant<completion, failure> end;

  const completion& answer() const { return std::get<completion>(end); }
  const failure& failed() const { return std::get<failure>(end); }
};

heard_stream hear(std::string_view bytes, std::size_t cut = std::string_view::npos) {
  stream_reader reader{openai::stream_assembly{}};
  heard_stream out;
  for (std::size_t i = 0; i < bytes.size(); i += std::min(cut, bytes.size() - i)) {
    const auto piece = reader.take(bytes.substr(i, cut));
    out.text += piece.text;
    out.contents += piece.content ? 1 : 0;
  }
  out.stage = reader.stage();
  model_call call;
  call.ask = std::make_shared<prompt>();
  out.end = openai::decode({.status = 200, .headers = {}, .body = reader.whole()}, call);
  return out;
}

} // namespace

TEST_CASE("a stream is the answer that it would have been whole", "[unit]") {
  const auto bytes = chunk(R"("delta":{"role":"assistant","content":""},"finish_reason":null)")
                     + says("Good ") + ": ping\n\n" + says("day \xe2\x82\xac") + stops("stop")
                     + event(R"({"id":"c1","model":"m-1","choices":[],"usage":{"prompt_tokens":7,)"
                             R"("completion_tokens":3,"total_tokens":10}})")
                     + done;
  for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const auto x = hear(bytes, cut);
    CHECK(x.text == "Good day \xe2\x82\xac");
    CHECK(x.stage == stream_stage::closed);
    CHECK(x.answer().text == x.text);
    CHECK(x.answer().model == "m-1");
    CHECK(x.answer().finish == finish_reason::stop);
    CHECK(x.answer().usage.input == 7);
    CHECK(x.answer().usage.output == 3);
  }
}

TEST_CASE("roles, pings, empty words and thoughts are no content", "[unit]") {
  const auto contents = [](std::string_view bytes) { return hear(bytes).contents; };
  CHECK(contents(chunk(R"("delta":{"role":"assistant"},"finish_reason":null)")) == 0);
  CHECK(contents(says("")) == 0);
  CHECK(contents(": ping\n\n") == 0);
  CHECK(contents(chunk(R"("delta":{"reasoning_content":"Hm"},"finish_reason":null)")) == 0);
  CHECK(contents(says("x")) == 1);
  CHECK(contents(chunk(R"("delta":{"refusal":"No"},"finish_reason":null)")) == 1);
  CHECK(contents(chunk(R"("delta":{"tool_calls":[{"index":0,"id":"a"}]},"finish_reason":null)"))
        == 1);
  stream_reader reader{openai::stream_assembly{}};
  CHECK(reader.take(chunk(R"("delta":{"reasoning":"Hm"},"finish_reason":null)")).progress);
}

TEST_CASE("the fragments of tool calls find each other", "[unit]") {
  const auto fragments = [](std::string_view list) {
    return chunk(R"("delta":{"tool_calls":)" + std::string{list} + R"(},"finish_reason":null)");
  };
  using list = std::vector<std::string>;
  const auto calls = [](std::string_view bytes) {
    list out;
    const auto heard = hear(std::string{bytes} + stops("tool_calls") + done);
    for (const auto& x : heard.answer().tool_calls)
      out.push_back(x.id + ' ' + x.name + ' ' + x.arguments);
    return out;
  };
  SECTION("by index, interleaved") {
    CHECK(calls(fragments(R"([{"index":0,"id":"a","function":{"name":"f","arguments":""}}])")
                + fragments(R"([{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}])")
                + fragments(R"([{"index":0,"function":{"arguments":"{}"}}])")
                + fragments(R"([{"index":1,"function":{"arguments":"}"}}])"))
          == list{"a f {}", "b g {}"});
  }
  SECTION("without an index, by position") {
    CHECK(calls(fragments(R"([{"id":"a","function":{"name":"f","arguments":"{"}}])")
                + fragments(R"([{"function":{"arguments":"}"}}])")
                + fragments(R"([{"id":"b","function":{"name":"g","arguments":"{}"}}])"))
          == list{"a f {}", "b g {}"});
  }
  SECTION("whole calls that share an index are told apart by their ids") {
    CHECK(calls(fragments(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])")
                + fragments(R"([{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}])"))
          == list{"a f {}", "b f {}"});
  }
  SECTION("a name that is repeated is not doubled") {
    CHECK(calls(fragments(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])")
                + fragments(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"))
          == list{"a f {}"});
  }
  SECTION("what has a negative index belongs to none") {
    CHECK(calls(fragments(R"([{"index":-1,"function":{"arguments":"x"}}])")
                + fragments(R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])"))
          == list{"a f {}"});
  }
}

TEST_CASE("only the first choice is the answer", "[unit]") {
  const auto other = event(R"({"choices":[{"index":1,"delta":{"content":"B"}},)"
                           R"({"index":0,"delta":{"content":"A"},"finish_reason":null}]})");
  CHECK(hear(other + stops("stop") + done).answer().text == "A");
}

TEST_CASE("a stream that ends without a finish reason has failed", "[unit]") {
  CHECK(hear(says("half")).failed().kind == failure_class::transport);
  CHECK(hear(says("half") + done).failed().kind == failure_class::transport);
  CHECK(hear("").failed().kind == failure_class::transport);
}

TEST_CASE("a missing [DONE] after a finish reason is a normal end", "[unit]") {
  const auto x = hear(says("whole") + stops("stop"));
  CHECK(x.stage == stream_stage::finished);
  CHECK(x.answer().text == "whole");
}

TEST_CASE("an error in a stream is read as the error it is", "[unit]") {
  const auto overloaded = event(R"({"error":{"message":"busy","code":503}})");
  const auto limited =
      event(R"({"error":{"type":"rate_limit_error","code":"rate_limit_exceeded"}})");
  CHECK(hear(overloaded).failed().kind == failure_class::transport);
  CHECK(hear(says("half") + overloaded).failed().kind == failure_class::transport);
  CHECK(hear(limited + done).failed().kind == failure_class::rate_limit);
  CHECK(hear(says("half") + "event: error\ndata: oops\n\n").failed().kind
        == failure_class::transport);
  CHECK(hear(says("half") + limited).stage == stream_stage::closed);
  SECTION("also where no blank line follows it") {
    const auto x = hear(says("half") + R"(data: {"error":{"type":"insufficient_quota"}})");
    CHECK(x.failed().kind == failure_class::quota);
  }
}

TEST_CASE("a broken event is passed over unless a part of the answer is lost with it", "[unit]") {
  const auto broken =
      GENERATE(R"({"choices":[{"delta":{"role":"assis)", "{", "nonsense",
               R"({"choices":[{"delta":{"content":")", R"({"choices":[{"delta":{"content":"",)");
  CAPTURE(broken);
  const auto passed = hear(says("a") + event(broken) + says("b") + stops("stop") + done);
  CHECK(passed.answer().text == "ab");
  const auto lost = GENERATE(
      R"({"choices":[{"delta":{"content":"x)", R"({"choices":[{"delta":{"content" : "x"}]})",
      R"({"choices":[{"delta":{"refusal":"N)", R"({"function":{"arguments":"{\"a)");
  CAPTURE(lost);
  const auto ended = hear(says("a") + event(lost) + says("b") + stops("stop") + done);
  CHECK(ended.text == "a");
  CHECK(std::holds_alternative<failure>(ended.end));
}

TEST_CASE("a filter that struck or failed is not made good by later chunks", "[unit]") {
  const auto results = [](std::string_view x) {
    return chunk(R"("delta":{"content":"x"},"finish_reason":null,"content_filter_results":)"
                 + std::string{x});
  };
  const auto fine = results(R"({"hate":{"filtered":false}})");
  for (const auto* bad : {R"({"error":{"code":"content_filter_error"}})",
                          R"({"hate":{"filtered":true,"severity":"high"}})"}) {
    const auto x = hear(fine + results(bad) + fine + stops("stop") + done);
    CHECK(x.failed().kind == failure_class::policy);
  }
  CHECK(hear(fine + stops("stop") + done).answer().text == "x");
  CHECK(hear(fine + stops("content_filter") + done).failed().kind == failure_class::policy);
}

TEST_CASE("a stream that is no stream of chunks is given up", "[unit]") {
  stream_reader reader{openai::stream_assembly{}};
  for (int i = 0; i < 200; ++i)
    reader.take(event("nonsense"));
  CHECK(reader.stage() == stream_stage::closed);
  REQUIRE(reader.wrong());
  CHECK(reader.wrong()->kind == failure_class::contract);
}
