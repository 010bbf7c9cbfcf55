#include "app/simulator/script_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace std::chrono_literals;

namespace {

script read(const std::string& yaml) {
  auto made = read_script(yaml, ".", "faults.yaml");
  if (const auto* wrong = std::get_if<std::vector<finding>>(&made))
    FAIL(wrong->front().key << ": " << wrong->front().message);
  return std::move(std::get<script>(made));
}

std::vector<finding> findings(const std::string& yaml) {
  auto made = read_script(yaml, ".", "faults.yaml");
  auto* wrong = std::get_if<std::vector<finding>>(&made);
  return wrong ? *wrong : std::vector<finding>{};
}

/// The only step of model `m`.
behaviour single(const std::string& step) {
  return *read("models: { m: " + step + " }").models.at("m").front().then;
}

int status_at(const script& x, std::uint64_t call, microseconds elapsed = 0us) {
  return behaviour_of(x, "m", call, elapsed, x.seed)->how->status;
}

} // namespace

TEST_CASE("every mistake in a script is found with its line and key", "[simulator]") {
  struct row {
    std::string yaml;
    int line;
    std::string key;
    std::string says;
  };
  const std::vector<row> table{
      {"models: { m: { answer: x } }\nspeed: 3\n", 2, "speed", "not a key that is known"},
      {"seed: 1\n", 1, "models", "is missing"},
      {"models: {}\n", 1, "models", "at least one model"},
      {"models: [a]\n", 1, "models", "has to be a mapping"},
      {"models:\n  m: []\n", 2, "models.m", "at least one step"},
      {"models:\n  m: hello\n", 2, "models.m", "has to be a mapping"},
      {"models:\n  m: { answer: x }\n  m: { answer: y }\n", 3, "models.m", "is given twice"},
      {"models:\n  m:\n    - answer: x\n      answr: y\n", 4, "models.m[0].answr", "not a key"},
      {"models:\n  m: { status: 99 }\n", 2, "models.m.status", "from 200 to 599"},
      {"models:\n  m: { status: often }\n", 2, "models.m.status", "`often` is not"},
      {"models:\n  m: { status: 500, latency: 3 }\n", 2, "models.m.latency", "a duration"},
      {"models:\n  m: { status: 500, latency: { lognormal: { sigma: 1 } } }\n", 2,
       "models.m.latency.lognormal", "needs a median"},
      {"models:\n  m: { status: 500, latency: { lognormal: { median: 1s, sigma: 9 } } }\n", 2,
       "models.m.latency.lognormal.sigma", "from 0 to 4"},
      {"models:\n  m: { status: 500, latency: { usual: 1s } }\n", 2, "models.m.latency", "usual"},
      {"models:\n  m: { status: 500, latency: { usual: 1s, slow: 2s, slow_share: 0.5 } }\n", 2,
       "models.m.latency.slow_share", "such as 5%"},
      {"models:\n  m: { status: 200 }\n", 2, "models.m.status", "a step needs"},
      {"models:\n  m: { answer: x, status: 500 }\n", 2, "models.m.status", "200 to 299"},
      {"models:\n  m: { answer: x, body: y }\n", 2, "models.m.body", "a step says one thing"},
      {"models:\n  m: { malformed: xml }\n", 2, "models.m.malformed", "prose, json or html"},
      {"models:\n  m: { silence: false }\n", 2, "models.m.silence", "takes only true"},
      {"models:\n  m: { silence: true, answer: x }\n", 2, "models.m.answer", "beside `silence`"},
      {"models:\n  m: { silence: true, latency: 1s }\n", 2, "models.m.latency", "beside"},
      {"models:\n  m: { answer: x, reset: 1, cut: 1 }\n", 2, "models.m.cut", "ends once"},
      {"models:\n  m: { reset: 5 }\n", 2, "models.m.answer", "a step needs"},
      {"models:\n  m: { answer: x, drip: { bytes: 1 } }\n", 2, "models.m.drip", "needs both"},
      {"models:\n  m: { answer: x, drip: { bytes: 0, every: 1ms } }\n", 2, "models.m.drip.bytes",
       "whole number from 1"},
      {"models:\n  m: { tool_call: { arguments: {} } }\n", 2, "models.m.tool_call.name",
       "needs the name"},
      {"models:\n  m: { tool_call: [{ name: a }, 3] }\n", 2, "models.m.tool_call[1]", "mapping"},
      {"models:\n  m: { error: { kode: x } }\n", 2, "models.m.error.kode", "not a key"},
      {"models:\n  m: { replay: no-such-file.json }\n", 2, "models.m.replay", "cannot be read"},
      {"models:\n  m: { body: { file: no-such-file } }\n", 2, "models.m.body", "cannot be read"},
      {"models:\n  m: { body: [] }\n", 2, "models.m.body", "mapping"},
      {"models:\n  m:\n    status: 500\n    headers:\n      \"a b\": x\n", 5,
       "models.m.headers.a b", "not a header name"},
      {"models:\n  m: { status: 500, headers: { Content-Length: 3 } }\n", 2,
       "models.m.headers.Content-Length", "the simulator's own"},
      {"models:\n  m: { status: 500, headers: { x: \"a\\r\\nb\" } }\n", 2, "models.m.headers.x",
       "one line"},
      {"models:\n  m:\n    - answer: x\n    - answer: y\n", 3, "models.m[0]", "another step"},
      {"models:\n  m:\n    - { calls: 1, answer: x }\n    - { calls: 2, answer: y }\n", 4,
       "models.m[1].calls", "last step holds on"},
      {"models:\n  m:\n    - { calls: 1, for: 2s, answer: x }\n    - { answer: y }\n", 3,
       "models.m[0].for", "calls or for a time"},
      {"models:\n  m:\n    - { calls: 0, answer: x }\n    - { answer: y }\n", 3,
       "models.m[0].calls", "from 1"},
      {"models:\n  m:\n    - { calls: 1, answer: x }\n    - { for: 2s, answer: y }\n    - { "
       "answer: z }\n",
       2, "models.m", "one of the two"},
      {"prefix: v1\nmodels: { m: { answer: x } }\n", 1, "prefix", "begin with a slash"},
      {"models:\n  m: { answer: x\n", 3, "", "is not YAML"},
  };
  for (const auto& row : table) {
    const auto found = findings(row.yaml);
    const auto fits = [&](const finding& x) {
      return x.line == row.line && x.key == row.key && x.file == "faults.yaml"
             && x.message.find(row.says) != std::string::npos;
    };
    CAPTURE(row.yaml, row.line, row.key, row.says);
    for (const auto& x : found)
      UNSCOPED_INFO("found " << x.line << " " << x.key << ": " << x.message);
    CHECK(std::ranges::any_of(found, fits));
  }
}

