#include "contracts/json.hpp"
#include "routes/json_object.hpp"
#include "routes/outgoing.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <memory>

using namespace hedgerow;

TEST_CASE("an object holds what there is and nothing else", "[json_object]") {
  std::string out = "x";
  json_object fields{out};
  fields.text("a", "\"\n");
  fields.text_unless_empty("b", "");
  fields.flag("c", std::nullopt);
  fields.flag("d", false);
  fields.number("e", std::optional<std::int64_t>{-7});
  fields.number("f", std::optional<double>{});
  fields.number("g", std::optional{std::numeric_limits<double>::quiet_NaN()});
  fields.number("h", std::optional{0.1});
  append_list(fields.member("i"), std::vector{1, 1, 2},
              [&out](int x) { out += std::to_string(x); });
  fields.end();
  CHECK(out == R"(x{"a":"\"\n","d":false,"e":-7,"h":0.1,"i":[1,1,2]})");
}

TEST_CASE("ids that travel are left alone, others always become the same", "[outgoing]") {
  CHECK(portable_id("call_1-X", 40) == "call_1-X");
  for (const auto* odd : {"", "functions.wx:0", "a b", "ü", "a/b"}) {
    INFO(odd);
    const auto made = portable_id(odd, 40);
    CHECK(is_plain_name(made, 40));
    CHECK(made == portable_id(odd, 40));
    CHECK(made != portable_id(std::string{odd} + "x.", 40));
  }
  CHECK(is_plain_name(portable_id(std::string(41, 'a'), 40), 40));
}

TEST_CASE("parameters are lowered to an object or not at all", "[outgoing]") {
  tool x{"f", {}, R"({"type":"object","properties":{"a":{"type":"string"}}})", {}};
  CHECK(parameters_in(x, schema_dialect::openai_strict));
  for (const auto* odd : {R"({"type":"string"})", "true", "{", "7"}) {
    INFO(odd);
    x.parameters = odd;
    CHECK_FALSE(parameters_in(x, schema_dialect::openai_strict));
  }
  CHECK(described(x).find(x.parameters) != std::string::npos);
  x.description = "Weather";
  CHECK(described(x).starts_with("Weather\n\n"));
}

TEST_CASE("the limit is the smallest of three, the route's never alone", "[outgoing]") {
  route_config route;
  prompt ask;
  const auto limit = [&](std::optional<std::int64_t> budget) {
    model_call call;
    call.ask = std::make_shared<const prompt>(ask);
    call.max_tokens = budget;
    return output_limit(route, call).value_or(-1);
  };
  route.max_output = 50;
  CHECK(limit({}) == -1);
  CHECK(limit(100) == 50);
  CHECK(limit(10) == 10);
  ask.params.max_tokens = 20;
  CHECK(limit({}) == 20);
  CHECK(limit(10) == 10);
  CHECK(limit(100) == 20);
}
