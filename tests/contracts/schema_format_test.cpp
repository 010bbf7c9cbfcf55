#include "contracts/punycode.hpp"
#include "contracts/schema.hpp"
#include "contracts/schema_format.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

bool has(std::string_view format, std::string_view text) {
  return has_format(format_named(format).value(), text);
}

} // namespace

TEST_CASE("a format accepts what its specification does", "[unit]") {
  struct row {
    const char* format;
    const char* good;
    const char* bad;
  };
  const auto [format, good, bad] = GENERATE(
      row{"date", "2024-02-29", "2023-02-29"}, row{"date", "2000-12-31", "1900-02-29"},
      row{"date", "1998-04-30", "1998-04-31"}, row{"date", "1963-06-19", "1963-6-19"},
      row{"date-time", "1963-06-19T08:30:06.283185Z", "1990-02-31T15:59:59.123-08:00"},
      row{"date-time", "1998-12-31T15:59:60.123-08:00", "1998-12-31T22:59:60Z"},
      row{"date-time", "1963-06-19t08:30:06z", "1963-06-19 08:30:06Z"},
      row{"date-time", "1937-01-01T12:00:27.87+00:20", "2013-350T01:01:01"},
      row{"date-time", "1990-12-31T23:59:60Z", "1998-12-31T23:59:61Z"},
      row{"time", "08:30:06Z", "08:30:06"}, row{"time", "23:59:60+00:00", "22:59:60Z"},
      row{"time", "01:29:60+01:30", "23:59:60+01:00"}, row{"time", "12:00:00.52Z", "12:00:00.Z"},
      row{"time", "08:30:06+23:59", "08:30:06+24:00"}, row{"time", "00:29:60+00:30", "24:00:00Z"},
      row{"duration", "P4DT12H30M5S", "PT1D"}, row{"duration", "P4Y", "P"},
      row{"duration", "PT0S", "P1YT"}, row{"duration", "P1M", "P2D1Y"},
      row{"duration", "P2W", "P1Y2W"}, row{"duration", "PT36H", "P1"},
      row{"duration", "PT1M", "PT1H2S"}, row{"email", "te~st@example.com", "te..st@example.com"},
      row{"email", R"("joe bloggs"@example.com)", "joe bloggs@example.com"},
      row{"email", R"("a\"b"@example.com)", R"("a"b"@example.com)"},
      row{"email", "joe@[127.0.0.1]", "joe@[127.0.0.300]"},
      row{"email", "joe@[IPv6:::1]", "joe@[::1]"}, row{"idn-email", "실례@실례.테스트", "2962"},
      row{"idn-email", "a@b.c", "실례@"}, row{"ipv4", "192.168.0.1", "256.1.1.1"},
      row{"ipv4", "0.0.0.0", "087.10.0.1"}, row{"ipv6", "::abef", "12345::"},
      row{"ipv6", "::ffff:192.168.0.1", "1:2:3:4:5:6:7:1.2.3.4"},
      row{"ipv6", "1::d6:192.168.0.1", "1:2:3:4:5:6:7:8:9"},
      row{"ipv6", "1:2:3:4:5:6:7:8", "1::2::3"}, row{"ipv6", "::", ":::"},
      row{"ipv6", "d6::", "fe80::a%eth1"}, row{"ipv6", "1:2::3", "1:2:3:4:5:6:7:"},
      row{"uri", "http://foo.bar/?baz=qux#quux", "//foo.bar/?baz=qux#quux"},
      row{"uri", "http://[2001:db8::7]:80/c=GB?objectClass?one", "http://[2001:db8::7/x"},
      row{"uri", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2", ":// should fail"},
      row{"uri", "mailto:a@b.c", "http:// shouldfail.com"},
      row{"uri", "tel:+1-816-555-1212", "bar,baz:foo"},
      row{"uri", "http://[v1.a:b]/", "http://[v1.]/"}, row{"uri", "http://a:80", "http://a:8x"},
      row{"uri-reference", "/abc", R"(\\WINDOWS\fileshare)"},
      row{"uri-reference", "#frag", "#frag\\ment"}, row{"uri-reference", "a/b:c", "1a:b"},
      row{"uri-reference", "", "%4"}, row{"iri", "http://ƒøø.ßår/?∂éœ=πîx#πîüx", "/abc"},
      row{"iri", "http://[::1]/é", "http://é:x"},
      row{"iri-reference", "/âππ", R"(\\WINDOWS\filëßåré)"},
      row{"uri-template", "http://example.com/{term:1}/{+list*}", "http://example.com/{term"},
      row{"uri-template", "{?x,y}", "{?x y}"}, row{"uri-template", "{x:9999}", "{x:10000}"},
      row{"json-pointer", "/foo/a~1b~0", "/foo/~2"}, row{"json-pointer", "", "foo"},
      row{"relative-json-pointer", "0#", "01/x"}, row{"relative-json-pointer", "120/foo", "-1/foo"},
      row{"regex", "([abc])+\\s+$", "^(abc]"}, row{"regex", "(?=a)\\1b()", "a)"},
      row{"uuid", "2EB8AA08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638"},
      row{"uuid", "00000000-0000-0000-0000-000000000000", "2eb8aa08aa9811eab4aa73b441d16380"},
      row{"hostname", "www.example.com", "-a.example"}, row{"hostname", "xn--9n2bp8q", "xn--X"},
      row{"idn-hostname", "실례.테스트", "〮실례.테스트"},
      row{"idn-hostname", "a\u3002b", "a\uff0e"});
  CAPTURE(format, good, bad);
  CHECK(has(format, good));
  CHECK_FALSE(has(format, bad));
}

TEST_CASE("a format is asserted only if asked, and told with its name", "[unit]") {
  const std::string_view shape = R"({"format":"ipv4"})";
  const auto x = std::move(json::parse(R"("a")").value());
  CHECK(schema::compile(shape).value().check(x).empty());
  const auto found = schema::compile(shape, {.formats = true}).value().check(x);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "the value must be an ipv4, as the format of this name has it");
  const auto other = schema::compile(std::string_view{R"({"format":"mine"})"}, {.formats = true});
  CHECK(other.value().check(x).empty());
}

