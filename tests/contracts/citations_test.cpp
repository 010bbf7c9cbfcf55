#include "contracts/citations.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

std::vector<violation> cited(std::string_view answer, std::string_view pointer) {
  return citations::compile(pointer).value().check(json::parse(answer).value());
}

bool fails(std::string_view answer, std::string_view pointer) {
  return !cited(answer, pointer).empty();
}

url_set urls_in(std::string_view text) {
  url_set out;
  out.add_from(text);
  return out;
}

} // namespace

TEST_CASE("absolute web addresses are citations", "[unit]") {
  const auto url = GENERATE(
      as<std::string>{}, "https://example.com", "http://example.com/", "HTTPS://Example.COM/a",
      "https://example.com:8443/a?b=c&d=e#f", "http://intranet/wiki", "https://example.com./x",
      "https://bücher.example/straße", "https://例え.jp/資料", "http://192.168.0.1/x",
      "http://[2001:db8::1]:8080/x", "http://[::ffff:192.0.2.1]/", "https://a_b.example/x",
      "https://example.com/a_(b)", "https://example.com/a[0]=1", "https://example.com/%C3%A9",
      "https://example.com?q=1", "https://example.com#top", "https://example.com/a@b",
      "https://example.com/?u=http://other.example/");
  CAPTURE(url);
  CHECK_FALSE(url_fault(url));
}

TEST_CASE("what is no absolute web address is refused and the words say why", "[unit]") {
  struct row {
    const char* url;
    const char* fault;
  };
  const auto [url, fault] = GENERATE(
      row{"", "absolute"}, row{"example.com/a", "absolute"}, row{"/a/b", "absolute"},
      row{"//example.com/a", "absolute"}, row{"ftp://example.com/a", "absolute"},
      row{"mailto:a@example.com", "absolute"}, row{"javascript:alert(1)", "absolute"},
      row{"https:example.com", "absolute"}, row{"https:/example.com", "absolute"},
      row{" https://example.com", "absolute"}, row{"https://", "host"}, row{"https:///a", "host"},
      row{"https://?q", "host"}, row{"https://:80/", "host"}, row{"https://./", "exist"},
      row{"https://a..b/", "exist"}, row{"https://-a.example/", "exist"},
      row{"https://exa%6dple.com/", "exist"}, row{"https://1.2.3.999/", "exist"},
      row{"https://1.2.3/", "exist"}, row{"https://[::1/", "exist"}, row{"https://[1:2]/", "exist"},
      row{"https://[::1]x/", "exist"}, row{"https://[1::2::3]/", "exist"},
      row{"https://[1:2:3:4:5:6:7::8]/", "exist"}, row{"https://[g::1]/", "exist"},
      row{"https://me@example.com/", "user name"}, row{"https://me:x@example.com/", "user name"},
      row{"https://example.com:0/", "port"}, row{"https://example.com:65536/", "port"},
      row{"https://example.com:/", "port"}, row{"https://example.com:8o/", "port"},
      row{"https://example.com/a b", "spaces"}, row{"https://example.com/a\tb", "spaces"},
      row{"https://example.com/\x7f", "spaces"}, row{"https://example.com/<a>", "spaces"},
      row{"https://example.com/a\n", "spaces"}, row{"https://example.com/100%", "hex"},
      row{"https://example.com/%zz", "hex"});
  CAPTURE(url, fault);
  const auto found = url_fault(url);
  REQUIRE(found);
  CHECK(found->find(fault) != std::string_view::npos);
}

TEST_CASE("an address may have 4096 bytes and no more", "[unit]") {
  const std::string start = "https://example.com/";
  CHECK_FALSE(url_fault(start + std::string(url_bytes_max - start.size(), 'a')));
  CHECK(url_fault(start + std::string(url_bytes_max - start.size() + 1, 'a')));
}

