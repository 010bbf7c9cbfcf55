#include "app/gateway/stream_writer.hpp"

#include "app/gateway/envelope.hpp"
#include "app/gateway/stream_events.hpp"

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
  id_ = about.id;
  model_ = about.degraded ? "hedgerow/" + about.degraded->kind : about.model;
  reply out{.status = 200, .type = "text/event-stream; charset=utf-8"};
  out.headers = {{"cache-control", "no-cache"}, {"x-accel-buffering", "no"}};
  if (spent)
    add_fact_headers(out.headers, about, *spent);
  else
    add_known_headers(out.headers, about);
  if (form_.on == surface::openai)
    openai_surface::append_opening(out.body, {id_, model_, form_.created, form_.wants_usage});
  return out;
}

std::string stream_writer::text(std::string_view x) {
  std::string out;
  said_ += x.size();
  if (form_.on == surface::openai)
    openai_surface::append_text(out, {id_, model_, form_.created, form_.wants_usage}, x);
  else
    native::append_text(out, x);
  return out;
}

std::string stream_writer::end(const answer& x) {
  std::string out;
  const auto openai = form_.on == surface::openai;
  if (!is_whole(x) && x.ended != outcome::blocked) {
    if (openai)
      openai_surface::append_break(out, x);
    else
      native::append_break(out, x);
    return out;
  }
  const auto how = ending_of(x, form_.wants_format);
  if (is_whole(x) && how.refusal.empty() && x.what.text.size() > said_)
    out = text(std::string_view{x.what.text}.substr(said_));
  if (openai)
    openai_surface::append_ending(out, {id_, model_, form_.created, form_.wants_usage}, how, x);
  else
    native::append_ending(out, x);
  return out;
}

} // namespace hedgerow
