// Every recorded whole answer and error of ../shared/data/providers, decoded.
#include "tests/routes/corpus.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace hedgerow;

namespace {

/// The recorded text, with a list of parts or a transcript joined as a reader would.
std::string chat_text(const json::value& message) {
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

std::int64_t count_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  return found == nullptr || !found->IsInt64() ? 0 : found->GetInt64();
}

void check_chat(const completion& x, const json::value& body) {
  const auto& message = *json::at(body, "/choices/0/message");
  CHECK(x.text == chat_text(message));
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
  }
  CHECK(x.usage.input == count_at(body, "/usage/prompt_tokens"));
  CHECK(x.usage.output >= count_at(body, "/usage/completion_tokens"));
}

/// Holds calls against the objects in `listed` that have them under `member`, or are them.
void check_calls(const completion& x, const json::value& listed, std::string_view type,
                 const char* arguments) {
  std::size_t i = 0;
  for (const auto& each : listed.GetArray()) {
    const auto* call = type.empty() ? json::find(each, "functionCall") : &each;
    if (call == nullptr || json::find_text(each, "type") != type)
      continue;
    REQUIRE(i < x.tool_calls.size());
    CHECK(x.tool_calls[i].name == json::find_text(*call, "name"));
    CHECK(x.tool_calls[i].arguments == json::compact(*json::find(*call, arguments)));
    if (const auto id = json::find_text(*call, "id"); !id.empty())
      CHECK(x.tool_calls[i].id == id);
    ++i;
  }
  CHECK(i == x.tool_calls.size());
}

void check_message(const completion& x, const json::value& body) {
  const auto& content = *json::find(body, "content");
  std::string text;
  for (const auto& block : content.GetArray())
    text += json::find_text(block, "type") == "text" ? json::find_text(block, "text") : "";
  CHECK(x.text == text);
  CHECK(x.model == json::find_text(body, "model"));
  check_calls(x, content, "tool_use", "input");
  CHECK(x.usage.input
        == count_at(body, "/usage/input_tokens")
               + count_at(body, "/usage/cache_creation_input_tokens")
               + count_at(body, "/usage/cache_read_input_tokens"));
  CHECK(x.usage.output == count_at(body, "/usage/output_tokens"));
}

void check_candidate(const completion& x, const json::value& body) {
  std::string text;
  if (const auto* parts = json::at(body, "/candidates/0/content/parts")) {
    for (const auto& part : parts->GetArray())
      text += json::find(part, "thought") == nullptr ? json::find_text(part, "text") : "";
    check_calls(x, *parts, {}, "args");
  }
  CHECK(x.text == text);
  CHECK(x.model == json::find_text(body, "modelVersion"));
  CHECK(x.usage.input
        == count_at(body, "/usageMetadata/promptTokenCount")
               + count_at(body, "/usageMetadata/toolUsePromptTokenCount"));
  CHECK(x.usage.output
        == count_at(body, "/usageMetadata/candidatesTokenCount")
               + count_at(body, "/usageMetadata/thoughtsTokenCount"));
}

} // namespace

TEST_CASE("every recorded whole reply is classified as its label says", "[corpus]") {
  std::map<provider_kind, int> seen;
  for (const auto& x : corpus::recordings()) {
    ++seen[x.kind];
    const auto found = corpus::decoded(x);
    const auto* bad = std::get_if<failure>(&found);
    INFO(x.file << ": " << (bad == nullptr ? "" : bad->reason));
    INFO("found " << corpus::class_of(found) << ", expected " << x.classes.front());
    CHECK(std::ranges::find(x.classes, corpus::class_of(found)) != x.classes.end());
  }
  if (seen.empty())
    return;
  CHECK(seen[provider_kind::openai] == 165);
  CHECK(seen[provider_kind::anthropic] == 78);
  CHECK(seen[provider_kind::gemini] == 46);
}

TEST_CASE("text, tool calls and usage of every recorded answer survive", "[corpus]") {
  int answers = 0;
  for (const auto& x : corpus::recordings()) {
    const auto found = corpus::decoded(x);
    const auto* good = std::get_if<completion>(&found);
    if (good == nullptr)
      continue;
    ++answers;
    INFO(x.file);
    const auto body = json::parse(x.reply.body);
    REQUIRE(body.has_value());
    if (x.kind == provider_kind::openai)
      check_chat(*good, *body);
    else if (x.kind == provider_kind::anthropic)
      check_message(*good, *body);
    else
      check_candidate(*good, *body);
    CHECK(std::ranges::none_of(good->tool_calls, &std::string::empty, &tool_call::id));
    CHECK(good->usage.reasoning <= good->usage.output);
  }
  CHECK((answers == 0 || answers > 200));
}
