#include "app/simulator/delivery_reader.hpp"

#include "app/simulator/content_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::simulated {

namespace {

constexpr std::uint64_t events_max = 1'000'000;

spread read_spread(const config::node& x, const std::string& path, findings_of_file& found) {
  if (x.is_scalar()) {
    const auto fixed = config::duration_of(x.text);
    if (!fixed)
      found.add(x, path,
                "`" + x.text.substr(0, 40) + "` is not a duration such as 250ms, 4s, 2m or 1h");
    return {fixed.value_or(milliseconds{0}), 0};
  }
  fields outer{x, path, found};
  const auto* inside = outer.take("lognormal");
  outer.finish();
  if (!inside) {
    if (x.is_mapping())
      found.add(x, path, "has to be a duration or { lognormal: … }");
    return {};
  }
  fields members{*inside, outer.key_of("lognormal"), found};
  const auto median = members.duration("median");
  const auto sigma = members.number("sigma", 0, 4);
  if (!members.has("median") && inside->is_mapping())
    found.add(*inside, outer.key_of("lognormal"), "needs a median");
  members.finish();
  return {median.value_or(milliseconds{0}), sigma.value_or(0)};
}

/// Reads the members of `stream`.
class reader {
public:
  reader(const config::node& x, std::string path, findings_of_file& found)
      : from_{x, std::move(path), found},
        found_{found} {}

  telling read() {
    made_.piece = from_.whole("piece", 1, events_max).value_or(made_.piece);
    made_.first_token = read_latency(from_, "first_token", found_);
    made_.gap = from_.duration("gap").value_or(milliseconds{0});
    made_.cut_after = from_.whole("cut", 0, events_max);
    made_.reset_after = from_.whole("reset", 0, events_max);
    with("stall", [this](fields& x) { read_stall(x); });
    with("broken", [this](fields& x) { read_broken(x); });
    with("error", [this](fields& x) { read_error(x); });
    read_pings();
    if (const auto* x = from_.take("without"))
      read_without(*x);
    if (made_.cut_after && made_.reset_after)
      from_.report("cut", "goes not with `reset`: a connection ends once");
    from_.finish();
    return std::move(made_);
  }

private:
  template <class Read>
  void with(std::string_view name, Read read) {
    const auto* x = from_.take(name);
    if (!x)
      return;
    fields members{*x, from_.key_of(name), found_};
    read(members);
    members.finish();
  }

  void read_stall(fields& x) {
    const auto after = x.whole("after", 0, events_max);
    if (!x.has("after"))
      from_.report("stall", "needs `after`, the number of events before it");
    made_.stalls = stall{after.value_or(0), x.duration("lasts")};
  }

  void read_broken(fields& x) {
    const auto at = x.whole("at", 1, events_max);
    if (!x.has("at"))
      from_.report("broken", "needs `at`, the number of the event from 1");
    made_.broken = broken_event{at.value_or(1), x.flag("empty")};
  }

  void read_error(fields& x) {
    const auto after = x.whole("after", 0, events_max);
    if (!x.has("after"))
      from_.report("error", "needs `after`, the number of events before it");
    const auto status = static_cast<int>(x.whole("status", 400, 599).value_or(500));
    const bool bare = x.flag("bare");
    made_.fails = stream_error{after.value_or(0), status, read_provider_error(x), bare};
  }

  void read_pings() {
    const auto pings = positive("pings");
    const auto comments = positive("comments");
    if (pings && comments)
      from_.report("comments", "goes not with `pings`: one sign of life is enough");
    if (pings)
      made_.pings = liveness{*pings, false};
    else if (comments)
      made_.pings = liveness{*comments, true};
  }

  std::optional<milliseconds> positive(std::string_view name) {
    const auto x = from_.duration(name);
    if (x && x->count() == 0)
      from_.report(name, "has to be longer than nothing");
    return x;
  }

  void read_without(const config::node& x) {
    if (x.is_scalar())
      return read_kind(x);
    if (!x.is_sequence())
      from_.report("without", "has to be end, finish or usage, or a list of them");
    else
      for (const auto& item : x.items)
        read_kind(item);
  }

  void read_kind(const config::node& x) {
    constexpr std::array<std::pair<std::string_view, event_kind>, 3> kinds{
        {{"end", event_kind::end}, {"finish", event_kind::finish}, {"usage", event_kind::usage}}};
    const auto* const found = std::ranges::find(kinds, x.text, [](auto& k) { return k.first; });
    if (!x.is_scalar() || found == kinds.end())
      found_.add(x, from_.key_of("without"), "has to be end, finish or usage, or a list of them");
    else
      made_.without.push_back(found->second);
  }

  fields from_;
  findings_of_file& found_;
  telling made_;
};

} // namespace

latency read_latency(fields& from, std::string_view name, findings_of_file& found) {
  const auto* x = from.take(name);
  if (!x)
    return {};
  const auto path = from.key_of(name);
  if (x->is_scalar() || config::find(*x, "lognormal"))
    return {read_spread(*x, path, found), {}, 0};
  fields members{*x, path, found};
  const auto* usual = members.take("usual");
  const auto* slow = members.take("slow");
  const auto share = members.share("slow_share");
  members.finish();
  if (!usual || !slow || !members.has("slow_share")) {
    from.report(name, "has to be a duration, { lognormal: { median, sigma } } or "
                      "{ usual, slow, slow_share }");
    return {};
  }
  return {read_spread(*usual, members.key_of("usual"), found),
          read_spread(*slow, members.key_of("slow"), found), share.value_or(0)};
}

std::optional<drip> read_drip(fields& from, findings_of_file& found) {
  const auto* x = from.take("drip");
  if (!x)
    return std::nullopt;
  fields members{*x, from.key_of("drip"), found};
  const auto bytes = members.whole("bytes", 1, 64u << 20);
  const auto every = members.duration("every");
  if (x->is_mapping() && !(members.has("bytes") && members.has("every")))
    from.report("drip", "needs both `bytes` and `every`");
  members.finish();
  return drip{bytes.value_or(1), every.value_or(milliseconds{0})};
}

telling read_telling(const config::node& x, std::string path, findings_of_file& found) {
  return reader{x, std::move(path), found}.read();
}

} // namespace hedgerow::simulated