TEST_CASE("a script with several mistakes names all of them", "[simulator]") {
  const auto found =
      findings("models:\n  a: { status: 1 }\n  b: { cut: x, answer: y }\nspeed: 1\n");
  std::vector<std::string> keys;
  for (const auto& x : found)
    keys.push_back(x.key);
  CHECK(std::ranges::count(keys, "models.a.status") == 1);
  CHECK(std::ranges::count(keys, "models.b.cut") == 1);
  CHECK(std::ranges::count(keys, "speed") == 1);
}

TEST_CASE("a script that cannot be opened is one finding about the file", "[simulator]") {
  const auto made = load_script("no-such-script.yaml");
  const auto& found = std::get<std::vector<finding>>(made);
  REQUIRE(found.size() == 1);
  CHECK(found[0].file == "no-such-script.yaml");
  CHECK(found[0].line == 0);
}

TEST_CASE("steps that count calls are taken in order and the last one holds on", "[simulator]") {
  const auto x = read(R"(
models:
  m:
    - { calls: 2, status: 500 }
    - { calls: 1, status: 429 }
    - { answer: fine }
)");
  const std::vector<int> expected{500, 500, 429, 200, 200};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(status_at(x, i + 1) == expected[i]);
  CHECK(status_at(x, 1'000'000) == 200);
  CHECK(status_at(x, 1, 24h) == 500);
}

TEST_CASE("steps that count time hold for their time, whatever the number of calls",
          "[simulator]") {
  const auto x = read(R"(
models:
  m:
    - { for: 2s, status: 500 }
    - { for: 500ms, status: 429 }
    - { answer: fine }
)");
  CHECK(status_at(x, 900, 0us) == 500);
  CHECK(status_at(x, 1, 2s - 1us) == 500);
  CHECK(status_at(x, 1, 2s) == 429);
  CHECK(status_at(x, 1, 2500ms) == 200);
  CHECK(status_at(x, 1, 24h) == 200);
}

TEST_CASE("a model without steps of its own has those of any model, or is unknown", "[simulator]") {
  const auto open = read(R"(models: { m: { status: 500 }, "*": { status: 503 } })");
  CHECK(behaviour_of(open, "m", 1, 0us, 1)->how->status == 500);
  CHECK(behaviour_of(open, "other", 1, 0us, 1)->how->status == 503);
  CHECK_FALSE(behaviour_of(read("models: { m: { status: 500 } }"), "other", 1, 0us, 1));
}

