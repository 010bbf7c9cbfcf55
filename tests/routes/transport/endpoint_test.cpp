#include "routes/transport/endpoint.hpp"
#include "routes/transport/request_head.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

TEST_CASE("a base URL is taken apart into where and how to connect", "[endpoint]") {
  struct row {
    std::string_view url;
    bool tls;
    std::string_view host;
    int port;
    std::string_view prefix;
    std::string_view authority;
  };
  const row rows[] = {
      {"https://api.openai.com/v1", true, "api.openai.com", 443, "/v1", "api.openai.com"},
      {"http://localhost:11434/v1/", false, "localhost", 11434, "/v1", "localhost:11434"},
      {"HTTP://Example.ORG", false, "example.org", 80, "", "example.org"},
      {"https://example.org:443/a/b", true, "example.org", 443, "/a/b", "example.org"},
      {"http://[::1]:8080/x", false, "::1", 8080, "/x", "[::1]:8080"},
      {"https://[2001:DB8::7]", true, "2001:db8::7", 443, "", "[2001:db8::7]"},
      {"http://127.0.0.1:1", false, "127.0.0.1", 1, "", "127.0.0.1:1"},
      {"http://a_b.internal:65535/", false, "a_b.internal", 65535, "", "a_b.internal:65535"},
  };
  for (const auto& each : rows) {
    INFO(each.url);
    const auto out = parse_base_url(each.url);
    REQUIRE(out.has_value());
    CHECK(out->tls == each.tls);
    CHECK(out->host == each.host);
    CHECK(out->port == each.port);
    CHECK(out->prefix == each.prefix);
    CHECK(out->authority == each.authority);
  }
}

TEST_CASE("what is no base URL is refused with a sentence", "[endpoint]") {
  const std::string_view bad[] = {
      "",
      "api.openai.com",
      "ftp://a",
      "https://",
      "https:///v1",
      "http://:80",
      "http://a:",
      "http://a:0",
      "http://a:65536",
      "http://a:8x",
      "http://a:-1",
      "http://user@a",
      "http://u:p@a/",
      "http://a b/",
      "http://a/v 1",
      "http://a/v1?x=1",
      "http://a/#f",
      "http://[::1",
      "http://[::1]x",
      "http://[zz]",
      "http://[]",
      "http://::1",
      "http://a\r\nX: y",
      "http://a/\r\nX: y",
      "http://[fe80::1%25eth0]/",
  };
  for (auto url : bad) {
    INFO(url);
    const auto out = parse_base_url(url);
    REQUIRE(out.has_error());
    CHECK(out.error().code == errc::config_invalid);
    CHECK(out.error().param == "base_url");
    CHECK(out.error().message.ends_with('.'));
  }
}

TEST_CASE("only connections with the same trust have the same origin", "[endpoint]") {
  provider_config own;
  own.base_url = "https://a/v1";
  own.ca_file = "own.pem";
  provider_config other;
  other.base_url = "https://a/v2";
  other.ca_file = "other.pem";
  const auto a = endpoint_of(own);
  const auto b = endpoint_of(other);
  REQUIRE(a.has_value());
  REQUIRE(b.has_value());
  CHECK(a->ca_file == "own.pem");
  CHECK(a->idle_max == own.connections);
  CHECK(a->origin != b->origin);
  other.ca_file = own.ca_file;
  CHECK(a->origin == endpoint_of(other)->origin);
  CHECK(parse_base_url("http://a")->origin != parse_base_url("https://a")->origin);
}

TEST_CASE("a request's head says where, how long and to keep the connection", "[endpoint]") {
  const auto to = parse_base_url("https://example.org:8443/v1");
  const http_request request{
      .target = "/v1/chat", .headers = {{"a", "1"}, {"b", ""}}, .body = "four"};
  CHECK(request_head(*to, request)
        == "POST /v1/chat HTTP/1.1\r\nHost: example.org:8443\r\nConnection: keep-alive\r\n"
           "Content-Length: 4\r\na: 1\r\nb: \r\n\r\n");
}

TEST_CASE("nothing can be smuggled into a request's head", "[endpoint]") {
  const auto to = parse_base_url("http://a");
  const auto head = [&to](http_request x) { return request_head(*to, x); };
  CHECK(head({.target = "/x", .headers = {{"a", "b c"}}, .body = {}}));
  for (auto target : {"", "x", "/x y", "/x\r\ny", "/x\n"})
    CHECK(!head({.target = target, .headers = {}, .body = {}}));
  for (auto name : {"", "a b", "a:", "a\r\nb", "a\t"})
    CHECK(!head({.target = "/x", .headers = {{name, "v"}}, .body = {}}));
  for (auto value : {"v\r\nx: y", "v\n", "v\r"})
    CHECK(!head({.target = "/x", .headers = {{"a", value}}, .body = {}}));
  CHECK(!head({.target = "/x", .headers = {{"a", std::string{"v\0w", 3}}}, .body = {}}));
}
