// Input: a line with a pointer to citations, a line with a language, then an answer: JSON, text, or
// both.
#include "contracts/citations.hpp"
#include "contracts/language.hpp"
#include "tests/fuzz/input.hpp"

using namespace hedgerow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto pointer = citations::compile(in.line());
  const auto tag = in.line();
  const auto text = in.rest();
  if (const auto fault = language_fault(text, tag))
    fuzz::must(language_known(tag) && !fault->message.empty(), "only known languages are wanted");
  url_set supplied;
  supplied.add_from(text);
  if (!url_fault(text)) {
    const auto normal = normalised_url(text);
    fuzz::must(!url_fault(normal), "a normalised address is one");
    fuzz::must(normalised_url(normal) == normal, "normalising twice is normalising once");
  }
  const auto answer = json::parse(text);
  if (!answer)
    return 0;
  language_fault(*answer, tag);
  if (pointer) {
    const auto all = pointer->check(*answer);
    fuzz::must(all.size() <= 16, "no more is listed than was asked for");
    fuzz::must(pointer->check(*answer, supplied).size() >= all.size(),
               "to be supplied is one more term");
  }
  return 0;
}
