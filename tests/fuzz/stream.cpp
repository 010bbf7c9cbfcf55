// Input: a line with a letter for the dialect (a, g, else OpenAI's) and the size of the pieces that
// the stream comes in; then the stream.
#include "contracts/json.hpp"
#include "routes/dialect.hpp"
#include "routes/stream_reader.hpp"
#include "tests/fuzz/input.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>

using namespace hedgerow;

namespace {

provider_kind kind_of(std::string_view letter) {
  if (letter == "a")
    return provider_kind::anthropic;
  return letter == "g" ? provider_kind::gemini : provider_kind::openai;
}

std::size_t size_in(std::string_view text) {
  std::size_t size = 1;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return std::max<std::size_t>(size, 1);
}

struct told {
  std::string text;
  std::string whole;
  stream_stage stage = stream_stage::open;
};

told read(const dialect& speaks, std::string_view bytes, std::size_t size) {
  stream_reader reader{speaks.assembly()};
  told out;
  bool was_closed = false;
  for (std::size_t i = 0; i < bytes.size(); i += std::min(size, bytes.size() - i)) {
    const auto piece = reader.take(bytes.substr(i, size));
    fuzz::must(piece.text.empty() || piece.content, "text is content");
    fuzz::must(!piece.content || piece.progress, "content is progress");
    fuzz::must(!was_closed || piece.text.empty(), "nothing is said after the end");
    was_closed = reader.stage() == stream_stage::closed;
    out.text += piece.text;
  }
  out.stage = reader.stage();
  out.whole = reader.whole();
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in{data, size};
  const auto line = in.line();
  const auto space = std::min(line.find(' '), line.size());
  const auto& speaks = *dialect_of(kind_of(line.substr(0, space)));
  const auto bytes = in.rest();
  const auto at_once = read(speaks, bytes, std::max<std::size_t>(bytes.size(), 1));
  const auto in_pieces =
      read(speaks, bytes, size_in(line.substr(std::min(space + 1, line.size()))));
  fuzz::must(at_once.whole == in_pieces.whole, "cuts do not change what was said");
  fuzz::must(at_once.text == in_pieces.text, "cuts do not change the text");
  fuzz::must(json::parse(at_once.whole, {.depth = 1000}).has_value(), "the whole is JSON");

  model_call call;
  call.ask = std::make_shared<const prompt>();
  const http_reply reply{.status = 200, .headers = {}, .body = at_once.whole};
  const auto found = speaks.decode(reply, call, {});
  if (const auto* answer = std::get_if<completion>(&found)) {
    fuzz::must(answer->text == at_once.text, "the answer is what was passed on");
    fuzz::must(at_once.stage != stream_stage::open, "what has not ended is no answer");
  }
  return 0;
}
