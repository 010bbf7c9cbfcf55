// Every fault of a provider's stream, over real sockets, in every way a task may answer to it.

#include "routes/sse.hpp"
#include "tests/app/gateway_world.hpp"
#include "tests/app/simulator_world.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <string>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using simulated::behaviour;

const std::string whole_text = "The quick brown fox jumps over the lazy dog, and then it sleeps.";

constexpr std::array dialects{"openai", "anthropic", "gemini"};
constexpr std::array commits{"first_token", "complete"};
constexpr std::array ways{"none", "prefix", "prefill"};

/// What a fault does to the stream.
enum class harm {
  none,   ///< It is whole all the same.
  early,  ///< It fails before any text.
  midway, ///< It breaks after some of the text.
};

struct fault {
  const char* name;
  harm does;
  behaviour how;
  /// It waits for a limit in time.
  bool is_slow = false;
};

behaviour streams(simulated::telling how) {
  auto out = simulated::answers(whole_text);
  how.piece = 8;
  out.stream = std::move(how);
  return out;
}

/// Event 5 is amid the text in every dialect.
std::vector<fault> faults() {
  using simulated::event_kind;
  auto dripped = streams({});
  dripped.pace = simulated::drip{.bytes = 1, .every = 0ms};
  auto cut_bytes = streams({});
  cut_bytes.cut_after = 700;
  return {
      {"no fault", harm::none, streams({})},
      {"a byte at a time", harm::none, dripped},
      {"no announced end", harm::none, streams({.without = {event_kind::end}})},
      {"no usage", harm::none, streams({.without = {event_kind::usage}})},
      {"a broken event that says nothing", harm::none,
       streams({.broken = simulated::broken_event{.at = 5, .empty = true}})},
      {"signs of life", harm::none,
       streams({.first_token = {.usual = {.median = 60ms}},
                .pings = simulated::liveness{.every = 10ms}})},
      {"refused", harm::early, simulated::fails(503)},
      {"an error first", harm::early, streams({.fails = simulated::stream_error{.after = 0}})},
      {"cut before text", harm::early, streams({.cut_after = 0})},
      {"reset before text", harm::early, streams({.reset_after = 0})},
      {"silence", harm::early, streams({.first_token = {.usual = {.median = 20s}}}), true},
      {"pings and no text", harm::early,
       streams({.first_token = {.usual = {.median = 20s}},
                .pings = simulated::liveness{.every = 20ms}}),
       true},
      {"cut", harm::midway, streams({.cut_after = 5})},
      {"cut within an event", harm::midway, cut_bytes},
      {"reset", harm::midway, streams({.reset_after = 5})},
      {"an error amid it", harm::midway, streams({.fails = simulated::stream_error{.after = 5}})},
      {"an error without an event", harm::midway,
       streams({.fails = simulated::stream_error{.after = 5, .bare = true}})},
      {"a broken event with text", harm::midway,
       streams({.broken = simulated::broken_event{.at = 5}})},
      {"a stall", harm::midway, streams({.stalls = simulated::stall{.after = 5, .lasts = {}}}),
       true},
      {"a stall with pings", harm::midway,
       streams({.stalls = simulated::stall{.after = 5, .lasts = {}},
                .pings = simulated::liveness{.every = 20ms}}),
       true},
      {"no finish reason", harm::midway, streams({.without = {event_kind::finish}})},
  };
}

std::string task_of(const std::string& dialect, const std::string& commit, const std::string& way) {
  return dialect + '_' + commit + '_' + way;
}

/// One task for each dialect, commit and way to resume; all call `first`, then `second`.
configuration tasks_over(provider& first, provider& second) {
  std::string text = R"(
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", threads: 2 }
store: memory
providers:)";
  const auto provider_line = [&](const std::string& name, const std::string& kind, provider& at) {
    const auto url = kind == "openai" ? at->base_url() : at->root_url();
    text += "\n  " + name + ": { kind: " + kind + ", base_url: \"" + url + "\", api_key: k }";
  };
  for (const std::string kind : dialects) {
    provider_line("first_" + kind, kind, first);
    provider_line("second_" + kind, kind, second);
  }
  text += "\nroutes:";
  const auto route_line = [&](const std::string& name, const std::string& more) {
    text += "\n  " + name + ": { provider: " + name + ", model: m"
            + ", timeout: { first_token: 150ms, stall: 150ms, total: 20s }"
            + ", breaker: { consecutive: 0, min_calls: 100000 }" + more + " }";
  };
  for (const std::string kind : dialects) {
    route_line("first_" + kind, "");
    route_line("second_" + kind, ", capabilities: [json_schema, tools, vision, prefill]");
  }
  text += "\ntasks:";
  for (const std::string kind : dialects)
    for (const std::string commit : commits)
      for (const std::string way : ways)
        text += "\n  " + task_of(kind, commit, way) + ": { deadline: 20s, ladder: [ first_" + kind
                + ", second_" + kind + " ], retry: { attempts: 0 }, stream: { commit: " + commit
                + ", resume: [" + (way == "none" ? "" : way) + "] } }";
  auto read = read_configuration_text(text + '\n', "test.yaml", {});
  for (const auto& x : read.findings)
    UNSCOPED_INFO(x.key << ": " << x.message);
  REQUIRE(read.config.has_value());
  return std::move(*read.config);
}

/// What a caller's client makes of a streamed reply.
struct told_stream {
  int status = 0;
  std::string text;
  /// Ends of each kind; one of one kind is right.
  int whole = 0;
  int broken = 0;

  bool ended_once() const { return whole + broken == 1; }
};

