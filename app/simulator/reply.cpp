#include "app/simulator/reply.hpp"

#include "app/simulator/transcript.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace hedgerow::simulated {

namespace {

constexpr std::string_view crlf = "\r\n";

/// The body's own type, and its length unless it is chunked.
struct body_facts {
  std::string_view type;
  std::optional<std::size_t> bytes;
};

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append(crlf);
}

void append_head(std::string& out, const behaviour& how, const body_facts& body, bool keep_alive) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(how.status)));
  out.append("HTTP/1.1 ").append(std::to_string(how.status)).append(" ");
  out.append(reason.data(), reason.size()).append(crlf);
  if (!body.type.empty() && header(how.headers, "content-type").empty())
    append_field(out, "content-type", body.type);
  for (const auto& [name, value] : how.headers)
    append_field(out, name, value);
  if (body.bytes)
    append_field(out, "content-length", std::to_string(*body.bytes));
  else
    append_field(out, "transfer-encoding", "chunked");
  if (!keep_alive)
    append_field(out, "connection", "close");
  out.append(crlf);
}

std::string hexadecimal(std::size_t x) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x, 16).ptr;
  return {digits.data(), end};
}

std::string chunk(std::string_view bytes) {
  std::string out = hexadecimal(bytes.size());
  out.append(crlf).append(bytes).append(crlf);
  return out;
}

bool streams(const behaviour& how, const question& what) {
  if (const auto* raw = std::get_if<raw_body>(&how.says))
    return !raw->pieces.empty();
  return what.stream && how.status < 300;
}

std::string whole_body(const behaviour& how, const asked& by) {
  if (const auto* said = std::get_if<answer>(&how.says))
    return by.in->body(resumed(*said, how, by.what), by);
  return by.in->error_body(how.status, std::get<provider_error>(how.says));
}

reply render_whole(const behaviour& how, const asked& by) {
  // A recorded body can be large and is not copied twice.
  std::string made;
  std::string_view body;
  std::string_view type = "application/json";
  if (const auto* raw = std::get_if<raw_body>(&how.says)) {
    body = raw->bytes;
    type = raw->content_type;
  } else {
    made = whole_body(how, by);
    body = made;
  }
  reply out;
  out.bytes.reserve(256 + body.size());
  append_head(out.bytes, how, {type, body.size()}, by.keep_alive);
  out.head = out.bytes.size();
  out.bytes.append(body);
  out.stretches.push_back({.end = out.bytes.size()});
  out.leaves = out.bytes.size();
  if (how.cut_after) {
    out.leaves = std::min(out.head + *how.cut_after, out.bytes.size());
    out.how = ending::cut;
  }
  return out;
}

/// An array has no room for one.
std::string ping_of(const behaviour& how, const asked& by) {
  const auto& pings = how.stream.pings;
  const auto& in = *by.in;
  if (!pings || by.what.array)
    return {};
  if (!in.ping.empty() && !pings->comment)
    return chunk(in.ping);
  return chunk(": keep-alive" + std::string{in.blank});
}

/// Ends the reply after so many events, or where it is once they are all out.
void end_after(reply& x, std::size_t events, ending how) {
  x.leaves = x.head;
  for (const auto& each : x.stretches)
    if (each.event && events > 0) {
      x.leaves = each.end;
      --events;
    }
  x.how = how;
}

/// Appends the body in chunks. A cut in bytes counts those of the body, not of its framing.
void append_chunks(reply& out, const std::vector<beat>& all, const behaviour& how) {
  std::size_t body = 0;
  for (const auto& each : all) {
    const bool silent = each.bytes.empty();
    const auto framed = silent ? std::string{} : chunk(each.bytes);
    const auto start = out.bytes.size() + framed.find('\n') + 1;
    if (how.cut_after && out.how != ending::cut && *how.cut_after <= body + each.bytes.size()) {
      out.leaves = silent ? out.bytes.size() : start + *how.cut_after - body;
      out.how = ending::cut;
    }
    body += each.bytes.size();
    out.bytes.append(framed);
    out.stretches.push_back({out.bytes.size(), each.wait, each.for_ever, !silent});
  }
  out.bytes.append("0\r\n\r\n");
  out.stretches.push_back({.end = out.bytes.size()});
  if (out.how != ending::cut)
    out.leaves = out.bytes.size();
}

reply render_stream(const behaviour& how, const asked& by) {
  const auto* raw = std::get_if<raw_body>(&how.says);
  const auto all = raw ? transcript_of(*raw) : transcript_of(how, by);
  reply out;
  std::string_view type = by.what.array ? "application/json" : "text/event-stream";
  append_head(out.bytes, how, {raw ? raw->content_type : type, std::nullopt}, by.keep_alive);
  out.head = out.bytes.size();
  out.stretches.push_back({.end = out.head});
  append_chunks(out, all, how);
  out.ping = ping_of(how, by);
  if (how.stream.cut_after)
    end_after(out, *how.stream.cut_after, ending::cut);
  if (how.stream.reset_after)
    end_after(out, *how.stream.reset_after, ending::reset);
  return out;
}

/// What is done in place of `how` where that refuses the request.
std::optional<behaviour> refusal_of(const behaviour& how, const asked& by) {
  if (!refuses(how, by.what.prefill.has_value()))
    return std::nullopt;
  auto out = how;
  auto [status, why] = by.in->reject(mistake::prefill, {});
  out.status = status;
  out.says = std::move(why);
  return out;
}

} // namespace

reply render(const behaviour& how, const asked& by) {
  if (const auto instead = refusal_of(how, by))
    return render_whole(*instead, by);
  auto out = streams(how, by.what) ? render_stream(how, by) : render_whole(how, by);
  if (how.reset_after) {
    out.leaves = std::min(*how.reset_after, out.bytes.size());
    out.how = ending::reset;
  }
  return out;
}

} // namespace hedgerow::simulated
