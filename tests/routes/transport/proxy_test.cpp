#include "routes/transport/endpoint.hpp"
#include "routes/transport/proxy.hpp"
#include "routes/transport/request_head.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace hedgerow;

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

result<http_proxies> read(const variables& set) {
  return read_proxies([&set](std::string_view name) -> std::optional<std::string> {
    const auto i = set.find(name);
    return i == set.end() ? std::nullopt : std::optional{i->second};
  });
}

endpoint at(std::string_view url) { return parse_base_url(url).value(); }

/// Whether calls to `url` go directly in spite of the proxies there are, for that NO_PROXY.
bool is_direct(std::string_view url, const std::string& except) {
  const auto rules =
      read({{"http_proxy", "http://p"}, {"https_proxy", "http://p"}, {"no_proxy", except}});
  return !rules.value().on_the_way_to(at(url));
}

std::string way_to(std::string_view url, const variables& set) {
  const auto via = read(set).value().on_the_way_to(at(url));
  return via ? via->authority : "";
}

} // namespace

TEST_CASE("a proxy's URL is taken apart", "[proxy]") {
  struct row {
    std::string_view url;
    std::string_view authority;
    std::string_view authorization;
  };
  const row rows[] = {
      {"http://proxy.example:3128", "proxy.example:3128", ""},
      {"HTTP://Proxy.Example:3128/", "proxy.example:3128", ""},
      {"proxy.example:3128", "proxy.example:3128", ""},
      {"http://proxy.example", "proxy.example:80", ""},
      {"http://[::1]:8080/", "[::1]:8080", ""},
      {"10.0.0.1:8080/some/path", "10.0.0.1:8080", ""},
      {"http://u:p@proxy:1", "proxy:1", "Basic dTpw"},
      {"http://u@proxy:1", "proxy:1", "Basic dTo="},
      {"http://:@proxy:1", "proxy:1", "Basic Og=="},
      {"u:p@proxy:1", "proxy:1", "Basic dTpw"},
      {"http://u:p@q@proxy:1", "proxy:1", "Basic dTpwQHE="},
      {"http://u%40d:p%2F%3a%0d%0a@proxy:1", "proxy:1", "Basic dUBkOnAvOg0K"},
  };
  for (const auto& each : rows) {
    INFO(each.url);
    const auto out = parse_proxy_url(each.url, "HTTPS_PROXY");
    REQUIRE(out.has_value());
    CHECK(out->authority == each.authority);
    CHECK(out->authorization == each.authorization);
  }
}

TEST_CASE("what is no proxy's URL is refused without a word of it", "[proxy]") {
  const std::string_view bad[] = {
      "https://u:secret@proxy",   "socks5://u:secret@proxy", "http://",
      "http://u:secret@",         "http://u:secret@:80",     "http://u:secret@a:0",
      "http://u:secret@a:65536",  "http://u:secret@a:8x",    "http://u:secret@a b",
      "http://u:secret@[::1",     "http://u:sec%ret@proxy",  "http://u:secret/2@proxy:1",
      "http://u:secret@::1:3128",
  };
  for (auto url : bad) {
    INFO(url);
    const auto out = parse_proxy_url(url, "HTTPS_PROXY");
    REQUIRE(out.has_error());
    CHECK(out.error().code == errc::config_invalid);
    CHECK(out.error().param == "HTTPS_PROXY");
    CHECK_THAT(out.error().message, Catch::EndsWith(".") && !Catch::Contains("sec"));
  }
}

TEST_CASE("each scheme takes the proxy of its own variable", "[proxy]") {
  const variables both{{"HTTPS_PROXY", "http://s:1"}, {"HTTP_PROXY", "http://h:2"}};
  CHECK(way_to("https://a", both) == "s:1");
  CHECK(way_to("http://a", both) == "h:2");
  CHECK(way_to("https://a", {{"http_proxy", "h:2"}}).empty());
  CHECK(way_to("http://a", {{"https_proxy", "s:1"}}).empty());
  CHECK(way_to("http://a", {}).empty());
}

TEST_CASE("a variable in small letters comes before the one in capitals", "[proxy]") {
  CHECK(way_to("https://a", {{"https_proxy", "small:1"}, {"HTTPS_PROXY", "large:1"}}) == "small:1");
  CHECK(way_to("https://a", {{"https_proxy", ""}, {"HTTPS_PROXY", "large:1"}}) == "large:1");
  CHECK(way_to("http://a", {{"http_proxy", "p:1"}, {"no_proxy", "b"}, {"NO_PROXY", "a"}}) == "p:1");
  CHECK(way_to("http://a", {{"http_proxy", "p:1"}, {"NO_PROXY", "a"}}).empty());
}

