#include "app/config/units.hpp"
#include "app/config/yaml.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow::config;

namespace {

node good(const std::string& text) {
  auto parsed = parse_yaml(text);
  if (const auto* problem = std::get_if<yaml_problem>(&parsed))
    FAIL(problem->at.line << ":" << problem->at.column << " " << problem->message);
  return std::get<node>(std::move(parsed));
}

yaml_problem bad(const std::string& text, yaml_limits most = {}) {
  auto parsed = parse_yaml(text, most);
  INFO(text);
  REQUIRE(std::holds_alternative<yaml_problem>(parsed));
  return std::get<yaml_problem>(std::move(parsed));
}

std::string as_json(const std::string& text) {
  auto written = to_json(good(text));
  const auto* out = std::get_if<std::string>(&written);
  return out != nullptr ? *out : "(none)";
}

} // namespace

TEST_CASE("a tree knows where everything stands", "[yaml]") {
  const auto root = good("a: 1\nb:\n  - x\n  - {c: d}\n");
  REQUIRE(root.is_mapping());
  CHECK(find(root, "a")->at.line == 1);
  CHECK(find(root, "a")->at.column == 4);
  CHECK(find(root, "b")->key_at.line == 2);
  const auto& c = find(root, "b")->items.at(1).items.at(0);
  CHECK(c.key == "c");
  CHECK(c.at.line == 4);
  CHECK(c.at.column == 9);
  CHECK(find(root, "none") == nullptr);
}

TEST_CASE("scalars mean what YAML 1.2 says", "[yaml]") {
  CHECK(as_json("[yes, no, on, off, y, n]") == R"(["yes","no","on","off","y","n"])");
  CHECK(as_json("[true, False, ~, null, \"null\", 'true']")
        == R"([true,false,null,null,"null","true"])");
  CHECK(as_json("[1, -2, 0.5, 1e3, \"1\"]") == R"([1,-2,0.5,1e3,"1"])");
  CHECK(as_json("{a: 12:30, b: 1_000, c: 2001-01-01}")
        == R"({"a":"12:30","b":"1_000","c":"2001-01-01"})");
  for (const auto* text : {"0x1F", "0o17", "007", ".5", "+1", ".inf", ".nan"})
    CHECK(as_json(text) == "(none)");
}

TEST_CASE("aliases stand for what they name", "[yaml]") {
  CHECK(as_json("a: &x {b: 1}\nc: *x\nd: [*x]") == R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1}]})");
}

TEST_CASE("a file of laughs is refused before it is unfolded", "[yaml]") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j)
      text += (j == 0 ? "" : ", ") + before;
    text += "]\n";
  }
  CHECK(bad(text).message.find("more than 100000 values") != std::string::npos);
}

