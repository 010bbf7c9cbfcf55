#include "contracts/contract.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

constexpr auto shape = R"({"type":"object","required":["category"],"properties":
  {"category":{"enum":["billing","other"]},"confidence":{"type":"number"}}})";

constexpr repair_steps none{.syntax = false, .coerce = false};

/// Mends nothing, as `made` does not.
std::shared_ptr<contract> json_contract() {
  contract out;
  out.name = "ticket";
  out.repair = none;
  out.format = contract::form::json;
  out.shape = schema::compile(std::string_view{shape}).value();
  return std::make_shared<contract>(std::move(out));
}

std::shared_ptr<contract> made(contract::form format) {
  contract out;
  out.format = format;
  out.repair = none;
  return std::make_shared<contract>(std::move(out));
}

completion said(std::string text) {
  completion out;
  out.text = std::move(text);
  return out;
}

completion called(std::string name, std::string arguments) {
  completion out;
  out.tool_calls.push_back({.id = "1", .name = std::move(name), .arguments = std::move(arguments)});
  out.finish = finish_reason::tool_calls;
  return out;
}

prompt with_tools() {
  prompt out;
  out.tools = {{.name = "find",
                .description = "",
                .parameters = R"({"type":"object","required":["id"],"additionalProperties":false,
                                  "properties":{"id":{"type":"integer"}}})",
                .strict = {}},
               {.name = "ping", .description = "", .parameters = "", .strict = {}}};
  return out;
}

prompt choosing(tool_choice::kind what, std::string name = {}) {
  auto out = with_tools();
  out.choice = tool_choice{.what = what, .name = std::move(name)};
  return out;
}

/// The verdict and its violations: `invalid: json@/tool_calls/0/arguments`.
std::string told(const terms& must, const prompt& asked, completion x) {
  const auto before = x.text;
  const auto v = judge(must, asked, x);
  CHECK(x.text == before);
  CHECK((v.kind == verdict_kind::invalid) == !v.violations.empty());
  CHECK((v.kind == verdict_kind::blocked) == !v.reason.empty());
  std::string out{to_string(v.kind)};
  for (const auto& broken : v.violations)
    out += (&broken == v.violations.data() ? ": " : ", ") + broken.keyword + '@' + broken.pointer;
  return out;
}

} // namespace

TEST_CASE("without a contract any text that says something is valid", "[unit]") {
  CHECK(told({}, {}, said("x")) == "valid");
  CHECK(told({}, {}, said("")) == "invalid: not_empty@");
  CHECK(told({}, {}, said(" \n\t")) == "invalid: not_empty@");
  CHECK(told({}, {}, said("I can't help with that.")) == "valid");
  CHECK(told({}, with_tools(), called("ping", "{}")) == "valid");
}

TEST_CASE("a JSON contract wants one JSON value that keeps its schema", "[unit]") {
  const terms must{.task = json_contract(), .request = nullptr};
  CHECK(told(must, {}, said(R"({"category":"billing"})")) == "valid");
  CHECK(told(must, {}, said(" {\"category\":\"other\"}\n")) == "valid");
  CHECK(told(must, {}, said("")) == "invalid: json@");
  CHECK(told(must, {}, said("The category is billing.")) == "invalid: json@");
  CHECK(told(must, {}, said("```json\n{\"category\":\"other\"}\n```")) == "invalid: json@");
  CHECK(told(must, {}, said(R"({"category":"refund"})")) == "invalid: enum@/category");
  CHECK(told(must, {}, said(R"({"category":"billing"} {})")) == "invalid: json@");
  CHECK(told({.task = made(contract::form::json), .request = nullptr}, {}, said("[1]")) == "valid");
}

TEST_CASE("confidence is a number from 0 to 1 where the pointer says", "[unit]") {
  auto c = json_contract();
  c->confidence = "/confidence";
  const terms must{.task = c, .request = nullptr};
  for (const auto* good : {"0", "1", "0.5", "1.0"})
    CHECK(told(must, {}, said(R"({"category":"other","confidence":)" + std::string{good} + "}"))
          == "valid");
  for (const auto* bad : {"-0.1", "1.01", "2"})
    CHECK(told(must, {}, said(R"({"category":"other","confidence":)" + std::string{bad} + "}"))
          == "invalid: confidence@/confidence");
  CHECK(told(must, {}, said(R"({"category":"other"})")) == "invalid: confidence@/confidence");
  CHECK(told(must, {}, said(R"({"category":"other","confidence":"1"})"))
        == "invalid: type@/confidence, confidence@/confidence");
}

