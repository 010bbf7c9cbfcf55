// Every recorded answer, told to the other providers as what the assistant said before.
#include "tests/routes/corpus.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <memory>

using namespace hedgerow;

namespace {

/// What a provider was told that the assistant said.
struct retold {
  std::string text;
  std::vector<tool_call> calls;
  /// Of the results, in the order they were told.
  std::vector<std::string> results_of;
};

/// The conversation in which `x` was said, and its tools answered.
prompt history_of(const completion& x) {
  prompt out;
  out.messages.push_back({role::user, {{part::kind::text, "Go on.", {}}}, {}, {}, {}});
  message said{role::assistant, {}, x.tool_calls, {}, {}, x.thoughts};
  if (!x.text.empty())
    said.parts.push_back({part::kind::text, x.text, {}});
  out.messages.push_back(std::move(said));
  for (const auto& call : x.tool_calls)
    out.messages.push_back({role::tool, {{part::kind::text, "done", {}}}, {}, call.id, {}});
  out.messages.push_back({role::user, {{part::kind::text, "And?", {}}}, {}, {}, {}});
  return out;
}

std::string text_in(const json::value& x, std::string_view name) {
  return std::string{json::find_text(x, name)};
}

void read_chat(retold& to, const json::value& message) {
  if (json::find_text(message, "role") == "tool")
    to.results_of.push_back(text_in(message, "tool_call_id"));
  if (json::find_text(message, "role") != "assistant")
    return;
  to.text += json::find_text(message, "content");
  if (const auto* calls = json::find(message, "tool_calls"))
    for (const auto& x : calls->GetArray())
      to.calls.push_back({text_in(x, "id"), text_in(*json::find(x, "function"), "name"),
                          text_in(*json::find(x, "function"), "arguments")});
}

void read_block(retold& to, const json::value& block, bool assistant) {
  const auto type = json::find_text(block, "type");
  if (type == "tool_result")
    to.results_of.push_back(text_in(block, "tool_use_id"));
  if (assistant && type == "text")
    to.text += json::find_text(block, "text");
  if (type == "tool_use")
    to.calls.push_back(
        {text_in(block, "id"), text_in(block, "name"), json::compact(*json::find(block, "input"))});
}

void read_part(retold& to, const json::value& part, bool model) {
  if (const auto* x = json::find(part, "functionResponse"))
    to.results_of.push_back(text_in(*x, "id"));
  if (model && json::find(part, "thought") == nullptr)
    to.text += json::find_text(part, "text");
  if (const auto* x = json::find(part, "functionCall"))
    to.calls.push_back(
        {text_in(*x, "id"), text_in(*x, "name"), json::compact(*json::find(*x, "args"))});
}

retold read(provider_kind target, const json::value& body) {
  retold out;
  const bool gemini = target == provider_kind::gemini;
  for (const auto& turn : json::find(body, gemini ? "contents" : "messages")->GetArray()) {
    const auto role = json::find_text(turn, "role");
    if (target == provider_kind::openai)
      read_chat(out, turn);
    else if (gemini)
      for (const auto& x : json::find(turn, "parts")->GetArray())
        read_part(out, x, role == "model");
    else
      for (const auto& x : json::find(turn, "content")->GetArray())
        read_block(out, x, role == "assistant");
  }
  return out;
}

std::string canonical(const std::string& arguments) {
  const auto parsed = json::parse(arguments.empty() ? "{}" : arguments);
  return parsed ? json::compact(*parsed) : arguments;
}

bool is_portable(const std::string& id) {
  return id.size() <= 40 && std::ranges::all_of(id, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '-';
         });
}

void check_retold(const completion& x, const retold& to) {
  CHECK((to.text == x.text || x.text.find_first_not_of(" \n\t\r") == std::string::npos));
  REQUIRE(to.calls.size() == x.tool_calls.size());
  REQUIRE(to.results_of.size() == x.tool_calls.size());
  for (std::size_t i = 0; i < to.calls.size(); ++i) {
    CHECK(to.calls[i].name == x.tool_calls[i].name);
    CHECK(canonical(to.calls[i].arguments) == canonical(x.tool_calls[i].arguments));
    CHECK(to.results_of[i] == to.calls[i].id);
    CHECK((to.calls[i].id == x.tool_calls[i].id || !is_portable(x.tool_calls[i].id)));
  }
}

route_config route_to(provider_kind target) {
  route_config route;
  route.provider.kind = target;
  route.provider.base_url =
      target == provider_kind::openai ? "https://api.openai.com/v1" : "https://h";
  route.model = "m";
  return route;
}

} // namespace

TEST_CASE("every recorded answer can be told to the other providers", "[corpus]") {
  constexpr std::array targets{provider_kind::openai, provider_kind::anthropic,
                               provider_kind::gemini};
  int told = 0;
  int refused = 0;
  for (const auto& x : corpus::recordings()) {
    const auto found = corpus::decoded(x);
    const auto* good = std::get_if<completion>(&found);
    if (good == nullptr)
      continue;
    model_call call;
    call.ask = std::make_shared<const prompt>(history_of(*good));
    for (const auto target : targets) {
      INFO(x.file << " to " << to_string(target));
      const auto* speaks = dialect_of(target);
      const auto route = route_to(target);
      if (const auto why = speaks->objection(route, call)) {
        INFO(why->reason);
        CHECK(why->kind == failure_class::capability);
        ++refused;
        continue;
      }
      const auto body = json::parse(speaks->encode(route, call).body);
      REQUIRE(body.has_value());
      check_retold(*good, read(target, *body));
      ++told;
    }
  }
  CHECK((told == 0 || told > 600));
  CHECK(refused <= 4);
}
