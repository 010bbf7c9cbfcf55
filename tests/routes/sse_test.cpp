#include "contracts/json.hpp"
#include "routes/sse.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

/// An event as `name|data`.
std::vector<std::string> events_in(const std::vector<std::string>& pieces, sse_limits limits = {}) {
  std::vector<std::string> out;
  sse_parser parser{limits};
  for (const auto& piece : pieces) {
    parser.feed(piece);
    while (const auto event = parser.next())
      out.push_back(std::string{event->name} + '|' + std::string{event->data});
  }
  return out;
}

std::vector<std::string> cut(std::string_view bytes, std::size_t size) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < bytes.size(); i += size)
    out.emplace_back(bytes.substr(i, size));
  return out;
}

using list = std::vector<std::string>;

std::string from_base64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const auto c : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count);
    }
  }
  return out;
}

/// JSON data without its blanks: some tests name only the value.
void normalise(std::string& event) {
  const auto bar = event.find('|') + 1;
  if (const auto x = json::parse(std::string_view{event}.substr(bar)))
    event.replace(bar, std::string::npos, json::compact(*x));
}

std::string bytes_of(const json::value& one) {
  std::string out;
  for (const auto& x : json::find(one, "steps")->GetArray()) {
    out += json::find_text(x, "feed");
    out += from_base64(json::find_text(x, "feed_b64"));
  }
  // A byte order mark is written there as three characters, one for each byte.
  if (out.starts_with("\xc3\xaf\xc2\xbb\xc2\xbf"))
    out.replace(0, 6, "\xef\xbb\xbf");
  return out;
}

list expected_of(const json::value& one) {
  // The official SDKs deliver an event that has a name and no data; the standard does not.
  const auto is_sdk = json::find_text(one, "semantics").starts_with("SDK");
  list out;
  for (const auto& x : json::find(one, "expected")->GetArray()) {
    if (json::find_text(x, "type") != "event")
      continue;
    const auto* value = json::find(x, "json");
    auto data = value != nullptr ? json::compact(*value) : std::string{json::find_text(x, "data")};
    if (is_sdk && data.empty())
      continue;
    out.push_back(std::string{json::find_text(x, "event")} + '|' + data);
    normalise(out.back());
  }
  return out;
}

} // namespace

TEST_CASE("events are read as the standard says, however the bytes are cut", "[unit]") {
  struct row {
    std::string bytes;
    list events;
  };
  const auto x = GENERATE(
      row{"data: a\n\n", {"|a"}}, row{"data:a\r\n\r\n", {"|a"}},
      row{"data: a\rdata: b\r\r", {"|a\nb"}}, row{": ping\n\ndata: x\n\n", {"|x"}},
      row{"event: error\ndata: {\"error\":{}}\n\n", {"error|{\"error\":{}}"}},
      row{"\xef\xbb\xbf"
          "data: a\n\n",
          {"|a"}},
      row{"data: {\"x\":1}", {}}, row{"data\n\n", {"|"}}, row{"data:\n\n", {"|"}},
      row{"data:  two\n\n", {"| two"}}, row{"event: named\n\ndata: x\n\n", {"|x"}},
      row{"data: [DONE]\n\ndata: [DONE]\n\n", {"|[DONE]", "|[DONE]"}},
      row{"data: \xe2\x80\xa8 \xf0\x9f\x98\xb6\n\n", {"|\xe2\x80\xa8 \xf0\x9f\x98\xb6"}},
      row{"id: 7\nretry: 10\nfoo: bar\ndata: x\n\n", {"|x"}},
      row{"event: a\nevent: b\ndata: x\n\ndata: y\n\n", {"b|x", "|y"}},
      row{"\r\n\r\n\r\ndata: a\r\n\r\n", {"|a"}}, row{"data: a\n\r\ndata: b\n\n", {"|a", "|b"}});
  CAPTURE(x.bytes);
  for (std::size_t size = 1; size <= x.bytes.size(); ++size)
    CHECK(events_in(cut(x.bytes, size)) == x.events);
}

TEST_CASE("a line or an event above its limit ends the stream", "[unit]") {
  const sse_limits limits{.line = 16, .event = 24};
  CHECK(events_in({"data: 0123456789\n\n"}, limits) == list{"|0123456789"});
  CHECK(events_in({"data: 0123", "456789a\n\ndata: b\n\n"}, limits) == list{});
  CHECK(events_in({"data: 012345678\ndata: 012345678\n\n"}, limits)
        == list{"|012345678\n012345678"});
  CHECK(events_in({"data: 012345678\ndata: 012345678\ndata: 012345678\n\n"}, limits) == list{});
  sse_parser parser{limits};
  parser.feed(": a comment of any length counts too\n");
  CHECK_FALSE(parser.next());
  CHECK(parser.overflowed());
}

TEST_CASE("what no blank line ended can still be looked at", "[unit]") {
  const auto tail_of = [](std::string_view bytes) {
    sse_parser parser;
    parser.feed(bytes);
    while (parser.next())
      continue;
    return std::string{parser.tail()};
  };
  CHECK(tail_of("data: a\n\ndata: {\"error\":1}") == "{\"error\":1}");
  CHECK(tail_of("data: a\n\n{\n\"error\": 1\n}\n") == "{\n\"error\": 1\n}");
  CHECK(tail_of("data: a\n\n") == "");
  CHECK(tail_of("data: a\n\n: bye") == "");
}

TEST_CASE("the test streams of other parsers are read as they read them", "[unit]") {
  const auto path = shared_data / "sse" / "cases.json";
  if (is_absent(path))
    return;
  std::ifstream in{path, std::ios::binary};
  const auto cases = json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
  REQUIRE(cases.has_value());
  std::size_t events = 0;
  for (const auto& one : cases->GetArray()) {
    const auto id = json::find_text(one, "id");
    // Limits, resets and errors of a provider are those parsers' own.
    if (id.find("maxBufferSize") != std::string_view::npos
        || id.find("reset") != std::string_view::npos || json::find(one, "expected_error_type"))
      continue;
    const auto bytes = bytes_of(one);
    const auto expected = expected_of(one);
    CAPTURE(id, bytes);
    for (const std::size_t size : {std::size_t{1}, std::size_t{3}, bytes.size() + 1}) {
      auto found = events_in(cut(bytes, size));
      std::ranges::for_each(found, normalise);
      CHECK(found == expected);
    }
    events += expected.size();
  }
  CHECK(events >= 80);
}

TEST_CASE("any bytes are read the same, however they are cut", "[unit]") {
  std::mt19937 random{5};
  const std::string alphabet = "data: \n\r:eventx{\"}\xef\xbb\xbf";
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    for (int i = 0; i < 60; ++i)
      bytes += alphabet[random() % alphabet.size()];
    CAPTURE(bytes);
    CHECK(events_in(cut(bytes, 1 + random() % 7)) == events_in({bytes}));
  }
}
