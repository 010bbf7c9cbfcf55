// Streams over loopback, and everything that a script can make of them.

#include "tests/app/simulator_dialects.hpp"

#include <chrono>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace hedgerow::simulator_test;
using namespace std::chrono_literals;

namespace {

/// Of the events of `x`; a stream's own end has none.
std::vector<std::string> kinds_of(const received& x) {
  std::vector<std::string> all;
  for (const auto& chunk : x.chunks)
    all.push_back(event_in(chunk).name);
  return all;
}

std::size_t comments_in(const received& x) {
  std::size_t n = 0;
  for (const auto& chunk : x.chunks)
    n += event_in(chunk).comment;
  return n;
}

std::string last_data(const received& x) {
  REQUIRE_FALSE(x.chunks.empty());
  return event_in(x.chunks.back()).data;
}

std::string model_m(const std::string& step) { return "models: { m: " + step + " }"; }

} // namespace

TEST_CASE("each dialect streams event by event, to its own end", "[simulator]") {
  const world x{model_m("{ answer: one two three, stream: { piece: 4 } }")};
  const std::vector<std::size_t> events{1 + 4 + 1 + 1 + 1, 1 + 1 + 4 + 1 + 1 + 1, 4 + 1};
  for (std::size_t i = 0; i < all_callers.size(); ++i) {
    CAPTURE(all_callers[i].name);
    const auto said = ask(x, all_callers[i], "m", true);
    CHECK(said.status == 200);
    CHECK(said.head.find("content-type: text/event-stream\r\n") != said.head.npos);
    CHECK(said.head.find("content-length") == said.head.npos);
    CHECK(said.end == end_of_reply::whole);
    CHECK(told_text(said) == "one two three");
    CHECK(said.chunks.size() == events[i]);
    const auto call = x.provider.calls().at(i);
    CHECK(call.stream);
    CHECK(call.events == events[i]);
    CHECK(call.how == ending::answered);
  }
  CHECK(last_data(ask(x, openai_caller, "m", true)) == "[DONE]");
  CHECK(kinds_of(ask(x, anthropic_caller, "m", true)).back() == "message_stop");
  CHECK(text_at(last_data(ask(x, gemini_caller, "m", true)), "/candidates/0/finishReason")
        == "STOP");
}

TEST_CASE("a connection carries streams and whole answers in turn", "[simulator]") {
  const world x{model_m("{ answer: one two three }")};
  client caller{x.provider.port()};
  for (int i = 0; i < 3; ++i) {
    post(caller, openai_caller, "m", true);
    CHECK(told_text(caller.receive()) == "one two three");
    post(caller, anthropic_caller, "m", false);
    CHECK(text_at(caller.receive().body, "/content/0/text") == "one two three");
  }
}

TEST_CASE("Gemini without alt=sse streams one JSON array", "[simulator]") {
  const world x{R"(
models:
  m: { answer: one two three, stream: { piece: 4 } }
  first: { answer: x, stream: { error: { after: 0, status: 503 } } }
  later: { answer: x, stream: { error: { after: 1, status: 503 }, pings: 1ms, gap: 5ms } }
)"};
  client caller{x.provider.port()};
  for (const auto* model : {"first", "later"}) {
    caller.post(gemini_caller.body(model, true, std::string{gemini_caller.question}), "",
                "/v1beta/models/" + std::string{model} + ":streamGenerateContent");
    const auto all = parsed(caller.receive().body);
    CHECK(json::find_text(*json::find(all[all.Size() - 1], "error"), "status") == "UNAVAILABLE");
  }
  caller.post(gemini_caller.body("m", true, std::string{gemini_caller.question}), "",
              "/v1beta/models/m:streamGenerateContent");
  const auto said = caller.receive();
  CHECK(said.head.find("content-type: application/json\r\n") != said.head.npos);
  CHECK(parsed(said.body).Size() == 5);
  CHECK(text_at(said.body, "/4/candidates/0/finishReason") == "STOP");
}

TEST_CASE("the first token and the gaps take no less than their time", "[simulator]") {
  const world x{model_m("{ answer: abcd, stream: { piece: 1, first_token: 40ms, gap: 10ms } }")};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    CHECK(told_text(ask(x, as, "m", true)) == "abcd");
    CHECK(x.provider.calls().back().took() >= 70ms);
  }
}

TEST_CASE("the head and the frame leave before the first token", "[simulator]") {
  const world x{model_m("{ answer: abcd, stream: { first_token: 1h } }")};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    client caller{x.provider.port()};
    post(caller, as, "m", true);
    const std::size_t frame = as.name == "openai" ? 1 : as.name == "anthropic" ? 2 : 0;
    const auto said = caller.receive(frame);
    CHECK(said.status == 200);
    CHECK(said.chunks.size() == frame);
    caller.close();
  }
  CHECK(x.wait_until(&tally::client_closed, 3));
}