TEST_CASE("a text contract counts characters, not bytes", "[unit]") {
  auto c = made(contract::form::text);
  c->max_length = 3;
  const terms must{.task = c, .request = nullptr};
  CHECK(told(must, {}, said("漢漢漢")) == "valid");
  CHECK(told(must, {}, said("abcd")) == "invalid: max_length@");
  CHECK(told(must, {}, said("")) == "valid");
  c->not_empty = true;
  CHECK(told(must, {}, said("")) == "invalid: not_empty@");
}

TEST_CASE("what the request asks for counts beside the task's contract", "[unit]") {
  const auto other = schema::compile(std::string_view{R"({"required":["confidence"]})"}).value();
  auto request = made(contract::form::json);
  request->shape = other;
  const terms must{.task = json_contract(), .request = request};
  CHECK(told(must, {}, said(R"({"category":"other","confidence":1})")) == "valid");
  CHECK(told(must, {}, said(R"({"category":"other"})")) == "invalid: required@");
  CHECK(told(must, {}, said(R"({"confidence":1})")) == "invalid: required@");
  CHECK(told(must, {}, said("prose")) == "invalid: json@");
  CHECK(told({.task = nullptr, .request = request}, {}, said("{}")) == "invalid: required@");
}

TEST_CASE("a tool call is held against the tools that were offered", "[unit]") {
  const auto asked = with_tools();
  const terms must{.task = made(contract::form::text), .request = nullptr};
  CHECK(told({}, asked, called("find", R"({"id":1})")) == "valid");
  CHECK(told({}, asked, called("ping", R"({"anything":1})")) == "valid");
  CHECK(told({}, asked, called("drop", "{}")) == "invalid: tools@/tool_calls/0/name");
  CHECK(told({}, {}, called("find", "{}")) == "invalid: tools@/tool_calls/0/name");
  CHECK(told(must, asked, called("find", R"({"id":)")) == "invalid: json@/tool_calls/0/arguments");
  CHECK(told(must, asked, called("ping", "")) == "invalid: json@/tool_calls/0/arguments");
  CHECK(told(must, asked, called("ping", "[]")) == "invalid: type@/tool_calls/0/arguments");
  CHECK(told(must, asked, called("find", R"({"id":"1"})"))
        == "invalid: type@/tool_calls/0/arguments/id");
  CHECK(told(must, asked, called("find", R"({"id":1,"x":2})"))
        == "invalid: additionalProperties@/tool_calls/0/arguments/x");
}

