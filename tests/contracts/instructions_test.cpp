#include "contracts/instructions.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

TEST_CASE("a text needs no instructions", "[unit]") {
  CHECK(instructions({}).empty());
  CHECK(instructions({}, true).empty());
}

TEST_CASE("instructions name the form and end with the schema", "[unit]") {
  const output_format wanted{.what = output_format::kind::json_schema,
                             .name = "ticket",
                             .schema = R"({"type":"object"})",
                             .strict = {}};
  const auto words = instructions(wanted);
  CHECK(words.starts_with("Answer with one JSON value only"));
  CHECK(words.ends_with("\n" + wanted.schema));
  CHECK(words.find("```") == std::string::npos);
  CHECK(instructions(wanted) == words);
}

TEST_CASE("JSON without a schema is asked for as an object", "[unit]") {
  const output_format wanted{
      .what = output_format::kind::json_object, .name = {}, .schema = {}, .strict = {}};
  CHECK(instructions(wanted)
        == "Answer with one JSON object only: no other text before or after it, no code fence, no "
           "comments.");
}

TEST_CASE("instructions leave a model free to call a tool", "[unit]") {
  const output_format wanted{
      .what = output_format::kind::json_object, .name = {}, .schema = {}, .strict = {}};
  CHECK(instructions(wanted, true).starts_with("When you call no tool, answer with"));
}
