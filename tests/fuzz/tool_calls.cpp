// Input: a line with the parameters of the one tool, `f`; a line with the name that is called; then
// the arguments. The call is made twice if the name is doubled (`ff`).
#include "contracts/contract.hpp"
#include "tests/fuzz/input.hpp"

#include <string>

using namespace hedgerow;

namespace {

prompt offering(std::string_view parameters, std::size_t size) {
  prompt out;
  out.tools.push_back({.name = "f", .parameters = std::string{parameters}});
  out.params.parallel_tool_calls = size % 2 == 0;
  if (size % 3 == 0)
    out.choice = tool_choice{.what = tool_choice::kind::required, .name = {}};
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto asked = offering(in.line(), size);
  const std::string name{in.line()};
  const auto twice = name == "ff";
  completion x{.finish = finish_reason::tool_calls};
  for (const auto* id : {"1", size % 5 == 0 ? "1" : "2"}) {
    x.tool_calls.push_back(
        {.id = id, .name = twice ? "f" : name, .arguments = std::string{in.rest()}});
    if (!twice)
      break;
  }
  const auto said = judge({}, asked, x);
  fuzz::must((said.kind == verdict_kind::invalid) <= !said.violations.empty(),
             "an invalid answer has a violation");
  fuzz::must((said.kind == verdict_kind::valid) <= said.violations.empty(),
             "a valid answer has none");
  if (said.kind == verdict_kind::repaired || said.kind == verdict_kind::valid)
    fuzz::must(judge({}, asked, x).kind == verdict_kind::valid, "what is accepted stays valid");
  return 0;
}
