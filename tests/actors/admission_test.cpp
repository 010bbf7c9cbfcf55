#include "actors/admission.hpp"

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

request asks(std::string text) {
  message said;
  said.parts.push_back({.text = std::move(text)});
  request out;
  out.task = "t";
  out.ask.messages.push_back(std::move(said));
  return out;
}

/// A policy of one task `t` that `change` has been at.
struct one_task {
  template <class F>
  explicit one_task(F change) {
    policy x;
    task of{.name = "t", .deadline = 4s};
    change(of);
    x.tasks.emplace("t", std::move(of));
    rules = std::make_shared<const policy>(std::move(x));
  }

  one_task() : one_task([](task&) {}) {}

  question_ptr take(request x) const {
    auto out = admit(std::move(x), rules);
    REQUIRE(out.has_value());
    return *out;
  }

  error turn_away(request x) const {
    auto out = admit(std::move(x), rules);
    REQUIRE(out.has_error());
    return out.error();
  }

  std::shared_ptr<const policy> rules;
};

} // namespace

TEST_CASE("a request for no known task is turned away by name", "[admission]") {
  auto x = asks("hi");
  x.task = "nope";
  auto why = one_task{}.turn_away(x);
  CHECK(why.code == errc::model_not_found);
  CHECK_THAT(why.message, Catch::Contains("'nope'"));
  CHECK(why.param == "model");
}

TEST_CASE("a request that asks nothing is turned away", "[admission]") {
  request x;
  x.task = "t";
  auto why = one_task{}.turn_away(x);
  CHECK(why.code == errc::invalid_request);
  CHECK(why.param == "messages");
}

TEST_CASE("the task's system text comes first and the caller's messages stay", "[admission]") {
  one_task t{[](task& x) { x.system = "Be brief."; }};
  auto x = asks("hi");
  x.ask.messages.insert(x.ask.messages.begin(),
                        message{.from = role::system, .parts = {{.text = "Own."}}});
  auto all = t.take(x)->ask.messages;
  REQUIRE(all.size() == 3);
  CHECK(all[0].from == role::system);
  CHECK(all[0].parts.at(0).text == "Be brief.");
  CHECK(all[1].parts.at(0).text == "Own.");
  CHECK(all[2].parts.at(0).text == "hi");
}

TEST_CASE("the task's parameters fill in what the caller left open", "[admission]") {
  one_task t{[](task& x) {
    x.params.temperature = 0;
    x.params.max_tokens = 800;
    x.params.stop = {"END"};
  }};
  auto x = asks("hi");
  x.ask.params.temperature = 0.7;
  auto params = t.take(x)->ask.params;
  CHECK(params.temperature == 0.7);
  CHECK(params.max_tokens == 800);
  CHECK(params.stop == std::vector<std::string>{"END"});
  CHECK_FALSE(params.top_p);
  CHECK(t.take(x)->facts.max_output == 800);
}

TEST_CASE("a caller's deadline shortens the task's, never lengthens it", "[admission]") {
  one_task t;
  auto x = asks("hi");
  CHECK(t.take(x)->deadline == 4s);
  x.deadline = 500ms;
  CHECK(t.take(x)->deadline == 500ms);
  x.deadline = 1h;
  CHECK(t.take(x)->deadline == 4s);
}

TEST_CASE("a contract on JSON is told to the model as its output format", "[admission]") {
  using kind = output_format::kind;
  one_task t{[](task& x) { x.must = wants_ok(); }};
  auto form = t.take(asks("hi"))->ask.format;
  CHECK(form.what == kind::json_schema);
  CHECK(form.name == "ok");
  CHECK_THAT(form.schema, Catch::Contains("required"));

  SECTION("without a schema, as any object") {
    one_task any{[](task& y) {
      contract c;
      c.format = contract::form::json;
      y.must = std::make_shared<const contract>(c);
    }};
    CHECK(any.take(asks("hi"))->ask.format.what == kind::json_object);
  }
  SECTION("a caller's own form stays, and both contracts hold") {
    auto x = asks("hi");
    x.ask.format.what = kind::json_object;
    x.form = wants_ok();
    auto taken = t.take(x);
    CHECK(taken->ask.format.what == kind::json_object);
    CHECK(taken->must.task);
    CHECK(taken->must.request == x.form);
  }
  SECTION("a task without contract asks for no form") {
    CHECK(one_task{}.take(asks("hi"))->ask.format.what == kind::text);
  }
}