void read_openai(const sse_event& event, told_stream& to) {
  if (event.data == "[DONE]") {
    ++to.whole;
    return;
  }
  const auto x = json::parse(event.data);
  REQUIRE(x.has_value());
  if (json::find(*x, "error") != nullptr)
    ++to.broken;
  if (const auto* delta = json::at(*x, "/choices/0/delta"))
    to.text += json::find_text(*delta, "content");
}

void read_anthropic(const sse_event& event, told_stream& to) {
  to.whole += event.name == "message_stop" ? 1 : 0;
  to.broken += event.name == "error" ? 1 : 0;
  const auto x = json::parse(event.data);
  REQUIRE(x.has_value());
  CHECK(json::find_text(*x, "type") == event.name);
  if (const auto* delta = json::find(*x, "delta"))
    to.text += json::find_text(*delta, "text");
}

void read_native(const sse_event& event, told_stream& to) {
  to.whole += event.name == "hedgerow" ? 1 : 0;
  to.broken += event.name == "error" ? 1 : 0;
  const auto x = json::parse(event.data);
  REQUIRE(x.has_value());
  if (event.name == "delta")
    to.text += json::find_text(*x, "text");
}

std::uint16_t port_of(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

/// Asks for a stream on the surface `on`, and reads it to its end.
told_stream ask(const std::string& address, const std::string& on, const std::string& task) {
  simulator_test::client client{port_of(address)};
  const std::string messages = R"("messages":[{"role":"user","content":"hi"}],"stream":true})";
  if (on == "openai")
    client.post(R"({"model":")" + task + "\"," + messages, {}, "/v1/chat/completions");
  else if (on == "anthropic")
    client.post(R"({"model":")" + task + R"(","max_tokens":999,)" + messages, {}, "/v1/messages");
  else
    client.post("{" + messages, {}, "/v1/tasks/" + task);
  const auto reply = client.receive();
  told_stream out{.status = reply.status};
  if (reply.status != 200) {
    out.broken = 1;
    return out;
  }
  sse_parser parser;
  parser.feed(reply.body);
  while (const auto event = parser.next()) {
    if (on == "openai")
      read_openai(*event, out);
    else if (on == "anthropic")
      read_anthropic(*event, out);
    else
      read_native(*event, out);
  }
  return out;
}

/// Two providers of all dialects and a gateway before them.
struct fault_world {
  provider first;
  provider second;
  gateway door{tasks_over(first, second), {}};

  void second_says(const std::string& text) {
    auto how = simulated::answers(text);
    how.stream.piece = 8;
    how.prefill = simulated::prefill_habit::resume;
    second->set("*", how);
  }
};

constexpr std::array surfaces{"openai", "anthropic", "native"};

} // namespace

TEST_CASE("no fault of a stream makes part of an answer look whole", "[stream]") {
  fault_world x;
  x.second_says(whole_text);
  std::map<std::string, int> runs;
  std::size_t turn = 0;
  for (const auto& fault : faults()) {
    x.first->set("*", fault.how);
    for (const std::string dialect : dialects)
      for (const std::string commit : commits)
        for (const std::string way : ways)
          for (std::size_t i = 0; i < (fault.is_slow ? 1 : surfaces.size()); ++i) {
            const std::string on = surfaces[turn++ % surfaces.size()];
            CAPTURE(fault.name, dialect, commit, way, on);
            const auto got = ask(x.door.address(), on, task_of(dialect, commit, way));
            CHECK(got.ended_once());
            CHECK(got.status == 200);
            // Asked to go on where nothing is left to say, Gemini's answer is empty, which is none.
            const auto says_nothing = std::string_view{fault.name} == "no finish reason"
                                      && way == "prefill" && dialect == "gemini";
            const auto may_break = fault.does == harm::midway && commit == "first_token"
                                   && (way == "none" || says_nothing);
            CHECK(got.whole == (may_break ? 0 : 1));
            if (got.whole == 1)
              CHECK(got.text == whole_text);
            else
              CHECK((!got.text.empty() && whole_text.starts_with(got.text)));
            ++runs[got.whole == 1 ? "whole" : "told as broken"];
          }
  }
  INFO(runs["whole"] << " whole, " << runs["told as broken"] << " told as broken");
  CHECK(runs["whole"] + runs["told as broken"] == 17 * 54 + 4 * 18);
  CHECK(runs["told as broken"] == 7 * 9 + 2 * 3 + 3);
}

TEST_CASE("a stream that breaks never goes on with other words", "[stream]") {
  fault_world x;
  x.second_says("A different answer altogether, which nobody may put behind the first.");
  for (const auto& fault : faults()) {
    if (fault.does != harm::midway)
      continue;
    x.first->set("*", fault.how);
    for (const std::string dialect : dialects)
      for (const std::string on : surfaces) {
        CAPTURE(fault.name, dialect, on);
        const auto got = ask(x.door.address(), on, task_of(dialect, "first_token", "prefix"));
        CHECK(got.ended_once());
        CHECK(got.broken == 1);
        CHECK((!got.text.empty() && whole_text.starts_with(got.text)));
      }
  }
}

TEST_CASE("where every route breaks, a stream ends as broken or never begins", "[stream]") {
  fault_world x;
  for (const auto& fault : faults()) {
    if (fault.does == harm::none)
      continue;
    x.first->set("*", fault.how);
    x.second->set("*", fault.how);
    for (const std::string dialect : dialects)
      for (const std::string commit : commits) {
        CAPTURE(fault.name, dialect, commit);
        const auto got = ask(x.door.address(), "openai", task_of(dialect, commit, "prefix"));
        CHECK(got.ended_once());
        CHECK(got.broken == 1);
        const auto begins = fault.does == harm::midway && commit == "first_token";
        CHECK(got.status == (begins ? 200 : 503));
      }
  }
}
