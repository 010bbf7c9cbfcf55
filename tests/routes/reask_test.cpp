#include "contracts/json.hpp"
#include "contracts/reask.hpp"
#include "routes/openai.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>

using namespace hedgerow;

namespace {

json::document encoded(const prompt& ask) {
  route_config route;
  route.provider.base_url = "https://api.openai.com/v1";
  route.model = "m1";
  const model_call call{std::make_shared<const prompt>(ask), std::chrono::seconds{30}, {}, {}};
  return std::move(json::parse(openai::encode(route, call).body).value());
}

prompt question() {
  prompt out;
  out.messages.push_back({role::user, {{part::kind::text, "Weather?", {}}}, {}, {}, {}});
  out.tools.push_back({"wx", {}, R"({"type":"object"})", {}});
  return out;
}

std::string text_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  return found != nullptr && found->IsString() ? std::string{json::text_of(*found)} : "(none)";
}

const std::vector<violation> one{{"/tool_calls/0/arguments/city", "type", "must be a string", {}}};

} // namespace

TEST_CASE("every call of a re-ask has its answer on OpenAI's wire", "[openai]") {
  completion broken;
  broken.tool_calls = {{"a", "wx", R"({"city":1})"}, {"a", "wx", R"({"city":2})"}};
  const auto x = encoded(reask(question(), broken, one));
  REQUIRE(json::find(x, "messages")->Size() == 4);
  CHECK(text_at(x, "/messages/1/role") == "assistant");
  CHECK(json::at(x, "/messages/1/content")->IsNull());
  for (const auto* i : {"0", "1"}) {
    const auto call = std::string{"/messages/1/tool_calls/"} + i;
    const auto reply = "/messages/" + std::to_string(2 + (*i - '0'));
    CHECK(text_at(x, call + "/type") == "function");
    CHECK(text_at(x, reply + "/role") == "tool");
    CHECK(text_at(x, reply + "/tool_call_id") == text_at(x, call + "/id"));
    CHECK(text_at(x, reply + "/content").starts_with("Error: "));
  }
  CHECK(text_at(x, "/messages/1/tool_calls/0/id") != text_at(x, "/messages/1/tool_calls/1/id"));
}

TEST_CASE("a re-asked text is a plain conversation on OpenAI's wire", "[openai]") {
  completion broken;
  broken.text = "{";
  const auto x = encoded(reask(question(), broken, one));
  REQUIRE(json::find(x, "messages")->Size() == 3);
  CHECK(text_at(x, "/messages/1/role") == "assistant");
  CHECK(text_at(x, "/messages/1/content") == "{");
  CHECK(text_at(x, "/messages/2/role") == "user");
  CHECK(json::find(x, "tools")->Size() == 1);
}
