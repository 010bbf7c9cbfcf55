#include "routes/text_frame.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

/// As an assembly whose events are `{"a": {"text": …}}` and matter for nothing else.
const json::value* text_of_event(const json::value& data) {
  const auto* text = json::at(data, "/a/text");
  return text != nullptr && text->IsString() ? text : nullptr;
}

/// A frame that has learned from `data`.
text_frame learned(std::string_view data) {
  text_frame out;
  out.learn(data, "text", text_of_event);
  return out;
}

} // namespace

TEST_CASE("the text of an event is found when all the rest has come before", "[unit]") {
  auto frame = learned(R"({"id":7,"a":{"text":"one"},"b":null})");
  CHECK(frame.text_in("{\"id\":7,\"a\":{\"text\":\"two, \xc3\xa9\"},\"b\":null}")
        == "two, \xc3\xa9");
  CHECK(frame.text_in(R"({"id":7,"a":{"text":" "},"b":null})") == " ");
  CHECK_FALSE(frame.text_in(R"({"id":8,"a":{"text":"two"},"b":null})"));
  CHECK_FALSE(frame.text_in(R"({"id":7,"a":{"text":"two"},"b":true})"));
  CHECK_FALSE(frame.text_in(R"({"id":7,"a":{"text":"two"},"b":null} )"));
  CHECK_FALSE(frame.text_in(R"({"id":7,"a":{"text":"two")"));
  CHECK_FALSE(frame.text_in(""));
}

TEST_CASE("blanks around a member make no difference", "[unit]") {
  auto frame = learned("{ \"a\": { \"text\" :\t\"one\" } }");
  CHECK(frame.text_in("{ \"a\": { \"text\" :\t\"two\" } }") == "two");
}

TEST_CASE("a text that needs a parser is left to it", "[unit]") {
  auto frame = learned(R"({"a":{"text":"one \" two"}})");
  CHECK(frame.text_in(R"({"a":{"text":"plain"}})") == "plain");
  for (const std::string text :
       {R"(a\nb)", R"(\u0041)", R"(","b":")", "a\tb", "\xff", "\xed\xa0\x80", ""}) {
    INFO(text);
    CHECK_FALSE(frame.text_in(R"({"a":{"text":")" + text + R"("}})"));
  }
}

TEST_CASE("nothing is learned where another member might be meant", "[unit]") {
  for (const std::string_view data :
       {R"({"text":"x","a":{"text":"x"}})", R"({"a":{"text":"x"},"b":{"text":"x"}})",
        R"({"b":"text","a":{"text":"x"}})", R"({"b":{"text":"x"}})", R"({"a":{"text":["x"]}})",
        R"({"a":{"text":7}})", R"({"a":{"text":"x)", R"({"a":{"text":"x\)", R"({"a":{"text")", "",
        "text", R"({"a":{"text":"x"}},)"}) {
    INFO(data);
    CHECK_FALSE(learned(data).text_in(data));
  }
}

TEST_CASE("an event that is long is not kept", "[unit]") {
  const auto data = R"({"a":{"text":"x"},"b":")" + std::string(2000, 'y') + R"("})";
  CHECK_FALSE(learned(data).text_in(data));
}

TEST_CASE("a stream whose events differ all the time is given up", "[unit]") {
  text_frame frame;
  const auto event = [](int i) { return R"({"a":{"text":"x"},"i":)" + std::to_string(i) + '}'; };
  for (int i = 0; i < 3; ++i)
    frame.learn(event(i), "text", text_of_event);
  CHECK(frame.text_in(event(2)) == "x");
  // One that helped is no reason to give up.
  for (int i = 3; i < 7; ++i)
    frame.learn(event(i), "text", text_of_event);
  CHECK(frame.text_in(event(6)) == "x");
  for (int i = 7; i < 12; ++i)
    frame.learn(event(i), "text", text_of_event);
  CHECK_FALSE(frame.text_in(event(11)));
  CHECK(frame.text_in(event(10)) == "x");
}