TEST_CASE("a star stands for every item and every member", "[unit]") {
  const auto good = R"("https://example.com/a")";
  const auto with = [&](const std::string& before, const std::string& after) {
    return before + good + after;
  };
  CHECK_FALSE(fails(with(R"({"sources":[{"url":)", "}]}"), "/sources/*/url"));
  CHECK_FALSE(fails(with(R"({"sources":{"a":{"url":)", "}}}"), "/sources/*/url"));
  CHECK_FALSE(fails(with(R"({"a/b":[)", "]}"), "/a~1b/*"));
  CHECK_FALSE(fails(with("[[", "],[]]"), "/*/*"));
  CHECK_FALSE(fails(with(R"({"url":)", "}"), "/url"));
  CHECK_FALSE(fails(with("[1,", "]"), "/1"));
  CHECK_FALSE(fails(with(R"({"sources":[{"title":"no url"},{"url":)", "}]}"), "/sources/*/url"));
}

TEST_CASE("every citation that is wrong is named with its own pointer", "[unit]") {
  const auto found = cited(R"({"sources":[{"url":"https://example.com/"},{"url":"see above"},
      {"url":7},{"url":null}],"more/~":1})",
                           "/sources/*/url");
  REQUIRE(found.size() == 3);
  CHECK(found[0].pointer == "/sources/1/url");
  CHECK(found[0].keyword == "citations");
  CHECK(found[0].message
        == R"(the URL "see above" must be absolute and start with https:// or http://)");
  CHECK(found[1].pointer == "/sources/2/url");
  CHECK(found[1].message == "the citation must be a string that holds a URL, not a number");
  CHECK(found[2].pointer == "/sources/3/url");
  const auto escaped = cited(R"({"a/b~c":"x"})", "/*");
  REQUIRE(escaped.size() == 1);
  CHECK(escaped[0].pointer == "/a~1b~0c");
}

