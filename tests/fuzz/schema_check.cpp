// Input: a line with a schema, then an instance.
#include "contracts/json.hpp"
#include "contracts/json_compare.hpp"
#include "contracts/schema.hpp"
#include "tests/fuzz/input.hpp"

using namespace hedgerow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto shape = schema::compile(in.line(), {.formats = true});
  if (!shape)
    return 0;
  const auto instance = json::parse(in.rest());
  if (!instance)
    return 0;
  const auto all = shape->check(*instance);
  fuzz::must(all.size() <= 16, "no more is listed than was asked for");
  fuzz::must(shape->check(*instance, 1).empty() == all.empty(), "one fault is a fault");
  for (const auto& x : all)
    fuzz::must(!x.keyword.empty() && !x.message.empty(), "a violation says what is wrong");
  const auto again = json::parse(json::compact(*instance));
  fuzz::must(again.has_value(), "what was written is JSON");
  fuzz::must(json::equal(*again, *instance), "writing a value does not change it");
  return 0;
}
