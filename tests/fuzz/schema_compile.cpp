// Input: a schema. Which draft it is taken for without `$schema` depends on its length.
#include "contracts/schema.hpp"
#include "tests/fuzz/input.hpp"

#include <array>

using namespace hedgerow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array drafts{draft::draft4, draft::draft6, draft::draft7, draft::draft2019,
                              draft::draft2020};
  static const schema_documents remotes{
      {"http://localhost:1234/a.json", R"({"$defs":{"b":{"$ref":"#"}},"type":"integer"})"},
      {"http://localhost:1234/b.json", R"({"$ref":"a.json#/$defs/b"})"},
  };
  const auto text = fuzz::input{data, size}.rest();
  const auto compiled = schema::compile(text, {.without_schema = drafts[size % drafts.size()],
                                               .formats = size % 2 == 0,
                                               .remotes = &remotes});
  if (!compiled) {
    fuzz::must(!compiled.error().message.empty(), "an error says what is wrong");
    return 0;
  }
  fuzz::must(json::parse(compiled->text()).has_value(), "the text of a schema is JSON");
  const auto nothing = json::parse("{}");
  fuzz::must(compiled->check(*nothing, 1).size() <= 1, "no more is listed than was asked for");
  return 0;
}