TEST_CASE("a stall holds the stream for its time", "[simulator]") {
  const world x{
      model_m("{ answer: abcd, stream: { piece: 1, stall: { after: 2, lasts: 40ms } } }")};
  for (const auto& as : all_callers) {
    CHECK(told_text(ask(x, as, "m", true)) == "abcd");
    CHECK(x.provider.calls().back().took() >= 40ms);
  }
}

TEST_CASE("a client that leaves a stalled stream is noticed, with what it had", "[simulator]") {
  const world x{model_m("{ answer: abcdef, stream: { piece: 1, stall: { after: 3 } } }")};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto closed_before = x.provider.count().client_closed;
    client caller{x.provider.port()};
    post(caller, as, "m", true);
    CHECK(caller.receive(3).chunks.size() == 3);
    const auto left = std::chrono::steady_clock::now();
    caller.close();
    REQUIRE(x.wait_until(&tally::client_closed, closed_before + 1));
    const auto call = x.provider.calls().back();
    CHECK(call.how == ending::client_closed);
    CHECK(call.events == 3);
    CHECK(call.ended >= left);
    CHECK(call.bytes_sent > 0);
  }
  CHECK(x.provider.count("m").events == 9);
}

TEST_CASE("a test can wait for events before it acts", "[simulator]") {
  const world x{model_m("{ answer: abcdef, stream: { piece: 1, stall: { after: 4 } } }")};
  client caller{x.provider.port()};
  post(caller, openai_caller, "m", true);
  CHECK(x.wait_until(&tally::events, 4));
  CHECK(x.provider.calls().at(0).how == ending::waiting);
}

TEST_CASE("a stall after the last event keeps the body open", "[simulator]") {
  const world x{model_m("{ answer: ab, stream: { stall: { after: 100 } } }")};
  client caller{x.provider.port()};
  post(caller, openai_caller, "m", true);
  CHECK(event_in(caller.receive(5).chunks.back()).data == "[DONE]");
  caller.close();
  CHECK(x.wait_until(&tally::client_closed, 1));
}

TEST_CASE("a stream is cut or reset after so many events", "[simulator]") {
  const world x{R"(
models:
  cut: { answer: abcdef, stream: { piece: 1, cut: 3 } }
  none: { answer: abcdef, stream: { cut: 0 } }
  all: { answer: ab, stream: { cut: 100 } }
  reset: { answer: abcdef, stream: { piece: 1, reset: 3 } }
)"};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto cut = ask(x, as, "cut", true);
    CHECK(cut.end == end_of_reply::closed);
    CHECK(cut.chunks.size() == 3);
    CHECK(x.provider.calls().back().how == ending::cut);
    CHECK(x.provider.calls().back().events == 3);
    CHECK(ask(x, as, "none", true).chunks.empty());
    const auto all = ask(x, as, "all", true);
    CHECK(all.end == end_of_reply::closed);
    CHECK(told_text(all) == "ab");
    CHECK(ask(x, as, "reset", true).end == end_of_reply::reset);
    CHECK(x.provider.calls().back().how == ending::reset);
  }
}

TEST_CASE("a cut in bytes counts those of the events alone", "[simulator]") {
  const world x{R"(
models:
  whole: { answer: abcdef, stream: { piece: 2 } }
  part: { answer: abcdef, stream: { piece: 2 }, cut: 300 }
)"};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto whole = ask(x, as, "whole", true).body;
    auto part = ask(x, as, "part", true);
    CHECK(part.end == end_of_reply::closed);
    CHECK(part.body.size() == 300);
  }
}

TEST_CASE("a stream drips byte by byte and arrives whole", "[simulator]") {
  const world x{model_m("{ answer: abcdef, drip: { bytes: 1, every: 0ms } }")};
  for (const auto& as : all_callers)
    CHECK(told_text(ask(x, as, "m", true)) == "abcdef");
  const world slow{model_m("{ answer: abc, drip: { bytes: 40, every: 5ms } }")};
  CHECK(told_text(ask(slow, gemini_caller, "m", true)) == "abc");
  CHECK(slow.provider.calls().back().took() >= 25ms);
}

TEST_CASE("a broken event is one that no parser takes", "[simulator]") {
  const world x{R"(
models:
  broken: { answer: abcdef, stream: { piece: 2, broken: { at: 3 } } }
  empty: { answer: abcdef, stream: { piece: 2, broken: { at: 3, empty: true } } }
  beyond: { answer: abcdef, stream: { broken: { at: 100 } } }
)"};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto broken = ask(x, as, "broken", true);
    const auto empty = ask(x, as, "empty", true);
    for (const auto* said : {&broken, &empty}) {
      CHECK(said->end == end_of_reply::whole);
      for (std::size_t i = 0; i < said->chunks.size(); ++i) {
        const auto data = event_in(said->chunks[i]).data;
        if (data != "[DONE]")
          CHECK(json::parse(data).has_value() == (i != 2));
      }
    }
    CHECK(told_text(broken) != "abcdef");
    CHECK(told_text(empty) == "abcdef");
    CHECK(empty.chunks.size() == broken.chunks.size() + 1);
    CHECK(told_text(ask(x, as, "beyond", true)) == "abcdef");
  }
  CHECK(ask(x, openai_caller, "broken", true).chunks[2].find(R"("content":"cd")")
        != std::string::npos);
}

