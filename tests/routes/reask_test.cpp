#include "contracts/json.hpp"
#include "contracts/reask.hpp"
#include "routes/dialect.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>

using namespace hedgerow;

namespace {

json::document encoded(const prompt& ask, provider_kind kind = provider_kind::openai) {
  route_config route;
  route.provider.kind = kind;
  route.provider.base_url = "https://api.openai.com/v1";
  route.model = "m1";
  const model_call call{std::make_shared<const prompt>(ask), std::chrono::seconds{30}, {}, {}};
  const auto* speaks = dialect_of(kind);
  CHECK_FALSE(speaks->objection(route, call));
  return std::move(json::parse(speaks->encode(route, call).body).value());
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

TEST_CASE("every call of a re-ask has its answer on Anthropic's wire", "[anthropic]") {
  completion broken;
  broken.tool_calls = {{"a", "wx", R"({"city":1})"}, {"b", "wx", R"({"city":2})"}};
  broken.thoughts = {{thought::issuer::anthropic, "hm", "sig", false}};
  const auto x = encoded(reask(question(), broken, one), provider_kind::anthropic);
  REQUIRE(json::find(x, "messages")->Size() == 3);
  CHECK(text_at(x, "/messages/1/content/0/signature") == "sig");
  for (const auto* i : {"0", "1"}) {
    const auto call = "/messages/1/content/" + std::to_string(*i - '0' + 1);
    const auto reply = std::string{"/messages/2/content/"} + i;
    CHECK(text_at(x, call + "/type") == "tool_use");
    CHECK(text_at(x, reply + "/type") == "tool_result");
    CHECK(text_at(x, reply + "/tool_use_id") == text_at(x, call + "/id"));
    CHECK(json::at(x, reply + "/is_error")->IsTrue());
  }
}

TEST_CASE("every call of a re-ask has its answer on Gemini's wire", "[gemini]") {
  completion broken;
  broken.tool_calls = {{"a", "wx", R"({"city":1})", "sig"}, {"b", "wx", R"({"city":2})"}};
  const auto x = encoded(reask(question(), broken, one), provider_kind::gemini);
  REQUIRE(json::find(x, "contents")->Size() == 3);
  CHECK(text_at(x, "/contents/1/parts/0/thoughtSignature") == "sig");
  for (const auto* i : {"0", "1"}) {
    const auto call = std::string{"/contents/1/parts/"} + i + "/functionCall";
    const auto reply = std::string{"/contents/2/parts/"} + i + "/functionResponse";
    CHECK(text_at(x, reply + "/id") == text_at(x, call + "/id"));
    CHECK(text_at(x, reply + "/name") == "wx");
    CHECK(text_at(x, reply + "/response/error").starts_with("Error: "));
  }
}

TEST_CASE("a re-asked text alternates the roles on every wire", "[reask]") {
  completion broken;
  broken.text = "{";
  for (const auto kind : {provider_kind::anthropic, provider_kind::gemini}) {
    const auto x = encoded(reask(question(), broken, one), kind);
    const std::string turns = kind == provider_kind::gemini ? "/contents" : "/messages";
    REQUIRE(json::at(x, turns)->Size() == 3);
    CHECK(text_at(x, turns + "/0/role") == "user");
    CHECK(text_at(x, turns + "/1/role") != "user");
    CHECK(text_at(x, turns + "/2/role") == "user");
  }
}