TEST_CASE("an answer without any citation breaks the term", "[unit]") {
  struct row {
    const char* answer;
    const char* pointer;
  };
  const auto [answer, pointer] =
      GENERATE(row{R"({"sources":[]})", "/sources"}, row{R"({"sources":{}})", "/sources"},
               row{R"({"sources":"https://example.com"})", "/sources"}, row{"{}", "/sources"},
               row{R"({"sources":[{"title":"x"}]})", "/sources"}, row{"[]", "/sources"},
               row{"3", "/sources"});
  CAPTURE(answer);
  const auto found = cited(answer, "/sources/*/url");
  REQUIRE(found.size() == 1);
  CHECK(found[0].pointer == pointer);
  CHECK(found[0].message == R"(there must be at least one citation at "/sources/*/url")");
}

TEST_CASE("no more faults are listed than were asked for", "[unit]") {
  std::string answer = "[0";
  for (int i = 0; i < 1000; ++i)
    answer += ",0";
  const auto parsed = std::move(json::parse(answer + "]").value());
  const auto all = citations::compile("/*").value();
  CHECK(all.check(parsed).size() == 16);
  CHECK(all.check(parsed, 3).size() == 3);
  CHECK(all.check(parsed, 0).empty());
}

TEST_CASE("what is no pointer does not compile", "[unit]") {
  const auto pointer = GENERATE(as<std::string>{}, "", "sources/*/url", "$.sources[*].url", "/a~2b",
                                "/a~", "#/sources", std::string(33, '/'));
  CAPTURE(pointer);
  const auto compiled = citations::compile(pointer);
  REQUIRE(compiled.has_error());
  CHECK(compiled.error().code == errc::config_invalid);
  CHECK(citations::compile(std::string(32, '/')).has_value());
}

TEST_CASE("spellings of one address are one address", "[unit]") {
  struct row {
    const char* supplied;
    const char* cited;
  };
  const auto [supplied, url] = GENERATE(
      row{"HTTPS://Example.com:443/A", "https://example.com/A"},
      row{"http://example.com:80", "http://EXAMPLE.com/"},
      row{"https://example.com/a#part", "https://example.com/a#other"},
      row{"https://example.com/a/", "https://example.com/a"},
      row{"https://example.com?x=1", "https://example.com/?x=1"},
      row{"(see https://example.com/a).", "https://example.com/a"},
      row{"https://example.com/a_(b), and", "https://example.com/a_(b)"},
      row{"[a](https://example.com/a_(b))", "https://example.com/a_(b)"},
      row{"**https://example.com/a**", "https://example.com/a"},
      row{"<https://example.com/a>", "https://example.com/a"},
      row{R"(<a href="https://example.com/?a=1&amp;b=2">)", "https://example.com/?a=1&b=2"},
      row{R"({"u":"https:\/\/example.com\/a?x=1\u0026y=2"})", "https://example.com/a?x=1&y=2"},
      row{"資料はhttps://example.com/aをご覧ください", "https://example.com/a"},
      row{"https://example.com/straße ist", "https://example.com/straße"},
      row{"https://a.example/1和https://b.example/2", "https://b.example/2"},
      row{"https://a.example/1和https://b.example/2", "https://a.example/1"},
      row{"x:https://example.com/a", "https://example.com/a"},
      row{"http://[2001:DB8::1]/a", "http://[2001:db8::1]:80/a"});
  CAPTURE(supplied, url);
  REQUIRE_FALSE(url_fault(url));
  CHECK(urls_in(supplied).contains(url));
}

TEST_CASE("other addresses stay others", "[unit]") {
  struct row {
    const char* supplied;
    const char* cited;
  };
  const auto [supplied, url] =
      GENERATE(row{"https://example.com/a", "http://example.com/a"},
               row{"https://example.com/a", "https://example.com/A"},
               row{"https://example.com/a", "https://example.com/b"},
               row{"https://example.com/a", "https://example.com/a?x"},
               row{"https://example.com/ab", "https://example.com/a"},
               row{"https://example.com:8443", "https://example.com"},
               row{"https://www.example.com", "https://example.com"},
               row{"example.com/a", "https://example.com/a"},
               row{"shttps://example.co", "https://example.com"}, row{"", "https://example.com"});
  CAPTURE(supplied, url);
  CHECK_FALSE(urls_in(supplied).contains(url));
}

TEST_CASE("a citation that the request did not supply is invented", "[unit]") {
  const auto where = citations::compile("/*").value();
  const auto answer = std::move(
      json::parse(R"(["https://example.com/a.","https://example.com/b","nothing"])").value());
  const auto found = where.check(answer, urls_in("See https://example.com/b."));
  REQUIRE(found.size() == 2);
  CHECK(found[0].pointer == "/0");
  CHECK(found[0].message
        == R"(the URL "https://example.com/a." must be one that the request supplied)");
  CHECK(found[1].pointer == "/2");
  const auto none = where.check(answer, url_set{}, 1);
  REQUIRE(none.size() == 1);
  CHECK(none[0].message.ends_with(", and the request supplied none"));
}

TEST_CASE("a request supplies what it says and shows, not what the model said", "[unit]") {
  prompt asked;
  asked.messages.push_back({.from = role::system, .parts = {{.text = "Cite https://a.example/."}}});
  asked.messages.push_back({.from = role::user,
                            .parts = {{.text = "And https://b.example/x"},
                                      {.what = part::kind::image, .text = "https://c.example/i"}}});
  asked.messages.push_back({.from = role::assistant, .parts = {{.text = "https://d.example/"}}});
  asked.messages.push_back(
      {.from = role::tool, .parts = {{.text = R"([{"url":"https://e.example/"}])"}}});
  const auto urls = supplied_urls(asked);
  CHECK(urls.size() == 4);
  CHECK_FALSE(urls.contains("https://d.example/"));
}

TEST_CASE("hostile texts cost no more than their length", "[unit]") {
  std::string nested;
  std::string mixed;
  for (int i = 0; i < 200'000; ++i) {
    nested += "http://";
    mixed += "http://a/é";
  }
  CHECK(urls_in(nested).empty());
  CHECK(urls_in(mixed).size() == 3);
  CHECK(urls_in("https://a.example/" + std::string(1'000'000, ')')).size() == 1);
  CHECK(urls_in("https://a.example/" + std::string(4'000, '(')).size() == 1);
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "https://a.example/" + std::to_string(i) + ' ';
  CHECK(urls_in(many).size() == 10'000);
}
