// What a caller of a stream gets, told by the real engine and its real actors in virtual time.

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using told = std::vector<std::string>;

const told kept; // No promise was broken.

/// A policy stop in the middle of a stream.
act is_filtered(const std::vector<std::string>& words) {
  auto out = streams(words);
  out.what = failure{.kind = failure_class::policy, .reason = "filtered", .status = 200};
  return out;
}

milliseconds heard_after(const submission& x) {
  REQUIRE(x.heard_at);
  return std::chrono::duration_cast<milliseconds>(*x.heard_at - x.began);
}

} // namespace

TEST_CASE_METHOD(world, "text goes on as it comes, and the answer is all of it", "[stream]") {
  add("a", {streams({"one ", "two ", "three"}, 30ms)});
  auto asked = submit_streamed();
  advance(35ms);
  CHECK(asked->heard == "one ");
  CHECK(asked->answers.empty());
  settle();
  CHECK(heard_after(*asked) == 30ms);
  CHECK(asked->heard == "one two three");
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().what.text == "one two three");
  CHECK(asked->got().resumed == "");
  CHECK(entries(records.at(0).facts.steps, trail_event::first_content).size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the trail tells how many broken events were passed over", "[stream]") {
  auto plays = streams({"one ", "two"});
  std::get<completion>(*plays.what).skipped_events = 3;
  add("a", {std::move(plays)});
  play_streamed();
  const auto ended = entries(records.at(0).facts.steps, trail_event::attempt_ended);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].result == "ok");
  CHECK(ended[0].reason == "events passed over that are no JSON: 3");
}

