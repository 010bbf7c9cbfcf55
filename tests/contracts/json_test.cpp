#include "contracts/json.hpp"
#include "contracts/json_compare.hpp"
#include "contracts/json_number.hpp"
#include "contracts/utf8.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

using namespace hedgerow;

namespace {

std::string why_not(std::string_view text, json::limits most = {}) {
  const auto parsed = json::parse(text, most);
  return parsed ? "parsed" : parsed.error().message;
}

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

std::string nested(unsigned depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

} // namespace

TEST_CASE("an error names the byte where the text stops being JSON", "[unit]") {
  CHECK_THAT(why_not(R"({"a":1,})"), Catch::Contains("at byte 7"));
  CHECK_THAT(why_not(R"({"a" 1})"), Catch::Contains("at byte 5"));
  CHECK_THAT(why_not(""), Catch::Contains("at byte 0"));
  CHECK(json::parse("nul").error().code == errc::invalid_json);
}

TEST_CASE("what JSON forbids is refused", "[unit]") {
  const auto text = GENERATE(
      as<std::string>{}, "// c\n1", "/* c */ 1", "[1,]", R"({"a":1,})", "NaN", "-Infinity", "01",
      "+1", ".5", "5.", "1e", "'a'", "{a:1}", "[1] 2", "1 2", "\"\t\"", "\"\\x41\"", "True",
      "\xef\xbb\xbf{}", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", R"("\ud800")",
      R"("\udc00")", R"(["a\uDFFFb"])", R"({"\udead":1})", R"("\ud800\ud800")", "1e400", "\f1",
      "\xc2\xa0"
      "1");
  CAPTURE(text);
  CHECK_FALSE(json::parse(text).has_value());
}

TEST_CASE("a NUL does not hide what comes after it", "[unit]") {
  using namespace std::string_literals;
  CHECK_THAT(why_not("1\0 2"s), Catch::Contains("at byte 1"));
  CHECK_THAT(why_not("{}\0"s), Catch::Contains("at byte 2"));
  CHECK_FALSE(json::parse("[\0]"s).has_value());
  CHECK_FALSE(json::parse("\"a\0b\""s).has_value());
  CHECK(json::text_of(parsed(R"("a\u0000b")")) == "a\0b"s);
}

TEST_CASE("a control character is refused wherever it stands, and told", "[unit]") {
  for (std::size_t before = 0; before < 40; ++before)
    for (char c = 1; c < 0x20; ++c) {
      const std::string text = "[\"" + std::string(before, 'x') + c + std::string(20, 'y') + "\"]";
      INFO(int{c} << " behind " << before);
      CHECK_THAT(why_not(text), Catch::Contains("at byte " + std::to_string(2 + before)));
    }
}

TEST_CASE("a string is read and written the same, wherever its escapes stand", "[unit]") {
  for (std::size_t before = 0; before < 40; ++before)
    for (const std::string_view special : {"\"", "\\", "\n", "\x01", "\x1f", "\x7f", "\xc3\xa9",
                                           "\xf0\x9f\x8c\xb3", "\"\\\"\xe2\x82\xac"}) {
      const auto text = std::string(before, 'x') + std::string{special} + std::string(20, 'y');
      std::string quoted;
      json::append_quoted(quoted, text);
      INFO(quoted);
      CHECK(json::text_of(parsed(quoted)) == text);
    }
}

TEST_CASE("depth and size are limited, and both limits are within what is allowed", "[unit]") {
  CHECK(why_not(nested(128)) == "parsed");
  CHECK_THAT(why_not(nested(129)), Catch::Contains("nested too deeply"));
  CHECK(why_not("[[]]", {.bytes = 4, .depth = 2}) == "parsed");
  CHECK_THAT(why_not("[[]]", {.bytes = 4, .depth = 1}), Catch::Contains("nested too deeply"));
  CHECK_THAT(why_not("[[]]", {.bytes = 3, .depth = 2}), Catch::Contains("longer than allowed"));
  CHECK(why_not(R"([{"a":[]},{"b":[]}])", {.depth = 3}) == "parsed");
}

TEST_CASE("numbers are integers of 64 bits or doubles where these say them exactly", "[unit]") {
  CHECK(parsed("18446744073709551615").GetUint64() == 18446744073709551615u);
  CHECK(parsed("-9223372036854775808").GetInt64() == INT64_MIN);
  CHECK(parsed("9007199254740993").GetInt64() == 9007199254740993);
  CHECK(parsed("1e23").GetDouble() == 1e23);
  CHECK(parsed("0.3000000000000000").GetDouble() == 0.3);
  CHECK(parsed("0.1").GetDouble() == 0.1);
  CHECK(parsed("5e-324").GetDouble() == 5e-324);
  CHECK(parsed("1.7976931348623157e308").GetDouble() == 1.7976931348623157e308);
}

TEST_CASE("any other number keeps its text", "[unit]") {
  const std::string text = GENERATE(
      as<std::string>{}, "18446744073709551616", "-9223372036854775809", "0.10000000000000000001",
      "12345678910111213141516171819202122232425262728293031", "12345678901234567890.0", "1e-400",
      "-123.456e-789", "3.14159265358979323846", "1152921504606846976.0", "4.9e-324");
  CAPTURE(text);
  const auto x = parsed("[" + text + "]");
  CHECK(json::is_decimal(x[0]));
  CHECK(json::is_number(x[0]));
  CHECK_FALSE(json::is_object(x[0]));
  CHECK(json::find(x[0], "number") == nullptr);
  CHECK(json::compact(x) == "[" + text + "]");
  CHECK(json::equal(x, parsed(json::compact(x))));
  const json::document copy = [&] {
    json::document out;
    out.CopyFrom(x, out.GetAllocator());
    return out;
  }();
  CHECK(json::compact(copy) == json::compact(x));
}

TEST_CASE("no input can pass for a number kept as text", "[unit]") {
  const auto x = parsed(R"({"number":"12345678901234567890123"})");
  CHECK_FALSE(json::is_decimal(x));
  CHECK(json::is_object(x));
  CHECK_FALSE(json::equal(x, parsed("12345678901234567890123")));
}

TEST_CASE("a text is read as a number in its plainest form or not at all", "[unit]") {
  json::document::AllocatorType memory;
  const auto read = [&](std::string_view text) {
    const auto form = json::read_number(text);
    return form ? json::compact(json::made_number(*form, memory)) : "none";
  };
  CHECK(read("-12") == "-12");
  CHECK(read("18446744073709551615") == "18446744073709551615");
  CHECK(read("1.50") == "1.5");
  CHECK(read("-0.0") == "-0.0");
  CHECK(read("123456789012345678901") == "123456789012345678901");
  for (const auto* wrong : {"", "-", "+1", "01", "1.", ".1", "1e", "1e+", "1 ", " 1", "0x1",
                            "1e400", "1e-1000000000000000", "NaN", "1.5.5", "--1"})
    CHECK(read(wrong) == "none");
}

TEST_CASE("compact JSON reads back as the same value", "[unit]") {
  const std::string text = R"({"a":[1,-2,3.5,1e300,true,false,null,"\u0001\"\\é😀"],"":{}})";
  const auto once = parsed(text);
  const auto again = parsed(json::compact(once));
  CHECK(json::equal(once, again));
  CHECK(json::compact(parsed(" { \"a\" : [ 1 , 2 ] } ")) == R"({"a":[1,2]})");
}

