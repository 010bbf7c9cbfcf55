// Every recorded whole chat reply of ../shared/data/providers, served by the simulator, through the
// running gateway.

#include "tests/app/gateway_world.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

const std::filesystem::path folder{HEDGEROW_SHARED_DATA "/providers"};

/// A reply, and how its model and task are called.
struct recording {
  std::string name;
  std::string file;
  std::string wanted;
  bool cut = false;
  /// Neither text nor tool calls: good for its provider, and no answer for a caller.
  bool empty = false;
  simulated::behaviour reply;
  std::string ask;
  json::document body;
};

std::string contents(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

json::document parsed(const std::string& text) {
  auto x = json::parse(text);
  return x ? std::move(*x) : json::document{};
}

std::string text_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  return found && found->IsString() ? std::string{json::text_of(*found)} : std::string{};
}

void append_member(std::string& out, std::string_view name, std::string_view raw) {
  out += ",\"" + std::string{name} + "\":" + std::string{raw};
}

/// The functions that the recorded request offered, and those that the reply calls besides.
std::string tools_of(const json::value& request, const json::value& body) {
  std::string out;
  std::vector<std::string> names;
  const auto offer = [&](std::string_view name, const std::string& function) {
    if (name.empty() || std::ranges::find(names, name) != names.end())
      return;
    names.emplace_back(name);
    out += (out.empty() ? "" : ",") + (R"({"type":"function","function":)" + function + "}");
  };
  if (const auto* tools = json::find(request, "tools"))
    for (const auto& x : tools->GetArray())
      if (const auto* function = json::find(x, "function"))
        offer(json::find_text(*function, "name"), json::compact(*function));
  const auto* calls = json::at(body, "/choices/0/message/tool_calls");
  if (calls && calls->IsArray())
    for (const auto& x : calls->GetArray()) {
      const auto name = json::find_text(*json::find(x, "function"), "name");
      offer(name, R"({"name":")" + std::string{name} + R"("})");
    }
  const auto* old = json::at(body, "/choices/0/message/function_call/name");
  if (old && old->IsString())
    offer(json::text_of(*old), R"({"name":")" + std::string{json::text_of(*old)} + R"("})");
  return out;
}

/// What of the recorded request decides how its answer is read.
std::string ask_of(const std::string& task, const json::value& request, const json::value& body) {
  auto out = R"({"model":")" + task + R"(","messages":[{"role":"user","content":"hi"}])";
  if (const auto tools = tools_of(request, body); !tools.empty())
    append_member(out, "tools", "[" + tools + "]");
  for (const auto* name : {"max_tokens", "max_completion_tokens", "response_format"})
    if (const auto* x = json::find(request, name); x && !(x->IsInt() && x->GetInt() == 0))
      append_member(out, name, json::compact(*x));
  return out + "}";
}

recording recording_of(const json::value& entry, std::size_t number) {
  recording out;
  out.name = "r" + std::to_string(number);
  out.file = json::find_text(entry, "file");
  const auto text = contents(folder / out.file);
  out.body = parsed(text);
  const auto request_file = json::find_text(entry, "request_file");
  const auto request = parsed(request_file.empty() ? "{}" : contents(folder / request_file));
  out.ask = ask_of(out.name, request, out.body);
  out.wanted = json::find_text(entry, "expected_taxonomy_class");
  const auto* finish = json::at(entry, "/finish/0");
  out.cut = finish && json::text_of(*finish) == "length";
  out.reply.status = json::find(entry, "http_status")->GetInt();
  simulated::raw_body body{.bytes = text};
  for (const auto& field : json::find(entry, "headers")->GetObject()) {
    if (json::text_of(field.name) == "content-type")
      body.content_type = json::text_of(field.value);
    else
      out.reply.headers.emplace_back(json::text_of(field.name), json::text_of(field.value));
  }
  out.reply.says = std::move(body);
  // Readings of this project: an unknown model is the route's fault, and a truncated answer is good
  // only where the caller's own limit cut it and nothing else was asked of it.
  const auto free_text = out.ask.find("response_format") == std::string::npos;
  const auto own_limit = free_text && out.ask.find("\"max_") != std::string::npos;
  if (out.wanted == "capability" && out.reply.status == 404)
    out.wanted = "auth";
  if (out.wanted == "ok" && out.cut && !own_limit)
    out.wanted = "capability";
  const auto* message = json::at(out.body, "/choices/0/message");
  out.empty = message && text_at(*message, "/content").empty() && !json::at(*message, "/audio")
              && !json::at(*message, "/content/0") && !json::at(*message, "/tool_calls/0")
              && !json::at(*message, "/function_call/name");
  return out;
}

