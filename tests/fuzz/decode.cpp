// Input: a line with a letter for the dialect (a, g, z, else OpenAI's), the status, and the value
// of Retry-After, with spaces between; then the body of the reply.
#include "contracts/json.hpp"
#include "routes/dialect.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>

using namespace hedgerow;

namespace {

constexpr std::array kinds{provider_kind::openai, provider_kind::anthropic, provider_kind::gemini,
                           provider_kind::azure_openai};

provider_kind kind_of(std::string_view letter) {
  if (letter == "a")
    return provider_kind::anthropic;
  if (letter == "g")
    return provider_kind::gemini;
  return letter == "z" ? provider_kind::azure_openai : provider_kind::openai;
}

std::string_view word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto out = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return out;
}

int status_of(std::string_view text) {
  int status = 200;
  std::from_chars(text.data(), text.data() + text.size(), status);
  return status;
}

/// What decides how an answer is read varies with the size of the input.
model_call call_for(std::size_t size) {
  prompt ask;
  if (size % 2 == 0)
    ask.params.max_tokens = static_cast<std::int64_t>(size % 100);
  if (size % 3 == 0)
    ask.format.what = output_format::kind::json_object;
  model_call out;
  out.ask = std::make_shared<const prompt>(std::move(ask));
  return out;
}

void check(const failure& x) {
  fuzz::must(!x.reason.empty() && x.reason.size() <= 160, "a reason is a short sentence");
  fuzz::must(std::ranges::all_of(x.reason, [](char c) { return c >= ' ' && c <= '~'; }),
             "a reason can be printed");
}

void check(const completion& x, int status) {
  fuzz::must(status >= 200 && status < 300, "an error is no answer");
  for (const auto& call : x.tool_calls)
    fuzz::must(!call.id.empty() && !call.name.empty(), "a call has an id and a name");
  fuzz::must((x.finish == finish_reason::tool_calls) == !x.tool_calls.empty(),
             "an answer with calls ends in calls");
  fuzz::must(x.finish != finish_reason::content_filter, "what was withheld is no answer");
  fuzz::must(x.usage.input >= 0 && x.usage.output >= 0, "no count is negative");
}

/// The answer goes on as history of any other provider's, or is objected to.
void check_retold(const completion& x) {
  prompt ask;
  message said{role::assistant, {{part::kind::text, x.text, {}}}, x.tool_calls, {}, {}, x.thoughts};
  ask.messages.push_back(std::move(said));
  for (const auto& call : x.tool_calls)
    ask.messages.push_back({role::tool, {{part::kind::text, x.text, {}}}, {}, call.id, {}});
  ask.messages.push_back({role::user, {{part::kind::text, x.model, {}}}, {}, {}, {}});
  model_call next;
  next.ask = std::make_shared<const prompt>(std::move(ask));
  for (const auto kind : kinds) {
    route_config route;
    route.provider.kind = kind;
    route.provider.base_url = "https://h";
    route.model = "m";
    const auto* speaks = dialect_of(kind);
    if (const auto why = speaks->objection(route, next))
      check(*why);
    else
      fuzz::must(json::parse(speaks->encode(route, next).body, {.depth = 1000}).has_value(),
                 "a request is JSON");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  auto line = in.line();
  const auto kind = kind_of(word(line));
  http_reply reply;
  reply.status = status_of(word(line));
  if (!line.empty())
    reply.headers.emplace_back("retry-after", std::string{line});
  reply.body = std::string{in.rest()};
  const auto found = dialect_of(kind)->decode(reply, call_for(size), {});
  if (const auto* bad = std::get_if<failure>(&found)) {
    check(*bad);
  } else {
    check(std::get<completion>(found), reply.status);
    check_retold(std::get<completion>(found));
  }
  return 0;
}