TEST_CASE("NO_PROXY names hosts, domains, addresses and blocks", "[proxy]") {
  struct row {
    std::string_view except;
    std::string_view url;
    bool direct;
  };
  const row rows[] = {
      {"", "http://a.example", false},
      {" , ,", "http://a.example", false},
      {"*", "https://a.example", true},
      {"b, *", "https://[2001:db8::1]", true},
      {"a.example", "https://a.example/v1", true},
      {"A.Example", "https://a.exAMPLE", true},
      {"a.example.", "https://a.example", true},
      {"a.example", "https://a.example.", true},
      {"example", "https://a.example", true},
      {".example", "https://a.example", true},
      {".a.example", "https://a.example", true},
      {"*.example", "https://a.example", true},
      {"a.example", "https://b.a.example:8443", true},
      {"a.example", "https://ba.example", false},
      {".a.example", "https://ba.example", false},
      {"b.a.example", "https://a.example", false},
      {"x,a.example y", "https://a.example", true},
      {"x a.example,y", "https://a.example", true},
      {"a.example:443", "https://a.example", true},
      {"a.example:8443", "https://a.example", false},
      {".example:8443", "https://a.example:8443", true},
      {"127.0.0.1", "http://127.0.0.1:11434", true},
      {"127.0.0.1:11434", "http://127.0.0.1:11434", true},
      {"127.0.0.1:11434", "http://127.0.0.1", false},
      {"0.0.1", "http://127.0.0.1", false},
      {"1", "http://127.0.0.1", false},
      {"localhost", "http://127.0.0.1", false},
      {"127.0.0.1", "http://localhost", false},
      {"10.0.0.0/8", "http://10.200.3.4", true},
      {"10.0.0.0/8", "http://11.0.0.1", false},
      {"10.1.128.0/17", "http://10.1.200.1", true},
      {"10.1.128.0/17", "http://10.1.100.1", false},
      {"10.1.2.3/32", "http://10.1.2.3", true},
      {"10.1.2.3/32", "http://10.1.2.2", false},
      {"0.0.0.0/0", "http://10.1.2.2", true},
      {"0.0.0.0/0", "http://[::1]", false},
      {"0.0.0.0/0", "http://a.example", false},
      {"::1", "http://[::1]:11434", true},
      {"[::1]", "http://[::1]:11434", true},
      {"[::1]:80", "http://[::1]:11434", false},
      {"[::1]:11434", "http://[::1]:11434", true},
      {"0:0::1", "http://[::1]", true},
      {"2001:db8::/33", "http://[2001:db8:7fff::1]", true},
      {"2001:db8::/33", "http://[2001:db8:8000::1]", false},
      {"::/0", "http://[2001:db8::1]", true},
  };
  for (const auto& each : rows) {
    INFO(each.except << " for " << each.url);
    CHECK(is_direct(each.url, std::string{each.except}) == each.direct);
  }
}

TEST_CASE("an entry of NO_PROXY that means nothing is an error", "[proxy]") {
  for (auto entry : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "a/8", "::/129", "http://a", "a:0",
                     "a:x", "[::1", ".", ":80"}) {
    INFO(entry);
    const auto out = read({{"https_proxy", "p"}, {"NO_PROXY", "good, " + std::string{entry}}});
    REQUIRE(out.has_error());
    CHECK(out.error().param == "NO_PROXY");
    CHECK_THAT(out.error().message,
               Catch::Contains("'" + std::string{entry} + "'") && Catch::EndsWith("."));
    CHECK(read({{"NO_PROXY", entry}}).has_value());
  }
}

TEST_CASE("an error names the variable as it was set", "[proxy]") {
  CHECK(read({{"HTTPS_PROXY", "ftp://a"}}).error().param == "HTTPS_PROXY");
  CHECK(read({{"https_proxy", "ftp://a"}}).error().param == "https_proxy");
  CHECK(read({{"HTTP_PROXY", "ftp://a"}}).error().param == "HTTP_PROXY");
  CHECK(read({{"http_proxy", "a"}, {"no_proxy", "/"}}).error().param == "no_proxy");
}

TEST_CASE("connections by way of a proxy serve nobody else", "[proxy]") {
  provider_config provider;
  for (auto url : {"https://a", "http://a"}) {
    provider.base_url = url;
    const auto direct = endpoint_of(provider).value();
    const auto one = endpoint_of(provider, *read({{"https_proxy", "p"}, {"http_proxy", "p"}}));
    const auto other = endpoint_of(provider, *read({{"https_proxy", "q"}, {"http_proxy", "q"}}));
    CHECK(direct.origin != one->origin);
    CHECK(one->origin != other->origin);
  }
}

TEST_CASE("a proxy is asked for a tunnel to host and port", "[proxy]") {
  auto to = at("https://a.example/v1");
  to.via = read({{"https_proxy", "http://p"}})->https;
  CHECK(tunnel_request(to) == "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
  to = at("https://[::1]:8443");
  to.via = read({{"https_proxy", "http://u:p@p"}})->https;
  CHECK(tunnel_request(to)
        == "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n"
           "Proxy-Authorization: Basic dTpw\r\n\r\n");
}

TEST_CASE("only a proxy that reads the request is told host and credentials", "[proxy]") {
  const auto rules = read({{"http_proxy", "http://u:p@p"}, {"https_proxy", "http://u:p@p"}});
  const http_request request{.target = "/v1/chat", .headers = {}, .body = ""};
  auto to = at("http://a.example:8080/v1");
  to.via = rules->on_the_way_to(to);
  CHECK(request_head(to, request)
        == "POST http://a.example:8080/v1/chat HTTP/1.1\r\nHost: a.example:8080\r\n"
           "Proxy-Authorization: Basic dTpw\r\nConnection: keep-alive\r\n"
           "Content-Length: 0\r\n\r\n");
  to = at("https://a.example/v1");
  to.via = rules->on_the_way_to(to);
  CHECK(request_head(to, request)
        == "POST /v1/chat HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive\r\n"
           "Content-Length: 0\r\n\r\n");
}
