#include "actors/degrader.hpp"

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

question about(std::string input, std::shared_ptr<const contract> must = nullptr) {
  question out;
  out.input = std::move(input);
  out.must.task = std::move(must);
  return out;
}

contract wants(contract::form form) {
  contract out;
  out.format = form;
  return out;
}

const rule refunds{.contains_any = {"refund"}, .answer = R"({"ok":"$input"})"};

} // namespace

TEST_CASE("rules answer with the truth about themselves", "[degrader]") {
  auto said = degrade(about("A refund!", wants_ok()), rules_of({refunds}), "latency");
  REQUIRE(said.answered);
  CHECK(said.text == R"({"ok":"A refund!"})");
  CHECK(said.is_json);
  CHECK(said.truth.kind == "rules");
  CHECK(said.truth.reason == "latency");
  CHECK_THAT(said.truth.message, Catch::Contains("rules"));
}

TEST_CASE("rules that do not match, or break the contract, say nothing", "[degrader]") {
  CHECK_FALSE(degrade(about("Hello.", wants_ok()), rules_of({refunds}), "x").answered);
  CHECK_FALSE(degrade(about("x", wants_ok()), rules_of({{.answer = R"({"no":1})"}}), "x").answered);
  auto calls = std::make_shared<const contract>(wants(contract::form::tool_call));
  CHECK_FALSE(degrade(about("A refund!", calls), rules_of({refunds}), "x").answered);
}

TEST_CASE("rules are held against what the caller asked for, too", "[degrader]") {
  auto asked = about("A refund!");
  asked.must.request = wants_ok();
  CHECK(degrade(asked, rules_of({refunds}), "x").is_json);
  CHECK_FALSE(degrade(asked, rules_of({{.answer = R"("fine")"}}), "x").answered);
}

TEST_CASE("a text in the rules is given as text where no JSON is wanted", "[degrader]") {
  auto said = degrade(about("x"), rules_of({{.answer = R"("Call us.")"}}), "x");
  REQUIRE(said.answered);
  CHECK(said.text == "Call us.");
  CHECK_FALSE(said.is_json);
}

TEST_CASE("a message is said as it stands, and is never taken for JSON", "[degrader]") {
  auto said = degrade(about("x", wants_ok()), message_rung{"Nothing was lost."}, "skipped");
  REQUIRE(said.answered);
  CHECK(said.text == "Nothing was lost.");
  CHECK_FALSE(said.is_json);
  CHECK(said.truth.kind == "message");
  CHECK(said.truth.reason == "skipped");
  CHECK(said.truth.message == "Nothing was lost.");
}

TEST_CASE("a rung that calls a model is none of the degrader's", "[degrader]") {
  CHECK_FALSE(degrade(about("x"), model_rung{"a"}, "x").answered);
}

TEST_CASE_METHOD(deterministic, "the degrader performs the rung it is asked for", "[degrader]") {
  auto asked = std::make_shared<question>(about("x"));
  task of;
  of.ladder = {model_rung{"a"}, message_rung{"One."}, message_rung{"Two."}};
  asked->of = &of;
  auto reply = ask<degraded_answer>(spawn(degrader), degrade_wish{asked, 2, "quota"});
  run();
  REQUIRE(reply->answer);
  CHECK(reply->answer->text == "Two.");
  CHECK(reply->answer->truth.reason == "quota");
}
