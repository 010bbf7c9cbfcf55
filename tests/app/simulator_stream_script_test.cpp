// How the parts of a script that concern streams are read.

#include "app/simulator/script_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace std::chrono_literals;

namespace {

/// The only step of model `m`, an answer with this `stream`.
telling told(const std::string& stream) {
  auto made = read_script("models: { m: { answer: x, stream: " + stream + " } }", ".", "f.yaml");
  if (const auto* wrong = std::get_if<std::vector<finding>>(&made))
    FAIL(wrong->front().key << ": " << wrong->front().message);
  return std::get<script>(made).models.at("m").front().then->stream;
}

} // namespace

TEST_CASE("every mistake about streams is found with its key", "[simulator]") {
  struct row {
    std::string step;
    std::string key;
    std::string says;
  };
  const std::vector<row> table{
      {"{ answer: x, stream: 3 }", "stream", "has to be a mapping"},
      {"{ answer: x, stream: { speed: 3 } }", "stream.speed", "not a key that is known"},
      {"{ answer: x, stream: { piece: 0 } }", "stream.piece", "from 1"},
      {"{ answer: x, stream: { gap: 3 } }", "stream.gap", "a duration"},
      {"{ answer: x, stream: { first_token: soon } }", "stream.first_token", "a duration"},
      {"{ answer: x, stream: { first_token: { usual: 1s } } }", "stream.first_token", "usual"},
      {"{ answer: x, stream: { first_token: { usual: x, slow: 1s, slow_share: 1% } } }",
       "stream.first_token.usual", "a duration"},
      {"{ answer: x, stream: { stall: { lasts: 1s } } }", "stream.stall", "needs `after`"},
      {"{ answer: x, stream: { stall: { after: 1, for: 1s } } }", "stream.stall.for", "not a key"},
      {"{ answer: x, stream: { cut: x } }", "stream.cut", "whole number"},
      {"{ answer: x, stream: { cut: 1, reset: 1 } }", "stream.cut", "ends once"},
      {"{ answer: x, stream: { broken: { empty: true } } }", "stream.broken", "needs `at`"},
      {"{ answer: x, stream: { broken: { at: 0 } } }", "stream.broken.at", "from 1"},
      {"{ answer: x, stream: { broken: { at: 1, empty: no } } }", "stream.broken.empty",
       "takes only true"},
      {"{ answer: x, stream: { error: { status: 500 } } }", "stream.error", "needs `after`"},
      {"{ answer: x, stream: { error: { after: 1, status: 200 } } }", "stream.error.status",
       "from 400 to 599"},
      {"{ answer: x, stream: { error: { after: 1, kode: 2 } } }", "stream.error.kode", "not a key"},
      {"{ answer: x, stream: { pings: 0ms } }", "stream.pings", "longer than nothing"},
      {"{ answer: x, stream: { pings: 1s, comments: 1s } }", "stream.comments", "one sign of life"},
      {"{ answer: x, stream: { without: start } }", "stream.without", "end, finish or usage"},
      {"{ answer: x, stream: { without: [end, { a: b }] } }", "stream.without",
       "end, finish or usage"},
      {"{ answer: x, stream: { without: { a: b } } }", "stream.without", "end, finish or usage"},
      {"{ status: 500, stream: { gap: 1s } }", "stream", "only beside an answer"},
      {"{ body: x, stream: { gap: 1s } }", "stream", "only beside an answer"},
      {"{ silence: true, stream: { gap: 1s } }", "stream", "beside `silence`"},
      {"{ answer: x, prefill: maybe }", "prefill", "refuse or continue"},
      {"{ status: 500, prefill: refuse }", "prefill", "only beside an answer"},
      {"{ error: { retry_delay: 3 } }", "error.retry_delay", "a duration"},
      {"{ replay: { chunks: events } }", "replay", "path of a recorded body"},
      {"{ replay: [a] }", "replay", "has to be a mapping"},
      {"{ replay: { file: no-such-file } }", "replay", "cannot be read"},
      {"{ replay: { file: no-such-file, chunks: words } }", "replay.chunks", "list of sizes"},
      {"{ replay: { file: no-such-file, chunks: [0] } }", "replay.chunks[0]", "size in bytes"},
      {"{ replay: { file: no-such-file, chunks: [1, { after: 1s }] } }", "replay.chunks[1]",
       "needs `bytes`"},
      {"{ repeat: x }", "repeat", "a list of steps"},
      {"{ repeat: [] }", "repeat", "at least one step"},
      {"{ repeat: [{ answer: x }] }", "repeat[0]", "needs `calls` or `for`"},
      {"{ repeat: [{ for: 0ms, answer: x }] }", "repeat[0].for", "longer than nothing"},
      {"{ repeat: [{ for: 1s, answer: x }, { calls: 1, answer: x }] }", "repeat", "one of the two"},
      {"{ repeat: [{ for: 1s, answer: x }], answer: y }", "answer", "not a key"},
  };
  for (const auto& row : table) {
    CAPTURE(row.step, row.key, row.says);
    auto made = read_script("models:\n  m: " + row.step + "\n", ".", "f.yaml");
    const auto* found = std::get_if<std::vector<finding>>(&made);
    REQUIRE(found);
    for (const auto& x : *found)
      UNSCOPED_INFO("found " << x.line << " " << x.key << ": " << x.message);
    CHECK(std::ranges::any_of(*found, [&](const finding& x) {
      return x.line == 2 && x.key == "models.m." + row.key
             && x.message.find(row.says) != std::string::npos;
    }));
  }
}