TEST_CASE("doubles are written with the shortest digits that lead back to them", "[unit]") {
  const auto written = [](const char* text) { return json::compact(parsed(text)); };
  CHECK(written("9.277837981879871e26") == "9.277837981879871e+26");
  CHECK(written("1.0") == "1.0");
  CHECK(written("-0.0") == "-0.0");
  CHECK(written("0.1") == "0.1");
  CHECK(written("1e2") == "100.0");
  CHECK(written("5e-324") == "5e-324");
  CHECK(written("1.7976931348623157e308") == "1.7976931348623157e+308");
  CHECK(written("9.363981990939935e+20") == "9.363981990939935e+20");
  CHECK(written("9007199254740991.0") == "9007199254740991.0");
  std::mt19937_64 random{11};
  const auto survives = [](double x) {
    const auto text = json::compact(json::value{x});
    CAPTURE(text);
    CHECK(std::strtod(text.c_str(), nullptr) == x);
    CHECK(json::equal(parsed(text), json::value{x}));
  };
  for (int round = 0; round < 2000; ++round) {
    const auto x = std::bit_cast<double>(random());
    if (std::isfinite(x))
      survives(x);
    survives(std::ldexp(static_cast<double>(random()), round % 40 - 20));
  }
}

TEST_CASE("what is appended as a string reads back, and broken UTF-8 as U+FFFD", "[unit]") {
  std::mt19937 random{7};
  std::uniform_int_distribution<int> byte{0, 255};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i)
      text += static_cast<char>(byte(random));
    CAPTURE(round);
    CHECK(json::parse(quoted(text)).has_value());
  }
  const std::string plain = "a\"\\/\b\f\n\r\t\x01\x7f é 漢 😀";
  CHECK(json::text_of(parsed(quoted(plain))) == plain);
  CHECK(quoted("a\xff\xc3") == "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(quoted("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("members are found by name", "[unit]") {
  const auto x = parsed(R"({"a":"text","b":1,"a":"second"})");
  CHECK(json::find_text(x, "a") == "text");
  CHECK(json::find_text(x, "b").empty());
  CHECK(json::find(x, "c") == nullptr);
  CHECK(json::find(parsed("[]"), "a") == nullptr);
}

TEST_CASE("a pointer finds what RFC 6901 says it finds", "[unit]") {
  const auto x = parsed(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,
                            "k\"l":6," ":7,"m~n":8,"01":9})");
  const auto at = [&](std::string_view pointer) {
    const auto* found = json::at(x, pointer);
    return found == nullptr ? "nothing" : json::compact(*found);
  };
  CHECK(json::at(x, "") == &x);
  CHECK(at("/foo") == R"(["bar","baz"])");
  CHECK(at("/foo/0") == R"("bar")");
  CHECK(at("/") == "0");
  CHECK(at("/a~1b") == "1");
  CHECK(at("/c%d") == "2");
  CHECK(at("/i\\j") == "5");
  CHECK(at("/ ") == "7");
  CHECK(at("/m~0n") == "8");
  CHECK(at("/01") == "9");
  for (const auto* wrong : {"foo", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/ 1",
                            "/foo/99999999999999999999", "/foo/0/x", "/m~n", "/m~2n", "/m~", "/x"})
    CHECK(at(wrong) == "nothing");
}

