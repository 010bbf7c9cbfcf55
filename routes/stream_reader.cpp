#include "routes/stream_reader.hpp"

#include "contracts/json.hpp"

namespace hedgerow {
namespace {

/// More than any model says in one answer, every event's own words included.
constexpr std::size_t bytes_max = 256u << 20;
/// A provider whose events are broken this often speaks another language.
constexpr std::size_t skipped_max = 100;

bool is_error(std::string_view data) {
  const auto x = json::parse(data);
  return x && json::find(*x, "error") != nullptr;
}

} // namespace

stream_piece stream_reader::take(std::string_view bytes) {
  stream_piece all;
  bytes_ += bytes.size();
  events_.feed(bytes);
  while (const auto event = events_.next()) {
    auto piece = take(*event);
    all.text += piece.text;
    all.content = all.content || piece.content;
    all.progress = all.progress || piece.progress;
  }
  if (events_.overflowed())
    give_up("an event of the stream is too long");
  else if (bytes_ > bytes_max)
    give_up("the stream is too long");
  else if (skipped() > skipped_max)
    give_up("too many events of the stream are no JSON");
  return all;
}

stream_piece stream_reader::take(const sse_event& event) {
  return std::visit([&event](auto& x) { return x.take(event); }, assembly_);
}

std::size_t stream_reader::skipped() const {
  return std::visit([](const auto& x) { return x.skipped(); }, assembly_);
}

stream_stage stream_reader::stage() const {
  if (wrong_)
    return stream_stage::closed;
  return std::visit([](const auto& x) { return x.stage(); }, assembly_);
}

std::string stream_reader::whole() {
  if (stage() == stream_stage::open)
    // Broken proxies end a stream with an error that no blank line follows.
    if (const auto tail = events_.tail(); is_error(tail))
      take(sse_event{.name = {}, .data = tail});
  return std::visit([](const auto& x) { return x.whole(); }, assembly_);
}

void stream_reader::give_up(std::string reason) {
  if (!wrong_)
    wrong_ = failure{.kind = failure_class::contract, .reason = std::move(reason)};
}

} // namespace hedgerow
