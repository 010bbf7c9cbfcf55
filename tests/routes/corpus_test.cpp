// Every recorded whole chat answer and error of ../shared/data/providers, decoded.
#include "contracts/json.hpp"
#include "routes/openai.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

using namespace hedgerow;

namespace {

const std::filesystem::path folder{HEDGEROW_SHARED_DATA "/providers"};

std::string contents(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

/// What of a recorded request decides how its answer is read.
model_call call_of(const json::value& entry) {
  prompt ask;
  const auto file = json::find_text(entry, "request_file");
  const auto request = json::parse(file.empty() ? "{}" : contents(folder / file));
  REQUIRE(request.has_value());
  for (const auto* name : {"max_tokens", "max_completion_tokens"})
    if (const auto* most = json::find(*request, name); most != nullptr && most->IsInt64())
      ask.params.max_tokens = most->GetInt64();
  if (const auto* format = json::find(*request, "response_format"))
    ask.format.what = json::find_text(*format, "type") == "json_object"
                          ? output_format::kind::json_object
                          : output_format::kind::json_schema;
  model_call call;
  call.ask = std::make_shared<const prompt>(std::move(ask));
  return call;
}

http_reply reply_of(const json::value& entry) {
  http_reply reply;
  reply.status = json::find(entry, "http_status")->GetInt();
  reply.body = contents(folder / json::find_text(entry, "file"));
  for (const auto& field : json::find(entry, "headers")->GetObject())
    reply.headers.emplace_back(json::text_of(field.name), json::text_of(field.value));
  return reply;
}

bool is_whole_chat(const json::value& entry) {
  return json::find_text(entry, "api") == "chat" && json::find(entry, "stream")->IsFalse();
}

std::string class_of(const std::variant<completion, failure>& x) {
  const auto* bad = std::get_if<failure>(&x);
  return bad == nullptr ? "ok" : std::string{to_string(bad->kind)};
}

/// The label, as read by this project: a 404 for an unknown model is `auth`, and a truncated answer
/// is good only where the caller's own limit cut it.
std::vector<std::string> expected(const json::value& entry, const model_call& call) {
  std::vector<std::string> classes{std::string{json::find_text(entry, "expected_taxonomy_class")}};
  if (const auto* alt = json::at(entry, "/extra/alt"))
    classes.emplace_back(json::text_of(*alt));
  if (classes.front() == "capability" && json::find(entry, "http_status")->GetInt() == 404)
    return {"auth"};
  const auto* finish = json::at(entry, "/finish/0");
  const bool cut = finish != nullptr && json::text_of(*finish) == "length";
  const bool own =
      call.ask->params.max_tokens && call.ask->format.what == output_format::kind::text;
  if (classes.front() == "ok" && cut && !own)
    return {"capability"};
  return classes;
}

json::document index() {
  auto parsed = json::parse(contents(folder / "index.json"));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

/// The recorded text, with a list of parts or a transcript joined as a reader would.
std::string recorded_text(const json::value& message) {
  const auto* content = json::find(message, "content");
  if (content != nullptr && content->IsString())
    return std::string{json::text_of(*content)};
  if (const auto* transcript = json::at(message, "/audio/transcript"))
    return std::string{json::text_of(*transcript)};
  std::string text;
  if (content != nullptr && content->IsArray())
    for (const auto& part : content->GetArray())
      text += json::find_text(part, "text");
  return text;
}

void check_kept(const completion& x, const json::value& body) {
  const auto& message = *json::at(body, "/choices/0/message");
  CHECK(x.text == recorded_text(message));
  CHECK(x.model == json::find_text(body, "model"));
  const auto* calls = json::find(message, "tool_calls");
  const auto* legacy = json::at(message, "/function_call/name");
  const bool old = legacy != nullptr && legacy->IsString() && legacy->GetStringLength() > 0;
  REQUIRE(x.tool_calls.size() == (calls != nullptr && calls->IsArray() ? calls->Size() : old));
  for (std::size_t i = 0; i < x.tool_calls.size(); ++i) {
    const auto& wanted = old ? *json::find(message, "function_call")
                             : *json::find((*calls)[static_cast<unsigned>(i)], "function");
    CHECK(x.tool_calls[i].name == json::find_text(wanted, "name"));
    CHECK(x.tool_calls[i].arguments == json::find_text(wanted, "arguments"));
    CHECK_FALSE(x.tool_calls[i].id.empty());
  }
  const auto* input = json::at(body, "/usage/prompt_tokens");
  const auto* output = json::at(body, "/usage/completion_tokens");
  CHECK(x.usage.input == (input == nullptr ? 0 : input->GetInt64()));
  CHECK(x.usage.output >= (output == nullptr || output->IsNull() ? 0 : output->GetInt64()));
  CHECK(x.usage.reasoning <= x.usage.output);
}

} // namespace

TEST_CASE("every recorded whole chat reply is classified as its label says", "[corpus]") {
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: no " << folder);
    return;
  }
  const auto all = index();
  int seen = 0;
  for (const auto& entry : all.GetArray()) {
    if (!is_whole_chat(entry))
      continue;
    ++seen;
    const auto call = call_of(entry);
    const auto classes = expected(entry, call);
    const auto found = openai::decode(reply_of(entry), call);
    const auto* bad = std::get_if<failure>(&found);
    INFO(json::find_text(entry, "file") << ": " << (bad == nullptr ? "" : bad->reason));
    INFO("found " << class_of(found) << ", expected " << classes.front());
    CHECK(std::ranges::find(classes, class_of(found)) != classes.end());
  }
  CHECK(seen == 165);
}

TEST_CASE("text, tool calls and usage of every recorded answer survive", "[corpus]") {
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: no " << folder);
    return;
  }
  const auto all = index();
  int answers = 0;
  for (const auto& entry : all.GetArray()) {
    if (!is_whole_chat(entry))
      continue;
    const auto reply = reply_of(entry);
    const auto found = openai::decode(reply, call_of(entry));
    const auto* good = std::get_if<completion>(&found);
    if (good == nullptr)
      continue;
    ++answers;
    INFO(json::find_text(entry, "file"));
    const auto body = json::parse(reply.body);
    REQUIRE(body.has_value());
    check_kept(*good, *body);
  }
  CHECK(answers > 100);
}