TEST_CASE("every format has a name that finds it", "[unit]") {
  for (int i = 0; i <= static_cast<int>(format_kind::uuid); ++i)
    CHECK(format_named(to_string(static_cast<format_kind>(i))) == static_cast<format_kind>(i));
}

TEST_CASE("long and broken texts have no format and do no harm", "[unit]") {
  const auto text =
      GENERATE(as<std::string>{}, "", std::string(100'000, 'a'), std::string(100'000, ':'),
               std::string(100'000, '.'), std::string(100'000, '['), "\xff\xfe\x80",
               "xn--" + std::string(59, '9'), "xn--" + std::string(100'000, 'a'), "\xe3\x80",
               std::string(1, '\0'), std::string(100'000, '-'), "%", "{", "~");
  for (int i = 0; i <= static_cast<int>(format_kind::uuid); ++i) {
    const auto kind = static_cast<format_kind>(i);
    CAPTURE(to_string(kind), text.substr(0, 70));
    const auto is_lax = kind == format_kind::regex || kind == format_kind::uri_template
                        || kind == format_kind::uri_reference || kind == format_kind::iri_reference
                        || (kind == format_kind::json_pointer && text.empty());
    CHECK((is_lax || !has_format(kind, text)));
  }
}

TEST_CASE("Punycode reads back what it wrote", "[unit]") {
  // The samples of RFC 3492 §7.1 (L) and (S).
  CHECK(punycode::encoded(U"3年b組金八先生") == "3b-ww4c5e180e575a65lsy2b");
  CHECK(punycode::encoded(U"-> $1.00 <-") == "-> $1.00 <--");
  for (const std::u32string label : {U"bücher", U"ليهمابتكلموشعربي؟", U"他们为什么不说中文", U"π"})
    CHECK(punycode::decoded(punycode::encoded(label)) == label);
  CHECK_FALSE(punycode::decoded("99999999").has_value());
}