TEST_CASE("size and depth have limits", "[yaml]") {
  CHECK(bad(std::string(200, '[') + std::string(200, ']')).message.find("48 levels")
        != std::string::npos);
  CHECK(bad(std::string(100'000, '[')).at.line == 1);
  CHECK(bad(std::string(5u << 20, ' ')).message.find("4MiB") != std::string::npos);
}

TEST_CASE("what we do not take says so at its place", "[yaml]") {
  struct refused {
    const char* text;
    int line;
    const char* fragment;
  };
  for (const auto& x : {
           refused{"a: 1\n---\nb: 1\n", 2, "second document"},
           refused{"a: 1\n...\nb: 1\n", 3, "second document"},
           refused{"a: 1\nb: !foo 1\n", 2, "tags"},
           refused{"a: !!str 1\n", 1, "tags"},
           refused{"a: {}\n<<: {b: 1}\n", 2, "merge keys"},
           refused{"[a]: 1\n", 1, "plain text"},
           refused{"~: 1\n", 1, "plain text"},
           refused{"a: &x [*x]\n", 1, "inside of what it names"},
           refused{"&x a: 1\n*x : 2\n", 2, "alias"},
           refused{"a: b: c\n", 1, "is not YAML"},
           refused{"a: 1\n\tb: 2\n", 2, "tab"},
           refused{"server:\n\tlisten: x\n", 2, "tab"},
           refused{"a: {k: ${X}}\n", 1, "put quotes around"},
           refused{"a: [1, 2\nb: 3\n", 2, "is not YAML"},
           refused{"x: 1\na: \"never closed\nb: 1\n", 2, "never closed"},
           refused{"a: 'never closed\n", 1, "never closed"},
           refused{"a: 'it''s\n", 1, "never closed"},
           refused{"a: 1\nb: \x04\nc: 3\n", 2, "control character"},
           refused{"a: \xff\n", 1, "UTF-8"},
           refused{"a: \xed\xa0\x80\n", 1, "UTF-8"},
       }) {
    const auto problem = bad(x.text);
    INFO(x.text << problem.at.line << " " << problem.message);
    CHECK(problem.at.line == x.line);
    CHECK(problem.message.find(x.fragment) != std::string::npos);
  }
}

TEST_CASE("what is unusual and right is taken", "[yaml]") {
  CHECK(as_json("\xEF\xBB\xBF"
                "a: 1")
        == R"({"a":1})");
  CHECK(as_json("a: 'it''s'\nb: \"x\\\"y\"\r\nc: \"last\"")
        == R"({"a":"it's","b":"x\"y","c":"last"})");
  CHECK(as_json("a: |\n  x \"\n  y\n") == R"({"a":"x \"\ny\n"})");
  CHECK(as_json("a: >-\n  x\n  y\n") == R"({"a":"x y"})");
  CHECK(as_json("ä: ü\nb: \"ö\"") == R"({"ä":"ü","b":"ö"})");
  CHECK(as_json("%YAML 1.2\n---\na: 1\n") == R"({"a":1})");
}

TEST_CASE("units are read strictly", "[yaml]") {
  using std::chrono::milliseconds;
  CHECK(read_duration("250ms") == milliseconds{250});
  CHECK(read_duration("1.5s") == milliseconds{1500});
  CHECK(read_duration("2m") == milliseconds{120'000});
  CHECK(read_duration("7d") == milliseconds{604'800'000});
  for (const auto* x : {"", "4", "s", "4 s", "-4s", "+4s", "4S", "1e3s", "0.0001s", "4sec", ".5s",
                        "99999999999999999999d", "9999999d", "4.s", "0x4s"})
    CHECK_FALSE(read_duration(x));
  CHECK(read_bytes("64KiB") == 65536u);
  CHECK(read_bytes("512B") == 512u);
  for (const auto* x : {"64", "64KB", "64kib", "1.5MiB", "-1B", "99999999999999GiB"})
    CHECK_FALSE(read_bytes(x));
  CHECK(*read_percent("5%") == Approx(0.05));
  CHECK(*read_percent("100%") == Approx(1));
  for (const auto* x : {"5", "%", "101%", "-1%", "0.05"})
    CHECK_FALSE(read_percent(x));
  CHECK(*read_money("$0.02") == Approx(0.02));
  for (const auto* x : {"0.02", "$", "$-1", "€1", "1$"})
    CHECK_FALSE(read_money(x));
  CHECK(*read_multiple("3x") == Approx(3));
  CHECK(*read_quantile("p99.9") == Approx(0.999));
  for (const auto* x : {"p", "p0", "p100", "95", "P95", "p1e1"})
    CHECK_FALSE(read_quantile(x));
  CHECK(read_integer("-7") == -7);
  for (const auto* x : {"", "007", "1.0", "1e3", "+1", "0x1", "99999999999999999999"})
    CHECK_FALSE(read_integer(x));
}

TEST_CASE("units are shown as people write them", "[yaml]") {
  using std::chrono::milliseconds;
  for (const auto* x : {"250ms", "4s", "90s", "2m", "1h", "7d"})
    CHECK(show_duration(*read_duration(x)) == x);
  CHECK(show_duration(milliseconds{0}) == "0ms");
  for (const auto* x : {"64KiB", "4MiB", "1GiB", "1023B"})
    CHECK(show_bytes(*read_bytes(x)) == x);
  CHECK(show_share(0.05) == "5%");
  CHECK(show_share(0.333) == "33.3%");
  CHECK(show_money(0.02) == "$0.02");
  CHECK(show_multiple(3) == "3x");
}
