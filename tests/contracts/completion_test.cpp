#include "contracts/completion.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

namespace {

message said(std::string text) {
  message out;
  out.parts.push_back({.what = part::kind::text, .text = std::move(text), .detail = {}});
  return out;
}

} // namespace

TEST_CASE("input is estimated at four bytes a token, rounded up", "[unit]") {
  prompt x;
  CHECK(estimated_input_tokens(x) == 0);
  x.messages.push_back(said("abcd"));
  CHECK(estimated_input_tokens(x) == 1);
  x.messages.push_back(said("e"));
  CHECK(estimated_input_tokens(x) == 2);
}

TEST_CASE("three bytes that are no ASCII are a token", "[unit]") {
  prompt x;
  x.messages.push_back(said("\xe6\xa8\xb9\xe9\x9a\x9c")); // Two characters.
  CHECK(estimated_input_tokens(x) == 2);
  x.messages.push_back(said(std::string(400, 'a')));
  CHECK(estimated_input_tokens(x) == 102);
}

TEST_CASE("an image costs 765 tokens however long its address is", "[unit]") {
  prompt x;
  message shown;
  shown.parts.push_back(
      {.what = part::kind::image, .text = "data:" + std::string(9000, 'A'), .detail = "low"});
  x.messages = {shown, said("what is this")};
  CHECK(estimated_input_tokens(x) == 765 + 3);
}

TEST_CASE("tools, tool calls and the schema of the answer count as input", "[unit]") {
  prompt x;
  message called;
  called.tool_calls.push_back({.id = "call_1", .name = "find", .arguments = R"({"a":12})"});
  x.messages.push_back(called);
  CHECK(estimated_input_tokens(x) == 3);
  x.tools.push_back(
      {.name = "find", .description = "finds it", .parameters = "{  }", .strict = {}});
  CHECK(estimated_input_tokens(x) == 7);
  x.format.schema = "true";
  CHECK(estimated_input_tokens(x) == 8);
}

TEST_CASE("roles and finish reasons have names", "[unit]") {
  CHECK(to_string(role::system) == "system");
  CHECK(to_string(role::user) == "user");
  CHECK(to_string(role::assistant) == "assistant");
  CHECK(to_string(role::tool) == "tool");
  CHECK(to_string(finish_reason::stop) == "stop");
  CHECK(to_string(finish_reason::tool_calls) == "tool_calls");
  CHECK(to_string(finish_reason::length) == "length");
  CHECK(to_string(finish_reason::content_filter) == "content_filter");
}