TEST_CASE("how a stream is told is read as it is meant", "[simulator]") {
  SECTION("without a word about it, it is told in pieces of 16 and at once") {
    const auto x = told("{}");
    CHECK(x.piece == 16);
    CHECK(x.first_token.usual.median == 0ms);
    CHECK_FALSE((x.stalls || x.cut_after || x.reset_after || x.broken || x.fails || x.pings));
  }
  SECTION("pace") {
    const auto x = told("{ piece: 3, gap: 2ms, pings: 50ms, "
                        "first_token: { lognormal: { median: 300ms, sigma: 0.3 } } }");
    CHECK(x.piece == 3);
    CHECK(x.gap == 2ms);
    CHECK(x.first_token.usual.sigma == Approx(0.3));
    CHECK(x.pings->every == 50ms);
    CHECK_FALSE(x.pings->comment);
    CHECK(told("{ comments: 1s }").pings->comment);
  }
  SECTION("faults") {
    const auto x = told("{ stall: { after: 2 }, cut: 9, broken: { at: 4, empty: true }, "
                        "without: [end, usage] }");
    CHECK(x.stalls->after == 2);
    CHECK_FALSE(x.stalls->lasts);
    CHECK(x.cut_after == 9u);
    CHECK(x.broken->at == 4);
    CHECK(x.broken->empty);
    CHECK(x.without == std::vector{event_kind::end, event_kind::usage});
    CHECK(told("{ stall: { after: 2, lasts: 3s } }").stalls->lasts == 3s);
    CHECK(told("{ reset: 0 }").reset_after == 0u);
  }
  SECTION("an error") {
    const auto x = *told("{ error: { after: 0, status: 529, message: m, type: t, code: c, "
                         "param: p, retry_delay: 4s, bare: true } }")
                        .fails;
    CHECK(x.after == 0);
    CHECK(x.status == 529);
    CHECK(x.why.message + x.why.type + x.why.code + x.why.param == "mtcp");
    CHECK(x.why.retry_delay == 4s);
    CHECK(x.bare);
  }
}

TEST_CASE("the wait for a reply and for its first token are drawn apart", "[simulator]") {
  const auto made = std::get<script>(
      read_script("models: { m: { answer: x, latency: { lognormal: { median: 1s, sigma: 1 } }, "
                  "stream: { first_token: { lognormal: { median: 1s, sigma: 1 } } } } }",
                  ".", "f.yaml"));
  const auto one = behaviour_of(made, "m", 1, 0us, 7);
  CHECK(one->wait != one->first_token);
  CHECK(one->first_token == behaviour_of(made, "m", 1, 0us, 7)->first_token);
  CHECK(one->first_token != behaviour_of(made, "m", 2, 0us, 7)->first_token);
}
