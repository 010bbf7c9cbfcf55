#include "app/simulator/transcript.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::simulated {

namespace {

/// Without the last bracket of its JSON, so that what it says stands in it and is no JSON.
std::string broken(std::string bytes) {
  if (const auto bracket = bytes.rfind('}'); bracket != bytes.npos)
    bytes.erase(bracket, 1);
  return bytes;
}

void break_one(std::vector<event>& all, const broken_event& where, const dialect& in) {
  if (where.at > all.size())
    return;
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(where.at - 1);
  if (where.empty)
    all.insert(at, {event_kind::frame, "data: {\"" + std::string{in.blank}});
  else
    at->bytes = broken(std::move(at->bytes));
}

/// In an array an error is one more item.
std::string error_item(const stream_error& x, const asked& by, bool first) {
  if (by.what.array)
    return (first ? "[" : ",\r\n") + by.in->error_body(x.status, x.why) + "]";
  if (x.bare)
    return by.in->error_body(x.status, x.why) + std::string{by.in->blank};
  return by.in->error_event(x.status, x.why);
}

void end_with_error(std::vector<event>& all, const stream_error& x, const asked& by) {
  all.resize(std::min(x.after, all.size()));
  all.push_back({event_kind::fault, error_item(x, by, all.empty())});
}

std::vector<event> events_of(const behaviour& how, const asked& by) {
  const auto& told = how.stream;
  if (const auto* why = std::get_if<provider_error>(&how.says))
    return {{event_kind::fault, error_item({0, how.status, *why}, by, true)}};
  const auto said = resumed(std::get<answer>(how.says), how, by.what);
  auto all = by.in->events(said, by, told.piece);
  std::erase_if(all, [&](const event& x) {
    return std::ranges::find(told.without, x.kind) != told.without.end();
  });
  if (told.broken)
    break_one(all, *told.broken, *by.in);
  if (told.fails)
    end_with_error(all, *told.fails, by);
  return all;
}

/// The first event that has content, or the first of all.
std::size_t first_of_content(const std::vector<event>& all) {
  const auto found = std::ranges::find_if(all, [](auto& x) { return x.kind == event_kind::piece; });
  return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
}

void pause(std::vector<beat>& all, const stall& x) {
  // After everything there is still the end of the body to hold back.
  if (x.after >= all.size())
    all.push_back({});
  auto& held = all[std::min(x.after, all.size() - 1)];
  held.for_ever = !x.lasts;
  held.wait += x.lasts.value_or(milliseconds{0});
}

} // namespace

std::vector<beat> transcript_of(const behaviour& how, const asked& by) {
  auto events = events_of(how, by);
  const auto first = first_of_content(events);
  std::vector<beat> all;
  all.reserve(events.size() + 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    microseconds wait{0};
    if (i == first)
      wait = by.first_token;
    else if (events[i].kind == event_kind::piece)
      wait = how.stream.gap;
    all.push_back({std::move(events[i].bytes), wait, false});
  }
  if (how.stream.stalls)
    pause(all, *how.stream.stalls);
  return all;
}

std::vector<beat> transcript_of(const raw_body& recorded) {
  std::vector<beat> all;
  std::size_t at = 0;
  for (const auto& piece : recorded.pieces) {
    all.push_back({recorded.bytes.substr(std::min(at, recorded.bytes.size()), piece.bytes),
                   piece.after, false});
    at += piece.bytes;
  }
  if (at < recorded.bytes.size())
    all.push_back({recorded.bytes.substr(at), {}, false});
  std::erase_if(all, [](const beat& x) { return x.bytes.empty(); });
  return all;
}

answer resumed(const answer& said, const behaviour& how, const question& what) {
  auto out = said;
  if (how.prefill == prefill_habit::resume && what.prefill && out.text.starts_with(*what.prefill))
    out.text.erase(0, what.prefill->size());
  return out;
}

} // namespace hedgerow::simulated