TEST_CASE("pointer tokens survive being written and read", "[unit]") {
  for (const std::string token : {"a", "", "a/b", "m~n", "~1", "/~0"}) {
    std::string pointer;
    json::append_token(pointer, token);
    CHECK(json::decoded_token(std::string_view{pointer}.substr(1)) == token);
  }
}

TEST_CASE("a container at the start of a text is seen whatever follows", "[unit]") {
  CHECK(json::starts_with_container("{} and so on"));
  CHECK(json::starts_with_container("[1]]"));
  CHECK_FALSE(json::starts_with_container("[1"));
  CHECK_FALSE(json::starts_with_container("1"));
  CHECK_FALSE(json::starts_with_container("{a}"));
}

TEST_CASE("values are equal as JSON Schema sees them", "[unit]") {
  const auto same = [](const char* a, const char* b) {
    const auto x = parsed(a);
    const auto y = parsed(b);
    const auto out = json::equal(x, y);
    CHECK(json::equal(y, x) == out);
    if (out)
      CHECK(json::hash(x) == json::hash(y));
    return out;
  };
  CHECK(same("1", "1.0"));
  CHECK(same("0", "-0.0"));
  CHECK(same(R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1})"));
  CHECK(same("123456789012345678901", "1.23456789012345678901e20"));
  CHECK(same("12345678901234567890.0", "12345678901234567890"));
  CHECK(same("1e-400", "10.0e-401"));
  CHECK_FALSE(same("123456789012345678901", "123456789012345678902"));
  CHECK_FALSE(same("1152921504606846976", "1152921504606846976e1"));
  CHECK_FALSE(same("1152921504606846976", "1152921504606847000.0"));
  CHECK_FALSE(same("1e-400", "0"));
  CHECK_FALSE(same("123456789012345678901", "\"123456789012345678901\""));
  CHECK_FALSE(same("9007199254740993", "9007199254740992.0"));
  CHECK(same("null", "null"));
  CHECK_FALSE(same("9007199254740993", "9007199254740992"));
  CHECK_FALSE(same("18446744073709551615", "-1"));
  CHECK_FALSE(same("true", "1"));
  CHECK_FALSE(same("false", "true"));
  CHECK_FALSE(same("false", "0"));
  CHECK_FALSE(same("\"a\"", "\"b\""));
  CHECK_FALSE(same("[1,2]", "[2,1]"));
  CHECK_FALSE(same(R"({"a":1})", R"({"a":1,"b":1})"));
  CHECK_FALSE(same(R"({"a":1})", R"({"b":1})"));
  CHECK_FALSE(same("{}", "[]"));
}

