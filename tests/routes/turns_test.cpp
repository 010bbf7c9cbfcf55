#include "routes/turns.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

namespace {

message said(role from, std::string text) {
  return {from, {{part::kind::text, std::move(text), {}}}, {}, {}, {}};
}

message called(std::string id, std::string arguments) {
  return {role::assistant, {}, {{std::move(id), "wx", std::move(arguments)}}, {}, {}};
}

message answered(std::string id) {
  return {role::tool, {{part::kind::text, "3C", {}}}, {}, std::move(id), {}};
}

/// `U` and `A` for each turn, with the number of its messages.
std::string shape(const prompt& ask) {
  std::string out;
  for (const auto& x : turns_of(ask))
    out += (x.assistant ? "A" : "U") + std::to_string(x.messages.size());
  return out;
}

std::string kind_of(const prompt& ask, bool prefill = false) {
  route_config route;
  if (prefill)
    route.capabilities.bits |= static_cast<std::uint8_t>(capability::prefill);
  const auto why = objection_to_turns(route, ask);
  return why ? std::string{to_string(why->kind)} : "none";
}

} // namespace

TEST_CASE("neighbours of one side share a turn and the user speaks first", "[turns]") {
  using enum role;
  prompt ask;
  CHECK(shape(ask) == "U0");
  ask.messages = {said(system, "s")};
  CHECK(shape(ask) == "U0");
  ask.messages = {said(assistant, "Hello!"), said(user, "a"),      said(system, "s"),
                  said(user, "b"),           said(assistant, "c"), said(assistant, "d")};
  CHECK(shape(ask) == "U0A1U2A2");
  ask.messages = {said(user, "a"), said(assistant, " \n"), said(user, "b")};
  CHECK(shape(ask) == "U2");
}

TEST_CASE("tools speak first in the turn of the user", "[turns]") {
  prompt ask;
  ask.messages = {said(role::user, "a"), called("1", "{}"), said(role::user, "and?"),
                  answered("1")};
  const auto turns = turns_of(ask);
  REQUIRE(turns.size() == 3);
  REQUIRE(turns[2].messages.size() == 2);
  CHECK(turns[2].messages[0]->from == role::tool);
}

TEST_CASE("system texts go together in order, the instruction last", "[turns]") {
  using enum role;
  prompt ask;
  CHECK(system_text(ask, {}).empty());
  CHECK(system_text(ask, "Answer.") == "Answer.");
  ask.messages = {said(system, "a"), said(user, "u"), said(system, " "), said(system, "b")};
  CHECK(system_text(ask, "c") == "a\n\nb\n\nc");
}

TEST_CASE("what no dialect with turns can say is refused before the call", "[turns]") {
  using enum role;
  prompt ask;
  ask.messages = {said(user, "a"), called("1", R"({"city":"Oslo"})"), answered("1")};
  CHECK(kind_of(ask) == "none");
  for (const auto* blank : {"", " \n"}) {
    ask.messages[1] = called("1", blank);
    CHECK(kind_of(ask) == "none");
    CHECK(arguments_object(ask.messages[1].tool_calls[0]) == "{}");
  }
  for (const auto* broken : {"{", "[]", "7", "null", R"("x")", "{}{}"}) {
    INFO(broken);
    ask.messages[1] = called("1", broken);
    CHECK(kind_of(ask) == "capability");
  }
  ask.messages = {said(user, "a"), called("1", "{}"), answered("2")};
  CHECK(kind_of(ask) == "invalid_request");
  ask.messages = {answered("1"), called("1", "{}")};
  CHECK(kind_of(ask) == "invalid_request");
  ask.messages = {said(user, "a"), said(assistant, "Once upon")};
  CHECK(kind_of(ask) == "capability");
  CHECK(kind_of(ask, true) == "none");
  ask.messages = {{system, {{part::kind::image, "https://h/a.png", {}}}, {}, {}, {}}};
  CHECK(kind_of(ask) == "capability");
  ask.messages = {{user, {{part::kind::image, "http://h/a.png", {}}}, {}, {}, {}}};
  CHECK(kind_of(ask) == "capability");
  ask.messages = {{user, {{part::kind::image, "https://h/a.png", {}}}, {}, {}, {}}};
  CHECK(kind_of(ask) == "none");
}