std::vector<recording> recordings() {
  const auto index = parsed(contents(folder / "index.json"));
  REQUIRE(index.IsArray());
  std::vector<recording> out;
  for (const auto& entry : index.GetArray())
    if (json::find_text(entry, "api") == "chat" && json::find(entry, "stream")->IsFalse())
      out.push_back(recording_of(entry, out.size()));
  return out;
}

/// A route and a task for each recording, with an equivalent and a stronger model behind it.
configuration config_for(const std::vector<recording>& all, provider& recorded, provider& sound) {
  auto text = R"(
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", threads: 1 }
store: memory
providers:
  recorded: { kind: openai, base_url: ")"
              + recorded->base_url() + R"(" }
  sound:    { kind: openai, base_url: ")"
              + sound->base_url() + R"(" }
routes:
  backup: { provider: sound, model: backup }
  large:  { provider: sound, model: large }
)";
  std::string tasks = "tasks:\n";
  for (const auto& x : all) {
    text += "  " + x.name + ": { provider: recorded, model: " + x.name + " }\n";
    tasks += "  " + x.name + ": { deadline: 20s, retry: { attempts: 0 }, ladder: [ " + x.name
             + ", backup, { route: large, as: stronger } ] }\n";
  }
  auto read = read_configuration_text(text + tasks, "recorded.yaml", {});
  for (const auto& x : read.findings)
    UNSCOPED_INFO(x.key << ": " << x.message);
  REQUIRE(read.config.has_value());
  return std::move(*read.config);
}

/// Who answers when the recorded attempt ended in this class.
std::string answered_by(const recording& x) {
  if (x.wanted == "ok")
    return x.empty ? "large" : x.name;
  return x.wanted == "contract" || x.wanted == "capability" ? "large" : "backup";
}

/// How the recorded attempt ended, by the trail.
std::string result_of(const seen& x) {
  const auto body = x.json();
  const auto* trail = json::at(body, "/hedgerow/trail");
  if (!trail)
    return "(no trail)";
  for (const auto& step : trail->GetArray())
    if (json::find_text(step, "event") == "attempt_ended")
      return std::string{json::find_text(step, "result")};
  return "(no attempt ended)";
}

void check_kept(const recording& x, const seen& reply) {
  const auto body = reply.json();
  const auto* calls = json::at(x.body, "/choices/0/message/tool_calls");
  const auto count = calls && calls->IsArray() ? calls->Size() : 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto at = "/choices/0/message/tool_calls/" + std::to_string(i) + "/function";
    CHECK(text_at(body, at + "/name") == text_at(x.body, at + "/name"));
    CHECK(text_at(body, at + "/arguments") == text_at(x.body, at + "/arguments"));
  }
  if (const auto text = text_at(x.body, "/choices/0/message/content"); !text.empty())
    CHECK(text_at(body, "/choices/0/message/content") == text);
  if (const auto model = text_at(x.body, "/model"); !model.empty())
    CHECK(text_at(body, "/model") == model);
}

} // namespace

TEST_CASE("every recorded whole chat reply comes through the gateway as its class says",
          "[gateway][corpus]") {
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: no " << folder);
    return;
  }
  const auto all = recordings();
  REQUIRE(all.size() == 165);
  provider recorded;
  provider sound;
  for (const auto& x : all)
    recorded->set(x.name, x.reply);
  for (const auto* name : {"backup", "large"})
    sound->set(name, simulated::answers(R"({"sound":true})"));
  gateway door{config_for(all, recorded, sound), {}};
  wire line{door.address()};
  for (const auto& x : all) {
    INFO(x.file << ": " << x.wanted << "\nasked: " << x.ask);
    const auto reply = line.post("/v1/chat/completions?trail=1", x.ask);
    INFO(reply.body);
    REQUIRE(reply.status != 0);
    if (x.wanted == "policy") {
      CHECK(reply.header("x-hedgerow-outcome") == "blocked");
      CHECK(reply.header("x-hedgerow-attempts") == "1");
    } else if (x.wanted == "invalid_request") {
      CHECK(reply.header("x-hedgerow-outcome") == "rejected");
      CHECK(reply.header("x-hedgerow-attempts") == "1");
    } else {
      CHECK(reply.header("x-hedgerow-outcome") == "answered");
      CHECK(reply.header("x-hedgerow-route") == answered_by(x));
      CHECK(result_of(reply) == x.wanted);
    }
    if (x.wanted == "ok" && !x.empty)
      check_kept(x, reply);
  }
}