TEST_CASE("numbers are ordered exactly across their kinds", "[unit]") {
  const auto order = [](const char* a, const char* b) {
    return json::compare_numbers(parsed(a), parsed(b));
  };
  CHECK(std::is_lt(order("9007199254740992", "9007199254740993")));
  CHECK(std::is_lt(order("-1", "18446744073709551615")));
  CHECK(std::is_gt(order("18446744073709551615", "-1")));
  CHECK(std::is_eq(order("3", "3.0")));
  CHECK(std::is_gt(order("1e300", "1")));
  CHECK(std::is_gt(order("9007199254740993", "9007199254740992.0")));
  CHECK(std::is_lt(order("-123456789012345678902", "-123456789012345678901")));
  CHECK(std::is_gt(order("123456789012345678901.5", "123456789012345678901")));
  CHECK(std::is_gt(order("1e-400", "0")));
  CHECK(std::is_lt(order("-1e-400", "1e-401")));
  CHECK(std::is_gt(order("0.10000000000000000001", "0.1")));
}

TEST_CASE("multiples are those of the decimals as written", "[unit]") {
  const auto multiple = [](const char* x, const char* step) {
    return json::is_multiple(parsed(x), parsed(step));
  };
  CHECK(multiple("0.3", "0.1"));
  CHECK(multiple("-4.5", "1.5"));
  CHECK(multiple("0", "7"));
  CHECK(multiple("0.0075", "0.0001"));
  CHECK(multiple("12391239123", "1e-8"));
  CHECK(multiple("1e308", "0.5"));
  CHECK(multiple("-9223372036854775808", "2"));
  CHECK(multiple("1e3", "100"));
  CHECK(multiple("12345678901234567890123456789", "3"));
  CHECK(multiple("0.30000000000000000000003", "0.00000000000000000000001"));
  CHECK(multiple("246913578024691357802469135780", "123456789012345678901234567890"));
  CHECK(multiple("1e300", "1.0000000000000000000000000e-300"));
  CHECK(multiple("1e30", "1.525878906250000000000e-5"));
  CHECK_FALSE(multiple("246913578024691357802469135781", "123456789012345678901234567890"));
  CHECK_FALSE(multiple("1e300", "3.00000000000000000000001"));
  CHECK_FALSE(multiple("12345678901234567890123456788", "3"));
  CHECK_FALSE(multiple("0.00751", "0.0001"));
  CHECK_FALSE(multiple("35", "1.5"));
  CHECK_FALSE(multiple("1e308", "0.123456789"));
  CHECK_FALSE(multiple("9007199254740993", "2"));
  CHECK_FALSE(multiple("5", "10"));
  CHECK_FALSE(multiple("1", "1e300"));
}

TEST_CASE("characters are counted and cut between sequences", "[unit]") {
  CHECK(utf8::length("aé漢😀") == 4);
  CHECK(utf8::head("aé漢", 2) == "a");
  CHECK(utf8::head("aé漢", 3) == "aé");
  CHECK(utf8::head("abc", 9) == "abc");
  CHECK(utf8::sequence_length("😀x") == 4);
  CHECK(utf8::sequence_length("\xf4\x90\x80\x80") == 0);
  CHECK(utf8::sequence_length("\xe0\x80\x80") == 0);
  CHECK(utf8::sequence_length("\xe2\x82") == 0);
  CHECK(utf8::sequence_length("") == 0);
}

TEST_CASE("the first byte that is no UTF-8 is found, wherever it stands", "[unit]") {
  for (const std::string_view broken : {"\xff", "\xc3", "\xed\xa0\x80", "\xe2\x82", "\x80"})
    for (std::size_t before = 0; before < 20; ++before)
      for (const std::string_view after : {"", "abcdefgh"}) {
        const auto text = std::string(before, 'a').append(broken).append(after);
        CHECK(utf8::fault(text) == before);
      }
  for (const std::string_view good : {"", "a", "abcdefgh", "abcdefghé", "漢漢漢漢漢漢", "a😀b😀c😀"})
    CHECK(utf8::fault(good) == good.size());
}