TEST_CASE("a tool whose schema does not compile here still wants an object", "[unit]") {
  prompt asked;
  asked.tools = {
      {.name = "f", .description = "", .parameters = R"({"$ref":"http://x/"})", .strict = {}}};
  CHECK(told({}, asked, called("f", R"({"a":1})")) == "valid");
  CHECK(told({}, asked, called("f", "1")) == "invalid: type@/tool_calls/0/arguments");
}

TEST_CASE("tool calls have ids of their own and come in parallel only where they may", "[unit]") {
  auto asked = with_tools();
  auto x = called("ping", "{}");
  x.tool_calls.push_back({.id = "2", .name = "ping", .arguments = "{}"});
  CHECK(told({}, asked, x) == "valid");
  asked.params.parallel_tool_calls = true;
  CHECK(told({}, asked, x) == "valid");
  asked.params.parallel_tool_calls = false;
  CHECK(told({}, asked, x) == "invalid: parallel_tool_calls@/tool_calls");
  CHECK(told({}, asked, called("ping", "{}")) == "valid");
  x.tool_calls[1].id = "1";
  CHECK(told({}, with_tools(), x) == "invalid: unique@/tool_calls/1/id");
}

TEST_CASE("the caller's tool choice is kept", "[unit]") {
  using kind = tool_choice::kind;
  const auto call = called("ping", "{}");
  CHECK(told({}, choosing(kind::automatic), said("x")) == "valid");
  CHECK(told({}, choosing(kind::automatic), call) == "valid");
  CHECK(told({}, choosing(kind::none), said("x")) == "valid");
  CHECK(told({}, choosing(kind::none), call) == "invalid: tool_choice@/tool_calls");
  CHECK(told({}, choosing(kind::required), call) == "valid");
  CHECK(told({}, choosing(kind::required), said("x")) == "invalid: tool_choice@");
  CHECK(told({}, choosing(kind::named, "ping"), call) == "valid");
  CHECK(told({}, choosing(kind::named, "find"), call) == "invalid: tool_choice@/tool_calls");
  CHECK(told({}, choosing(kind::named, "find"), said("x")) == "invalid: tool_choice@/tool_calls");
}

TEST_CASE("a tool contract wants a call", "[unit]") {
  const terms must{.task = made(contract::form::tool_call), .request = nullptr};
  CHECK(told(must, with_tools(), called("ping", "{}")) == "valid");
  CHECK(told(must, with_tools(), said("I would call ping.")) == "invalid: tool_call@");
}

TEST_CASE("a call of an offered tool stands in for the JSON that was wanted", "[unit]") {
  const terms must{.task = json_contract(), .request = json_contract()};
  CHECK(told(must, with_tools(), called("ping", "{}")) == "valid");
  CHECK(told(must, with_tools(), called("drop", "{}")) == "invalid: tools@/tool_calls/0/name");
  CHECK(told(must, {}, called("ping", "{}")) == "invalid: tools@/tool_calls/0/name");
}

TEST_CASE("prose that refuses what was wanted is blocked, never invalid", "[unit]") {
  const terms json{.task = json_contract(), .request = nullptr};
  const terms asked_json{.task = nullptr, .request = made(contract::form::json)};
  const terms tool{.task = made(contract::form::tool_call), .request = nullptr};
  const auto refusal = said("I'm sorry, but I can't help with that.");
  CHECK(told(json, {}, refusal) == "blocked");
  CHECK(told(asked_json, {}, refusal) == "blocked");
  CHECK(told(tool, with_tools(), refusal) == "blocked");
  CHECK(told({}, choosing(tool_choice::kind::required), refusal) == "blocked");
  CHECK(told({}, choosing(tool_choice::kind::named, "ping"), refusal) == "blocked");
  auto x = refusal;
  CHECK_THAT(judge(json, {}, x).reason, Catch::Contains("I can't help with"));
}

TEST_CASE("a refusal beside what was wanted does not block", "[unit]") {
  const terms json{.task = json_contract(), .request = nullptr};
  CHECK(told(json, {}, said(R"({"category":"other","note":"I can't help with that."})"))
        == "valid");
  CHECK(told(json, {}, said("I can't help with that. {\"category\":\"other\"}"))
        == "invalid: json@");
  CHECK(told(json, {}, said("I cannot find the category in the text.")) == "invalid: json@");
  auto x = called("ping", "{}");
  x.text = "I can't help with that.";
  CHECK(told({.task = made(contract::form::tool_call), .request = nullptr}, with_tools(), x)
        == "valid");
  CHECK(told({.task = made(contract::form::text), .request = nullptr}, {},
             said("I can't help with that."))
        == "valid");
}

TEST_CASE("an answer that the provider withheld is blocked", "[unit]") {
  auto x = said("half an answ");
  x.finish = finish_reason::content_filter;
  CHECK(told({}, {}, x) == "blocked");
}

TEST_CASE("a contract has languages and sources", "[unit]") {
  auto c = json_contract();
  c->shape = std::nullopt;
  c->language = "en";
  c->sources = citations::compile("/sources/*").value();
  const terms must{.task = c, .request = nullptr};
  const std::string english = R"("note":"The customer was charged twice for the same order.")";
  const std::string german =
      R"("note":"Der Kunde wurde zweimal für dieselbe Bestellung belastet.")";
  const std::string source = R"("sources":["https://example.org/a"])";
  CHECK(told(must, {}, said("{" + english + "," + source + "}")) == "valid");
  CHECK(told(must, {}, said("{" + german + "," + source + "}")) == "invalid: language@");
  CHECK(told(must, {}, said("{" + english + R"(,"sources":["a"]})"))
        == "invalid: citations@/sources/0");
  c->sources_among_input = true;
  prompt asked;
  asked.messages = {{.parts = {{.text = "See https://example.org/a."}}}};
  CHECK(told(must, asked, said("{" + english + "," + source + "}")) == "valid");
  asked.messages.front().parts.front().text = "See https://example.org/b.";
  CHECK(told(must, asked, said("{" + english + "," + source + "}"))
        == "invalid: citations@/sources/0");
}

TEST_CASE("a task allows tools of its own, beside what the request offers", "[unit]") {
  auto c = made(contract::form::tool_call);
  c->tools = {{.what = {.name = "find"},
               .arguments = schema::compile(std::string_view{R"({"required":["why"]})"}).value()}};
  const terms must{.task = c, .request = nullptr};
  const auto asked = with_tools();
  CHECK(told(must, asked, called("find", R"({"id":1})"))
        == "invalid: required@/tool_calls/0/arguments");
  CHECK(told(must, asked, called("ping", "{}")) == "invalid: tools@/tool_calls/0/name");
  auto twice = called("find", R"({"id":1,"why":"x"})");
  CHECK(told(must, asked, twice) != "valid"); // What was offered forbids `why`.
  c->tools.front().arguments.reset();
  twice = called("find", R"({"id":1})");
  twice.tool_calls.push_back({.id = "2", .name = "find", .arguments = R"({"id":2})"});
  CHECK(told(must, asked, twice) == "valid");
  c->parallel = false;
  CHECK(told(must, asked, twice) == "invalid: parallel_tool_calls@/tool_calls");
}

TEST_CASE("a broken answer is mended where the contract allows it, and says what was done",
          "[unit][repair]") {
  auto c = json_contract();
  c->repair = {};
  const terms must{.task = c, .request = nullptr};
  auto x = said("Here you are:\n```json\n{'category': 'Billing',}\n```");
  SECTION("by syntax and by the schema") {
    const auto v = judge(must, {}, x);
    CHECK(v.kind == verdict_kind::repaired);
    CHECK(x.text == R"({"category":"billing"})");
    CHECK(v.changes.size() >= 2);
    CHECK(v.changes.back().pointer == "/category");
    REQUIRE(v.violations.size() == 1);
    CHECK(v.violations.front().keyword == "json");
  }
  SECTION("not by steps that it does not list") {
    c->repair.coerce = false;
    CHECK(told(must, {}, x) == "invalid: json@, enum@/category");
    c->repair = {.syntax = false};
    CHECK(told(must, {}, x) == "invalid: json@");
    CHECK(judge(must, {}, x = said(R"({"category":"Billing"})")).kind == verdict_kind::repaired);
  }
  SECTION("only where every contract allows it") {
    const terms both{.task = c, .request = json_contract()};
    CHECK(told(both, {}, x) == "invalid: json@");
  }
  SECTION("not by inventing what is required") {
    CHECK(told(must, {}, said("```{}```")) == "invalid: json@, required@");
    CHECK(told(must, {}, said(R"({"category":7})")) == "invalid: enum@/category");
  }
  SECTION("and a good one stays as it is, byte for byte") {
    CHECK(told(must, {}, said(" {\"category\" : \"billing\"}")) == "valid");
  }
}

TEST_CASE("the arguments of a tool call are mended like an answer", "[unit][repair]") {
  const auto asked = with_tools();
  auto x = called("find", R"({"id": "12"})");
  SECTION("by the schema of the tool") {
    const auto v = judge({}, asked, x);
    CHECK(v.kind == verdict_kind::repaired);
    CHECK(x.tool_calls[0].arguments == R"({"id":12})");
    REQUIRE(v.changes.size() == 1);
    CHECK(v.changes[0].pointer == "/tool_calls/0/arguments/id");
    CHECK(v.violations.at(0).keyword == "type");
  }
  SECTION("by syntax") {
    x.tool_calls[0].arguments = "{id: 12,}";
    CHECK(judge({}, asked, x).kind == verdict_kind::repaired);
    CHECK(x.tool_calls[0].arguments == R"({"id":12})");
  }
  SECTION("not by closing what was cut off") {
    x.tool_calls[0].arguments = R"({"id":12)";
    CHECK(judge({}, asked, x).kind == verdict_kind::invalid);
    CHECK(x.tool_calls[0].arguments == R"({"id":12)");
  }
  SECTION("no arguments at all are an empty object") {
    x = called("ping", " ");
    CHECK(judge({}, asked, x).kind == verdict_kind::repaired);
    CHECK(x.tool_calls[0].arguments == "{}");
    x = called("find", "");
    CHECK(judge({}, asked, x).kind == verdict_kind::invalid);
    CHECK(x.tool_calls[0].arguments.empty());
  }
  SECTION("all of them or none") {
    x.tool_calls.push_back({.id = "2", .name = "drop", .arguments = "{}"});
    CHECK(judge({}, asked, x).kind == verdict_kind::invalid);
    CHECK(x.tool_calls[0].arguments == R"({"id": "12"})");
  }
}

TEST_CASE("no verdict carries more than sixteen violations", "[unit]") {
  auto x = called("drop", "{}");
  for (int i = 0; i < 100; ++i)
    x.tool_calls.push_back(x.tool_calls[0]);
  CHECK(judge({}, with_tools(), x).violations.size() == 16);
}

TEST_CASE("a contract can be held against an answer on its own", "[unit]") {
  CHECK(violations(*json_contract(), said(R"({"category":"other"})")).empty());
  CHECK(violations(*json_contract(), said("{}")).size() == 1);
  CHECK(violations(*made(contract::form::tool_call), said("x")).size() == 1);
  CHECK(violations(*made(contract::form::tool_call), called("any", "")).empty());
  CHECK(violations(*made(contract::form::text), said("")).empty());
}

TEST_CASE("verdicts have names", "[unit]") {
  CHECK(to_string(verdict_kind::valid) == "valid");
  CHECK(to_string(verdict_kind::repaired) == "repaired");
  CHECK(to_string(verdict_kind::invalid) == "invalid");
  CHECK(to_string(verdict_kind::blocked) == "blocked");
}