TEST_CASE("an end, a finish reason or the usage can be left out", "[simulator]") {
  const world x{R"(
models:
  end: { answer: ab, stream: { without: end } }
  finish: { answer: ab, stream: { without: [finish] } }
  bare: { answer: ab, stream: { without: [end, finish, usage] } }
)"};
  for (const auto& as : all_callers)
    for (const auto* model : {"end", "finish", "bare"}) {
      CAPTURE(as.name, model);
      const auto said = ask(x, as, model, true);
      const bool no_end = std::string_view{model} != "finish";
      const bool no_finish = std::string_view{model} != "end";
      CHECK(said.end == end_of_reply::whole);
      CHECK(told_text(said) == "ab");
      if (no_end) {
        CHECK(said.body.find("[DONE]") == std::string::npos);
        CHECK(said.body.find("message_stop") == std::string::npos);
      }
      std::string reasons;
      for (const auto& chunk : said.chunks)
        if (const auto data = event_in(chunk).data; data != "[DONE]")
          reasons += text_at(data, "/choices/0/finish_reason") + text_at(data, "/delta/stop_reason")
                     + text_at(data, "/candidates/0/finishReason");
      CHECK(reasons.empty() == no_finish);
    }
}

TEST_CASE("an error ends a stream, as its first event or later", "[simulator]") {
  const world x{R"(
models:
  first: { answer: abcd, stream: { error: { after: 0, status: 529 } } }
  later: { answer: abcd, stream: { piece: 1, error: { after: 3, message: gone, type: odd } } }
  bare: { answer: abcd, stream: { piece: 1, error: { after: 1, bare: true } } }
  good: { status: 200, error: { message: hidden } }
)"};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto first = ask(x, as, "first", true);
    CHECK(first.status == 200);
    REQUIRE(first.chunks.size() == 1);
    CHECK(json::at(parsed(last_data(first)), "/error/message"));
    const auto later = ask(x, as, "later", true);
    CHECK(later.chunks.size() == 4);
    CHECK(text_at(last_data(later), "/error/message") == "gone");
    CHECK(text_at(last_data(later), as.name == "gemini" ? "/error/status" : "/error/type")
          == "odd");
    const auto bare = ask(x, as, "bare", true);
    CHECK(json::at(parsed(bare.chunks.back()), "/error/message"));
    const auto good = ask(x, as, "good", true);
    CHECK(good.status == 200);
    CHECK(text_at(last_data(good), "/error/message") == "hidden");
  }
  CHECK(kinds_of(ask(x, anthropic_caller, "first", true)) == std::vector<std::string>{"error"});
  CHECK(text_at(last_data(ask(x, anthropic_caller, "first", true)), "/error/type")
        == "overloaded_error");
}

TEST_CASE("signs of life come while a stream waits", "[simulator]") {
  const world x{R"(
models:
  pings: { answer: abcd, stream: { first_token: 40ms, pings: 10ms } }
  comments: { answer: abcd, stream: { stall: { after: 1, lasts: 40ms }, comments: 10ms } }
  never: { answer: abcd, stream: { stall: { after: 1 }, pings: 5ms } }
)"};
  for (const auto& as : all_callers) {
    CAPTURE(as.name);
    const auto pings = ask(x, as, "pings", true);
    CHECK(told_text(pings) == "abcd");
    const auto named = kinds_of(pings);
    const auto seen = as.name == "anthropic" ? std::ranges::count(named, "ping")
                                             : static_cast<std::ptrdiff_t>(comments_in(pings));
    CHECK(seen >= 1);
    const auto counted = x.provider.calls().back().events + static_cast<std::size_t>(seen);
    CHECK(counted == pings.chunks.size());
    const auto comments = ask(x, as, "comments", true);
    CHECK(told_text(comments) == "abcd");
    CHECK(comments_in(comments) >= 1);
  }
  client caller{x.provider.port()};
  post(caller, anthropic_caller, "never", true);
  const auto named = kinds_of(caller.receive(4));
  CHECK(named == std::vector<std::string>{"message_start", "ping", "ping", "ping"});
  caller.close();
  CHECK(x.wait_until(&tally::client_closed, 1));
}

TEST_CASE("stopping ends a stream that stalls", "[simulator]") {
  world x{model_m("{ answer: abcd, stream: { stall: { after: 1 }, pings: 5ms } }")};
  client caller{x.provider.port()};
  post(caller, openai_caller, "m", true);
  CHECK(caller.receive(1).chunks.size() == 1);
  x.provider.stop();
  CHECK(x.wait_until(&tally::stopped, 1));
}

TEST_CASE("the shape of a stream is of no effect on whole answers", "[simulator]") {
  const world x{
      model_m("{ answer: abcd, stream: { first_token: 1h, stall: { after: 0 }, cut: 1 } }")};
  for (const auto& as : all_callers)
    CHECK(ask(x, as, "m", false).status == 200);
}
