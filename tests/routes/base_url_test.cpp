#include "routes/base_url.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace hedgerow;

TEST_CASE("the prefix is the path without a slash at its end", "[base_url]") {
  CHECK(path_prefix("https://h").empty());
  CHECK(path_prefix("https://h/").empty());
  CHECK(path_prefix("https://h:1/v1") == "/v1");
  CHECK(path_prefix("https://h/a/b//") == "/a/b");
  CHECK(path_prefix("h/v1") == "/v1");
}

TEST_CASE("a host is compared whole, without case and port", "[base_url]") {
  CHECK(is_at_host("https://API.openai.com:443/v1", "api.openai.com"));
  CHECK_FALSE(is_at_host("https://api.openai.com.example.org", "api.openai.com"));
  CHECK_FALSE(is_at_host("https://h/api.openai.com", "api.openai.com"));
  CHECK(is_within_host("https://aiplatform.googleapis.com", "aiplatform.googleapis.com"));
  CHECK(is_within_host("https://europe-west4-aiplatform.googleapis.com/v1",
                       "aiplatform.googleapis.com"));
  CHECK_FALSE(is_within_host("https://notaiplatform.googleapis.com", "aiplatform.googleapis.com"));
  CHECK_FALSE(is_within_host("https://h", "aiplatform.googleapis.com"));
}

TEST_CASE("a segment cannot leave its place in the path", "[base_url]") {
  CHECK(path_segment("gpt-4o_mini.1~x") == "gpt-4o_mini.1~x");
  CHECK(path_segment("a/b?c=d&e#f %") == "a%2Fb%3Fc%3Dd%26e%23f%20%25");
  CHECK(path_segment("ü\n") == "%C3%BC%0A");
}
