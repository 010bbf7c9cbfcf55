#include "routes/rate_headers.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds now{784111777s}; // Sun, 06 Nov 1994 08:49:37 GMT

rates_left read(const http_headers& x) { return read_rate_headers(x, now); }

http_headers openai(const std::string& limit, const std::string& remaining,
                    const std::string& reset) {
  return {{"X-RateLimit-Limit-Requests", limit},
          {"x-ratelimit-remaining-requests", remaining},
          {"x-ratelimit-reset-requests", reset}};
}

} // namespace

TEST_CASE("OpenAI's limits are read, with resets as Go writes them", "[unit]") {
  const auto [reset, ms] = GENERATE(table<std::string, int>({{"1s", 1000},
                                                             {"20ms", 20},
                                                             {"6m0s", 360'000},
                                                             {"7.66s", 7660},
                                                             {"2m59.56s", 179'560},
                                                             {"1h2m3.5s", 3'723'500},
                                                             {"500us", 1},
                                                             {"0s", 0}}));
  CAPTURE(reset);
  const auto found = read(openai("500", "499", reset));
  REQUIRE(found.requests);
  CHECK(found.requests->limit == 500);
  CHECK(found.requests->remaining == 499);
  CHECK(found.requests->reset_in.count() == ms);
  CHECK_FALSE(found.tokens);
}

TEST_CASE("what is not whole or makes no sense is left out", "[unit]") {
  CHECK_FALSE(read({}).requests);
  CHECK_FALSE(read(openai("-1", "-1", "0s")).requests); // Azure
  CHECK_FALSE(read(openai("0", "0", "0s")).requests);
  CHECK_FALSE(read(openai("10", "11", "1s")).requests);
  CHECK_FALSE(read(openai("ten", "1", "1s")).requests);
  CHECK_FALSE(read(openai("10", "", "1s")).requests);
  for (const auto* reset : {"", "1", "s", "1x", "-1s", "1s2", "nan", "inf", "1e9s", "25h", "1 s"}) {
    CAPTURE(reset);
    CHECK_FALSE(read(openai("10", "1", reset)).requests);
  }
}

TEST_CASE("Anthropic's limits are read, the tightest of those on tokens", "[unit]") {
  http_headers x{{"date", "Sun, 06 Nov 1994 08:49:30 GMT"},
                 {"anthropic-ratelimit-requests-limit", "50"},
                 {"anthropic-ratelimit-requests-remaining", "0"},
                 {"anthropic-ratelimit-requests-reset", "1994-11-06T08:49:42Z"}};
  for (const auto& [what, limit, remaining] :
       {std::tuple{"input-tokens", "400000", "399000"}, {"output-tokens", "80000", "100"}}) {
    const auto name = std::string{"anthropic-ratelimit-"} + what;
    x.emplace_back(name + "-limit", limit);
    x.emplace_back(name + "-remaining", remaining);
    x.emplace_back(name + "-reset", "1994-11-06T08:50:30.5Z");
  }
  const auto found = read(x);
  REQUIRE(found.requests);
  CHECK(found.requests->remaining == 0);
  CHECK(found.requests->reset_in == 12s); // By the server's clock.
  REQUIRE(found.tokens);
  CHECK(found.tokens->limit == 80'000);
  CHECK(found.tokens->reset_in == 60s);
}

TEST_CASE("a time that has passed is now, and one that is none is left out", "[unit]") {
  const auto reset = [](const std::string& text) {
    return read({{"anthropic-ratelimit-tokens-limit", "10"},
                 {"anthropic-ratelimit-tokens-remaining", "1"},
                 {"anthropic-ratelimit-tokens-reset", text}})
        .tokens;
  };
  REQUIRE(reset("1994-11-06T08:49:00Z"));
  CHECK(reset("1994-11-06T08:49:00Z")->reset_in == 0s);
  for (const auto* text :
       {"", "soon", "1994-11-06", "1994-13-06T08:49:42Z", "1994-02-30T08:49:42Z",
        "1994-11-06T24:00:00Z", "1994-11-06T08:49:42", "1994-11-06T08:49:42+01:00",
        "1995-11-06T08:49:42Z", "+994-11-06T08:49:42Z"}) {
    CAPTURE(text);
    CHECK_FALSE(reset(text));
  }
}