TEST_CASE("an input that breaks its schema is turned away before any route", "[admission]") {
  one_task t{[](task& x) {
    x.input.shape = *schema::compile(R"({"type":"object","required":["subject"]})");
  }};
  auto x = asks("hi");
  x.input_is_json = true;
  SECTION("wrong") {
    x.input = R"({"body":1})";
    CHECK(t.turn_away(x).code == errc::invalid_input);
    CHECK_THAT(t.turn_away(x).message, Catch::Contains("subject"));
  }
  SECTION("no JSON") {
    x.input = "{";
    CHECK(t.turn_away(x).code == errc::invalid_input);
  }
  SECTION("a plain string is a JSON string") {
    x.input_is_json = false;
    x.input = R"({"subject":1})";
    CHECK(t.turn_away(x).code == errc::invalid_input);
  }
  SECTION("right") {
    x.input = R"({"subject":"refund"})";
    CHECK(t.take(x)->input == x.input);
  }
}

TEST_CASE("without an input of its own, a request's input is the last user message",
          "[admission]") {
  auto x = asks("first");
  x.ask.messages.push_back({.from = role::assistant, .parts = {{.text = "and?"}}});
  x.ask.messages.push_back({.from = role::user, .parts = {{.text = "A refund."}}});
  x.ask.messages.push_back({.from = role::tool, .parts = {{.text = "{}"}}});
  CHECK(one_task{}.take(x)->input == "A refund.");
  x.input = "said";
  CHECK(one_task{}.take(x)->input == "said");
}

TEST_CASE("an input that is too long is turned away, its system text included", "[admission]") {
  one_task t{[](task& x) { x.input.max_tokens = 10; }};
  CHECK(t.take(asks(std::string(40, 'x')))->facts.estimated_input == 10);
  auto why = t.turn_away(asks(std::string(41, 'x')));
  CHECK(why.code == errc::invalid_input);
  CHECK(why.param == "input");
}

TEST_CASE("what a request needs of a model is known from its prompt", "[admission]") {
  auto x = asks("hi");
  SECTION("text") {
    auto facts = one_task{}.take(x)->facts;
    CHECK(facts.traffic == traffic_class::short_whole);
    CHECK_FALSE(facts.needs_tools);
    CHECK_FALSE(facts.needs_vision);
  }
  SECTION("tools") {
    x.ask.tools.push_back({.name = "lookup"});
    CHECK(one_task{}.take(x)->facts.needs_tools);
    CHECK(one_task{}.take(x)->facts.traffic == traffic_class::tools_whole);
  }
  SECTION("an image") {
    x.ask.messages[0].parts.push_back({.what = part::kind::image, .text = "https://x/y.png"});
    CHECK(one_task{}.take(x)->facts.needs_vision);
  }
}

TEST_CASE("the task's own tools are offered, and no others", "[admission]") {
  contract calls{.format = contract::form::tool_call};
  calls.tools = {{.what = {.name = "find", .parameters = "{}"}}};
  const one_task world{[&](task& of) { of.must = std::make_shared<const contract>(calls); }};
  const auto about = world.take(asks("hi"));
  REQUIRE(about->ask.tools.size() == 1);
  CHECK(about->ask.tools[0].name == "find");
  CHECK(about->facts.needs_tools);
  REQUIRE(about->ask.choice);
  CHECK(about->ask.choice->what == tool_choice::kind::required);

  auto own = asks("hi");
  own.ask.tools = {{.name = "find"}};
  own.ask.choice = tool_choice{};
  CHECK(world.take(own)->ask.choice->what == tool_choice::kind::automatic);
  own.ask.tools.push_back({.name = "drop"});
  const auto why = world.turn_away(own);
  CHECK(why.code == errc::invalid_request);
  CHECK(why.param == "tools[1]");
  CHECK_THAT(why.message, Catch::Contains("'drop'"));
}
