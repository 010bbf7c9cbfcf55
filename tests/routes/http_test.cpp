#include "routes/http.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace std::chrono_literals;

TEST_CASE("a header is found whatever its case, the first one counts", "[http]") {
  const http_headers fields{{"Retry-After", "1"}, {"retry-after", "2"}, {"X-A", ""}};
  CHECK(header(fields, "RETRY-AFTER") == "1");
  CHECK(header(fields, "x-a").empty());
  CHECK(header(fields, "retry").empty());
  CHECK(header({}, "x-a").empty());
}

TEST_CASE("the three forms of an HTTP date name the same moment", "[http]") {
  const std::chrono::system_clock::time_point now{784111777s};
  const std::chrono::sys_seconds wanted{784111777s};
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == wanted);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == wanted);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", now) == wanted);
  CHECK(parse_http_date("Wed Nov 16 08:49:37 1994", now) == wanted + 240h);
}

TEST_CASE("a year of two digits is never more than fifty years ahead", "[http]") {
  const std::chrono::sys_days in_2026{std::chrono::year{2026} / 1 / 1};
  const auto year_of = [&](const char* text) {
    const auto at = parse_http_date(text, in_2026);
    REQUIRE(at);
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(*at)};
    return static_cast<int>(date.year());
  };
  CHECK(year_of("Sunday, 06-Nov-94 08:49:37 GMT") == 1994);
  CHECK(year_of("Friday, 06-Nov-26 08:49:37 GMT") == 2026);
  CHECK(year_of("Friday, 06-Nov-76 08:49:37 GMT") == 2076);
}

TEST_CASE("what is no date is none", "[http]") {
  for (const auto* x :
       {"", "Sun", "Sun, ", "Sunday, ", "Sun Nov", "12", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun Nov  6 08:49:37 199"}) {
    INFO(x);
    CHECK_FALSE(parse_http_date(x, {}));
  }
}
