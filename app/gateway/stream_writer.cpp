#include "app/gateway/stream_writer.hpp"

#include "app/gateway/envelope.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

bool is_whole(const answer& x) {
  return x.ended == outcome::answered || x.ended == outcome::degraded;
}

/// A degraded text where something else was asked for is told as what it is.
stream_ending ending_of(const answer& x, bool wants_format) {
  if (x.ended == outcome::blocked)
    return {.refusal = x.problem->message, .finish = "content_filter"};
  if (x.ended == outcome::degraded && wants_format && !x.is_json)
    return {.refusal = x.degraded->message, .finish = "stop"};
  return {.refusal = {}, .finish = to_string(x.what.finish)};
}

} // namespace

bool is_streamable(const answer& x) {
  return is_whole(x) || (x.ended == outcome::blocked && x.withheld);
}

reply stream_writer::begin(const answer& about, std::optional<std::chrono::microseconds> spent) {
  has_begun_ = true;
  const auto model = about.degraded ? "hedgerow/" + about.degraded->kind : about.model;
  const stream_identity identity{about.id, model};
  reply out{.status = 200, .type = "text/event-stream; charset=utf-8"};
  out.headers.add("cache-control", "no-cache");
  out.headers.add("x-accel-buffering", "no");
  if (spent)
    add_fact_headers(out.headers, about, *spent);
  else
    add_known_headers(out.headers, about);
  if (form_.on == surface::openai) {
    chunks_ = openai_surface::words_of(identity, form_.created, form_.wants_usage);
    openai_surface::append_opening(out.body, chunks_);
  } else if (form_.on == surface::anthropic) {
    anthropic_surface::append_opening(out.body, identity);
  }
  return out;
}

std::string stream_writer::text(std::string_view x) {
  std::string out;
  const auto is_first = said_ == 0;
  said_ += x.size();
  if (form_.on == surface::openai)
    openai_surface::append_text(out, chunks_, x);
  else if (form_.on == surface::anthropic)
    anthropic_surface::append_text(out, is_first, x);
  else
    native::append_text(out, x);
  return out;
}

std::string stream_writer::end(const answer& x) {
  std::string out;
  if (!is_whole(x) && x.ended != outcome::blocked) {
    append_break(out, x);
    return out;
  }
  const auto how = ending_of(x, form_.wants_format);
  if (is_whole(x) && how.refusal.empty() && x.what.text.size() > said_)
    out = text(std::string_view{x.what.text}.substr(said_));
  if (form_.on == surface::openai)
    openai_surface::append_ending(out, chunks_, how, x);
  else if (form_.on == surface::anthropic)
    anthropic_surface::append_ending(out, said_ > 0, !how.refusal.empty(), x);
  else
    native::append_ending(out, x);
  return out;
}

void stream_writer::append_break(std::string& out, const answer& x) const {
  if (form_.on == surface::openai)
    openai_surface::append_break(out, x);
  else if (form_.on == surface::anthropic)
    anthropic_surface::append_break(out, x);
  else
    native::append_break(out, x);
}

} // namespace hedgerow
