#include "routes/retry.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

/// Sun, 06 Nov 1994 08:49:37 GMT
const std::chrono::system_clock::time_point noted{784111777s};

std::optional<milliseconds> wait_of(const http_headers& fields) {
  const auto hint = read_retry_hint(fields, noted);
  return hint ? std::optional{hint->wait} : std::nullopt;
}

} // namespace

TEST_CASE("retry hints are read in the order of the vectors", "[retry]") {
  struct row {
    http_headers fields;
    milliseconds wait;
    std::string_view source;
  };
  const std::vector<row> rows{
      {{{"retry-after-ms", "1500"}, {"retry-after", "9"}}, 1500ms, "retry-after-ms"},
      {{{"retry-after-ms", "abc"}, {"retry-after", "2"}}, 2s, "retry-after"},
      {{{"x-ms-retry-after-ms", "250"}, {"Retry-After", "2"}}, 250ms, "x-ms-retry-after-ms"},
      {{{"retry-after", "0"}}, 0ms, "retry-after"},
      {{{"Retry-After", "0.5"}}, 500ms, "retry-after"},
      {{{"retry-after", " 7 "}}, 7s, "retry-after"},
      {{{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}, 30s, "retry-after"},
      {{{"retry-after", "Sunday, 06-Nov-94 08:50:07 GMT"}}, 30s, "retry-after"},
      {{{"retry-after", "Sun Nov  6 08:50:07 1994"}}, 30s, "retry-after"},
      {{{"retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"}}, 0s, "retry-after"},
      {{{"retry-after", "86400"}}, 1h, "retry-after"},
      {{{"retry-after-ms", "99999999999999999999"}}, 1h, "retry-after-ms"},
      {{{"retry-after", "Mon, 06 Nov 2094 08:50:07 GMT"}}, 1h, "retry-after"},
  };
  for (const auto& x : rows) {
    INFO(x.fields.back().second);
    const auto hint = read_retry_hint(x.fields, noted);
    REQUIRE(hint);
    CHECK(hint->wait == x.wait);
    CHECK(hint->source == x.source);
  }
}

TEST_CASE("a date counts from the server's own clock", "[retry]") {
  const http_headers fields{{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"},
                            {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  const auto fast = read_retry_hint(fields, noted + 300s);
  REQUIRE(fast);
  CHECK(fast->wait == 30s);
  const auto no_clock = read_retry_hint(fields, {});
  REQUIRE(no_clock);
  CHECK(no_clock->wait == 30s);
}

TEST_CASE("a date without any clock to read it by is no hint", "[retry]") {
  CHECK_FALSE(read_retry_hint({{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}, {}));
}

TEST_CASE("what is no wait is no hint", "[retry]") {
  for (const auto* x :
       {"-3", "nan", "NaN", "inf", "1e9x", "1e3", "", " ", "+4", "0x10", "12 s", "soon",
        "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:50:07 GMT", "Sun, 06 Nov 1994 25:50:07 GMT",
        "Sun, 06 Nov 1994 08:50:07 GMT+1", "Sun, -6 Nov 1994 08:50:07 GMT"}) {
    INFO(x);
    CHECK_FALSE(wait_of({{"retry-after", x}}));
  }
  CHECK_FALSE(wait_of({}));
}

TEST_CASE("full jitter is a share of the doubled and capped base", "[retry]") {
  CHECK(full_jitter(250ms, 8s, 0, 0) == 0ms);
  CHECK(full_jitter(250ms, 8s, 0, 0.5) == 125ms);
  CHECK(full_jitter(250ms, 8s, 3, 0.5) == 1s);
  CHECK(full_jitter(250ms, 8s, 10, 0.5) == 4s);
  CHECK(full_jitter(250ms, 8s, 2000000, 0.5) == 4s);
}

TEST_CASE("a retry budget starts with ten, gains per call and per second", "[retry]") {
  time_point now{};
  retry_budget x{0.2};
  CHECK(x.level(now) == 1);
  for (int i = 0; i < 10; ++i)
    CHECK(x.withdraw(now));
  CHECK_FALSE(x.withdraw(now));
  for (int i = 0; i < 4; ++i)
    x.deposit(now);
  CHECK_FALSE(x.withdraw(now));
  x.deposit(now);
  CHECK(x.withdraw(now));
  now += 999ms;
  CHECK_FALSE(x.withdraw(now));
  now += 1ms;
  CHECK(x.withdraw(now));
  now += 1h;
  CHECK(x.level(now) == 1);
  x.deposit(now);
  CHECK(x.level(now) == 1);
}