TEST_CASE_METHOD(world, "with `complete` nothing goes out before all is valid", "[stream]") {
  job().stream.commit = stream_commit::complete;
  job().retry.attempts = 0;
  add("a", {breaks_off({"half "})});
  add("b", {streams({"all ", "of it"})});
  auto asked = play_streamed();
  CHECK(asked->heard.empty());
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().what.text == "all of it");
  CHECK(asked->got().route == "b");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a contract of JSON is `complete` unless the task says otherwise",
                 "[stream]") {
  job().must = wants_ok();
  add("a", {streams({"{\"ok\":", "true}"})});
  auto asked = play_streamed();
  CHECK(asked->heard.empty());
  CHECK(asked->got().what.text == good_json);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a failure before any text is routed around in silence", "[stream]") {
  job().retry.attempts = 0;
  const auto first = GENERATE(0, 1);
  if (first == 0)
    add("a", {fails(failure_class::transport)});
  else
    add("a", {breaks_off({""})}); // a tool call that has begun, say
  add("b", {streams({"from b"})});
  auto asked = play_streamed();
  CHECK(asked->heard == "from b");
  CHECK(asked->got().route == "b");
  CHECK(asked->got().fallback);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a broken stream goes on where the next route says the same", "[stream]") {
  add("a", {breaks_off({"one ", "two "})});
  add("b", {streams({"one t", "wo ", "three"})});
  auto asked = play_streamed();
  CHECK(asked->heard == "one two three");
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().what.text == "one two three");
  CHECK(asked->got().resumed == "prefix");
  CHECK(asked->got().route == "b");
  CHECK(asked->got().attempts == 2);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a broken stream never goes on with other words", "[stream]") {
  add("a", {breaks_off({"one ", "two "})});
  const auto other =
      GENERATE(as<told>{}, told{"one ", "and two"}, told{"one"}, told{""}, told{"one two"});
  auto b = add("b", {streams(other)});
  auto asked = play_streamed();
  CHECK(asked->heard == "one two ");
  CHECK(asked->got().ended == outcome::failed);
  CHECK(asked->got().problem->code == errc::all_routes_failed);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "after other words the route behind it is asked", "[stream]") {
  add("a", {breaks_off({"one ", "two "})});
  auto b = add("b", {streams({"uno ", "due ", "tre", "quattro"})});
  add("c", {streams({"one two three"})});
  auto asked = play_streamed();
  CHECK(asked->heard == "one two three");
  CHECK(asked->got().route == "c");
  CHECK(b->calls.at(0).cancelled);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route that is asked to go on is told what was said", "[stream]") {
  job().stream.prefill = true;
  add("a", {breaks_off({"one ", "two "})});
  auto b = add("b", {streams({" three ", "four"})});
  config("b").capabilities.bits |= static_cast<std::uint8_t>(capability::prefill);
  auto asked = play_streamed();
  CHECK(asked->heard == "one two three four");
  CHECK(asked->got().what.text == asked->heard);
  CHECK(asked->got().resumed == "prefill");
  const auto& last = b->calls.at(0).ask.messages.back();
  CHECK(last.from == role::assistant);
  CHECK(last.parts.at(0).text == "one two"); // The blank is the model's to say again.
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a stream that may not go on ends as broken", "[stream]") {
  job().stream.prefix = false;
  add("a", {breaks_off({"one "})});
  auto b = add("b", {streams({"one two"})});
  add_message();
  auto asked = play_streamed();
  CHECK(asked->heard == "one ");
  CHECK(asked->got().ended == outcome::failed); // Not degraded: the caller has a part of an answer.
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the first text ends the race of a hedged stream", "[stream]") {
  job().hedge = hedge_policy{.fixed = 50ms};
  auto a = add("a", {streams({"slow"}, 500ms)});
  add("b", {streams({"quick ", "one"}, 20ms)});
  auto asked = submit_streamed();
  advance(71ms);
  CHECK(asked->heard == "quick ");
  CHECK(a->calls.at(0).cancelled);
  settle();
  CHECK(asked->got().what.text == "quick one");
  CHECK(asked->got().hedged);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a stream that has content is neither hedged nor given up", "[stream]") {
  job().hedge = hedge_policy{.fixed = 50ms};
  job().deadline = 1s;
  job().stream.commit = GENERATE(stream_commit::first_token, stream_commit::complete);
  auto slow = streams({"a ", "long ", "story"}, 20ms);
  slow.after = 900ms;
  add("a", {slow});
  auto b = add("b", {});
  auto asked = play_streamed();
  CHECK(asked->got().what.text == "a long story");
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the deadline is for the first text", "[stream]") {
  job().deadline = 100ms;
  auto slow = streams({"a ", "long ", "story"}, 20ms);
  slow.after = 3s;
  add("a", {slow});
  auto asked = play_streamed();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->took() == 3s);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "with `complete` the deadline is for all of it", "[stream]") {
  job().deadline = 100ms;
  job().stream.commit = stream_commit::complete;
  auto slow = streams({"a ", "long ", "story"}, 20ms);
  slow.after = 3s;
  add("a", {slow});
  auto asked = play_streamed();
  CHECK(asked->got().ended == outcome::failed);
  CHECK(asked->got().problem->code == errc::deadline_exceeded);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a policy stop ends a stream, and nobody goes on with it", "[stream]") {
  add("a", {is_filtered({"one ", "two "})});
  auto b = add("b", {streams({"one two three"})});
  auto asked = play_streamed();
  CHECK(asked->heard == "one two ");
  CHECK(asked->got().ended == outcome::blocked);
  CHECK(asked->got().withheld);
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "what is whole and yet no answer is told as broken", "[stream]") {
  job().must = wants_ok();
  job().stream.commit = stream_commit::first_token;
  add("a", {streams({"{\"not\":", "\"ok\"}"})});
  add("b", {streams({good_json})}, rung_role::stronger);
  auto asked = play_streamed();
  CHECK(asked->heard == "{\"not\":\"ok\"}");
  CHECK(asked->got().ended == outcome::failed);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a stream that can no longer become JSON ends there", "[stream]") {
  job().must = wants_ok();
  job().stream.commit = stream_commit::first_token;
  auto a = add("a", {streams({"{\"ok\":", " tru", "th is", " that I cannot say"})});
  auto asked = play_streamed();
  CHECK(asked->heard == "{\"ok\": tru");
  CHECK(a->calls.at(0).cancelled);
  CHECK(asked->got().ended == outcome::failed);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a stream of JSON goes on as long as it is some", "[stream]") {
  job().must = wants_ok();
  job().stream.commit = stream_commit::first_token;
  add("a", {streams({"{\"o", "k\":tr", "ue}"})});
  auto asked = play_streamed();
  CHECK(asked->heard == good_json);
  CHECK(asked->got().ended == outcome::answered);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route that cannot stream answers whole", "[stream]") {
  add("a", {says("all at once")});
  auto asked = play_streamed();
  CHECK(asked->heard.empty());
  CHECK(asked->got().what.text == "all at once");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a caller who leaves a stream stops its model", "[stream]") {
  auto a = add("a", {streams({"one ", "two ", "three"})});
  auto asked = submit_streamed();
  advance(15ms);
  asked->handle.abandon();
  settle();
  CHECK(asked->heard == "one ");
  CHECK(a->calls.at(0).cancelled);
  CHECK(asked->got().ended == outcome::cancelled);
  CHECK(broken_promises() == kept);
}