TEST_CASE("what a step says is read as it is meant", "[simulator]") {
  SECTION("an answer is text, or JSON if it is a mapping") {
    CHECK(std::get<answer>(single("{ answer: plain text }").says).text == "plain text");
    CHECK(std::get<answer>(single(R"({ answer: { a: 1, b: [true, "2"], c: no } })").says).text
          == R"({"a":1,"b":[true,"2"],"c":"no"})");
  }
  SECTION("tool calls, refusals and finish reasons go with an answer or stand alone") {
    const auto says = std::get<answer>(single("{ tool_call: [{ name: a, arguments: { x: 1 } }, "
                                              "{ name: b, arguments: \"{\", id: q }] }")
                                           .says);
    REQUIRE(says.tool_calls.size() == 2);
    CHECK(says.tool_calls[0].arguments == R"({"x":1})");
    CHECK(says.tool_calls[1].arguments == "{");
    CHECK(says.tool_calls[1].id == "q");
    const auto refused =
        std::get<answer>(single("{ refusal: I cannot., finish_reason: odd }").says);
    CHECK(refused.refusal == "I cannot.");
    CHECK(refused.finish_reason == "odd");
  }
  SECTION("an error may come with any status") {
    const auto how = single("{ status: 200, error: { code: insufficient_quota } }");
    CHECK(how.status == 200);
    CHECK(std::get<provider_error>(how.says).code == "insufficient_quota");
    CHECK(std::holds_alternative<provider_error>(single("{ status: 503 }").says));
  }
  SECTION("a connection can end in every way") {
    CHECK(single("{ reset: 0 }").reset_after == 0u);
    CHECK(single("{ answer: x, cut: 12 }").cut_after == 12u);
    CHECK(single("{ silence: true }").silent);
    const auto slowly = single("{ answer: x, drip: { bytes: 3, every: 2ms } }").pace;
    REQUIRE(slowly);
    CHECK(slowly->bytes == 3);
    CHECK(slowly->every == 2ms);
  }
  SECTION("a latency is fixed, lognormal, or a mixture") {
    CHECK(single("{ answer: x, latency: 2m }").wait.usual.median == 2min);
    const auto drawn =
        single("{ answer: x, latency: { lognormal: { median: 300ms, sigma: 0.3 } } }");
    CHECK(drawn.wait.usual.median == 300ms);
    CHECK(drawn.wait.usual.sigma == Approx(0.3));
    const auto mixed = single("{ answer: x, latency: { usual: 10ms, "
                              "slow: { lognormal: { median: 2s } }, slow_share: 5% } }");
    CHECK(mixed.wait.usual.median == 10ms);
    CHECK(mixed.wait.slow.median == 2s);
    CHECK(mixed.wait.slow_share == Approx(0.05));
  }
}

TEST_CASE("a wait depends on seed, model and call number alone", "[simulator]") {
  const auto wait = lognormal(300ms, 0.5);
  std::vector<microseconds> forwards;
  std::vector<microseconds> backwards;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    forwards.push_back(wait_of(wait, "m", i, 7));
    backwards.push_back(wait_of(wait, "m", 101 - i, 7));
  }
  std::ranges::reverse(backwards);
  CHECK(forwards == backwards);
  CHECK(wait_of(wait, "m", 1, 8) != forwards[0]);
  CHECK(wait_of(wait, "n", 1, 7) != forwards[0]);
  CHECK(wait_of(wait, "m", 2, 7) != forwards[0]);
}

TEST_CASE("lognormal waits have the median and the spread they were given", "[simulator]") {
  const auto wait = lognormal(300ms, 0.3);
  std::vector<microseconds> all;
  for (std::uint64_t i = 1; i <= 4001; ++i)
    all.push_back(wait_of(wait, "m", i, 42));
  std::ranges::sort(all);
  CHECK(all[2000].count() == Approx(300'000).epsilon(0.03));
  // One standard deviation above the median: 300 ms times e to the 0.3.
  CHECK(all[3366].count() == Approx(404'958).epsilon(0.04));
}

TEST_CASE("a mixture draws its slow share", "[simulator]") {
  const latency wait{{10ms, 0}, {2s, 0}, 0.05};
  int slow = 0;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    const auto drawn = wait_of(wait, "m", i, 42);
    REQUIRE((drawn == 10ms || drawn == 2s));
    slow += drawn == 2s;
  }
  CHECK(slow > 400);
  CHECK(slow < 600);
}

TEST_CASE("a wait is never longer than an hour", "[simulator]") {
  const auto wait = lognormal(24h, 4);
  for (std::uint64_t i = 1; i <= 100; ++i)
    REQUIRE(wait_of(wait, "m", i, 1) <= 1h);
}
