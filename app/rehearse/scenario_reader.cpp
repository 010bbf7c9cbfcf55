#include "app/rehearse/scenario.hpp"

#include "app/config/fields.hpp"
#include "app/config/units.hpp"
#include "app/config/yaml.hpp"
#include "app/rehearse/trace.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace hedgerow {

namespace {

using config::fields;
using config::findings_of_file;
using config::node;

constexpr double rate_max = 100'000;
constexpr double tokens_max = 10'000'000;
constexpr double times_max = 10'000;

/// `20/s` or `600/m`, as a rate a second.
std::optional<double> rate_of(std::string_view text) {
  if (text.size() < 3 || text[text.size() - 2] != '/')
    return std::nullopt;
  const auto unit = text.back();
  const auto number = config::read_number(text.substr(0, text.size() - 2));
  if (!number || *number < 0 || (unit != 's' && unit != 'm'))
    return std::nullopt;
  const auto out = unit == 's' ? *number : *number / 60;
  return out <= rate_max ? std::optional{out} : std::nullopt;
}

/// Reads one file. Every part that is wrong is reported and left out.
class reader {
public:
  reader(const node& root, const std::filesystem::path& folder, findings_of_file& found)
      : root_{root, "", found},
        folder_{folder},
        found_{found} {}

  scenario read() {
    made_.name = root_.text("name").value_or("");
    made_.about = root_.text("about").value_or("");
    made_.lasts = required_duration(root_, "lasts");
    made_.seed = root_.whole("seed", 0, std::numeric_limits<std::uint64_t>::max()).value_or(1);
    each("traffic", [this](fields& from) { made_.traffic.push_back(read_traffic(from)); });
    if (made_.traffic.empty() && !root_.has("traffic"))
      root_.report("traffic", "is missing: a scenario says who asks what");
    named("routes", [this](fields& from, const std::string& name) {
      made_.paces.insert_or_assign(name, read_pace(from));
    });
    each("events", [this](fields& from) { made_.events.push_back(read_event(from)); });
    named("prices", [this](fields& from, const std::string& name) {
      constexpr double most = 1'000'000;
      made_.prices.insert_or_assign(name, price{from.number("input", 0, most).value_or(0),
                                                from.number("cached_input", 0, most).value_or(0),
                                                from.number("output", 0, most).value_or(0)});
    });
    root_.finish();
    return std::move(made_);
  }

private:
  template <class Read>
  void each(std::string_view name, Read read) {
    each(root_, name, read);
  }

  /// Every item of the list `name`, which is a mapping each.
  template <class Read>
  void each(fields& in, std::string_view name, Read read) {
    const auto* list = in.take(name);
    if (!list)
      return;
    if (!list->is_sequence())
      return in.report(name, "has to be a list");
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      fields from{list->items[i], in.key_of(name) + "[" + std::to_string(i) + "]", found_};
      if (!list->items[i].is_mapping())
        continue;
      read(from);
      from.finish();
    }
  }

  /// Every member of the mapping `name`, which is a mapping itself.
  template <class Read>
  void named(std::string_view name, Read read) {
    const auto* all = root_.take(name);
    if (!all)
      return;
    fields members{*all, std::string{name}, found_};
    for (const auto& x : all->items) {
      members.take(x.key);
      fields from{x, members.key_of(x.key), found_};
      if (!x.is_mapping())
        continue;
      read(from, x.key);
      from.finish();
    }
    members.finish();
  }

  milliseconds required_duration(fields& from, std::string_view name) {
    const auto out = from.duration(name);
    if (!from.has(name))
      from.report(name, "is missing");
    else if (out && out->count() == 0)
      from.report(name, "has to be longer than nothing");
    return out.value_or(milliseconds{1});
  }

  traffic_line read_traffic(fields& from) {
    traffic_line out;
    out.task = from.text("task").value_or("");
    if (out.task.empty())
      from.report("task", "is missing: the name of a task, or \"*\" for each");
    out.input = read_spread(from, "input_tokens", out.input);
    out.output = read_spread(from, "output_tokens", out.output);
    out.streamed = from.share("streamed").value_or(0);
    const auto speed = from.number("speed", 0.001, times_max);
    if (const auto file = from.text("trace"))
      out.trace = read_trace(from, *file, speed.value_or(1));
    else if (speed)
      from.report("speed", "has a meaning only beside `trace`");
    if (from.has("trace") == from.has("rate"))
      from.report("rate", "needs either `rate` or `trace`");
    out.rate = read_rate(from);
    return out;
  }

  std::vector<traced_request> read_trace(fields& from, const std::string& file, double speed) {
    auto read = load_trace(folder_ / file);
    if (!read) {
      from.report("trace", read.error().message);
      return {};
    }
    for (auto& x : *read)
      x.at = microseconds{static_cast<std::int64_t>(static_cast<double>(x.at.count()) / speed)};
    return std::move(*read);
  }

  /// `20/s`, or a list of `{ at: 2m, is: 20/s }`.
  std::vector<rate_point> read_rate(fields& from) {
    const auto* x = from.take("rate");
    if (!x)
      return {};
    if (x->is_scalar()) {
      if (const auto rate = rate_of(x->text))
        return {{milliseconds{0}, *rate}};
      from.report("rate", wrong_rate(x->text));
      return {};
    }
    std::vector<rate_point> out;
    each(from, "rate", [&](fields& point) {
      const auto at = point.duration("at");
      const auto written = point.text("is");
      const auto is = rate_of(written.value_or(""));
      if (!at)
        return point.report("at", "needs a time such as 2m");
      if (!is)
        return point.report("is", wrong_rate(written.value_or("")));
      if (!out.empty() && *at <= out.back().at)
        return point.report("at", "has to come after the point before it");
      out.push_back({*at, *is});
    });
    return out;
  }

  static std::string wrong_rate(const std::string& text) {
    return "`" + text.substr(0, 40) + "` is not a rate such as 20/s or 600/m, of at most 100000/s";
  }

  /// A median, or `{ median: 400, sigma: 0.5 }`.
  token_spread read_spread(fields& from, std::string_view name, token_spread usual) {
    const auto* x = from.take(name);
    if (!x)
      return usual;
    if (x->is_scalar())
      return {from.number(name, 1, tokens_max).value_or(1), usual.sigma};
    fields inside{*x, from.key_of(name), found_};
    token_spread out;
    out.median = inside.number("median", 1, tokens_max).value_or(usual.median);
    out.sigma = inside.number("sigma", 0, 3).value_or(usual.sigma);
    inside.finish();
    return out;
  }

  pace read_pace(fields& from) {
    pace out;
    out.median = from.duration("median").value_or(out.median);
    out.sigma = from.number("sigma", 0, 3).value_or(out.sigma);
    out.per_output_token = from.duration("per_output_token").value_or(out.per_output_token);
    out.first_content = from.share("first_content").value_or(out.first_content);
    if (const auto* x = from.take("tail")) {
      fields tail{*x, from.key_of("tail"), found_};
      out.tail_share = tail.share("share").value_or(0);
      out.tail_times = read_times(tail, "times").value_or(1);
      tail.finish();
    }
    return out;
  }

  /// `4x`.
  static std::optional<double> read_times(fields& from, std::string_view name) {
    const auto written = from.text(name);
    if (!written)
      return std::nullopt;
    const auto out = config::read_multiple(*written);
    if (out && *out > 0 && *out <= times_max)
      return out;
    from.report(name, "`" + written->substr(0, 40) + "` is not a multiple such as 4x");
    return std::nullopt;
  }

  scenario_event read_event(fields& from) {
    scenario_event out;
    out.from = from.duration("from").value_or(milliseconds{0});
    out.until = from.duration("to").value_or(made_.lasts);
    if (out.until <= out.from)
      from.report("to", "has to come after `from`");
    out.on = read_target(from);
    out.share = from.share("share").value_or(1);
    out.fades = from.duration("fades").value_or(milliseconds{0});
    read_deed(from, out);
    return out;
  }

  event_target read_target(fields& from) {
    const auto* x = from.take("on");
    if (!x)
      return {};
    fields inside{*x, from.key_of("on"), found_};
    event_target out;
    constexpr std::array<std::pair<std::string_view, event_target::kind>, 3> kinds{
        {{"route", event_target::kind::route},
         {"provider", event_target::kind::provider},
         {"region", event_target::kind::region}}};
    int given = 0;
    for (const auto& [word, kind] : kinds)
      if (const auto name = inside.text(word)) {
        out = {kind, *name};
        ++given;
      }
    if (given != 1)
      from.report("on", "needs one of `route`, `provider` and `region`; leave it out for every "
                        "route");
    inside.finish();
    return out;
  }

  void read_deed(fields& from, scenario_event& out) {
    int given = 0;
    if (const auto as = from.text("fails")) {
      ++given;
      out.does = read_failing(from, *as);
    }
    if (from.has("slower")) {
      ++given;
      out.does = slowed{read_times(from, "slower").value_or(1)};
    }
    if (from.flag("breaks_contract")) {
      ++given;
      out.does = breaking_contracts{};
    }
    if (from.flag("silent")) {
      ++given;
      out.does = silence{};
    }
    if (const auto allowed = from.text("allows")) {
      ++given;
      const auto rate = rate_of(*allowed);
      if (!rate)
        from.report("allows", wrong_rate(*allowed));
      out.does = rationed{rate.value_or(0) * 60};
    }
    if (given != 1)
      from.report("fails", "an event does one thing: `fails`, `slower`, `breaks_contract`, "
                           "`silent` or `allows`");
    if (!std::holds_alternative<failing>(out.does))
      for (const auto* name : {"after", "retry_after"})
        if (from.take(name))
          from.report(name, "has a meaning only beside `fails`");
  }

  static failing read_failing(fields& from, const std::string& word) {
    failing out;
    const auto as = failure_class_of(word);
    // What a model cannot or will not do is no weather, and a broken contract has its own word.
    constexpr std::array weather{failure_class::transport, failure_class::rate_limit,
                                 failure_class::quota, failure_class::latency, failure_class::auth};
    if (as && std::ranges::find(weather, *as) != weather.end())
      out.as = *as;
    else
      from.report("fails", "has to be transport, rate_limit, quota, latency or auth");
    out.after = from.duration("after").value_or(out.after);
    out.retry_after = from.duration("retry_after");
    return out;
  }

  fields root_;
  const std::filesystem::path& folder_;
  findings_of_file& found_;
  scenario made_;
};

} // namespace

std::variant<scenario, std::vector<finding>>
read_scenario(std::string_view yaml, const std::filesystem::path& folder, std::string file) {
  findings_of_file found{std::move(file), {}};
  const auto tree = config::tree_of(yaml, found);
  if (!tree)
    return std::move(found.all);
  auto made = reader{*tree, folder, found}.read();
  if (!found.all.empty())
    return std::move(found.all);
  return made;
}

std::variant<scenario, std::vector<finding>> load_scenario(const std::string& what) {
  const auto& shipped = shipped_scenarios();
  if (const auto i = std::ranges::find(shipped, what, &shipped_scenario::name); i != shipped.end())
    return read_scenario(i->yaml, {}, std::string{i->name});
  const std::filesystem::path file{what};
  const auto text = config::bytes_of_file(file);
  if (text)
    return read_scenario(*text, file.parent_path(), what);
  std::string names;
  for (const auto& x : shipped)
    names += (names.empty() ? "" : ", ") + std::string{x.name};
  return std::vector<finding>{{severity::error, what, 0, 0, "",
                               "cannot be read; name a file, or a scenario that comes with the "
                               "program: "
                                   + names}};
}

} // namespace hedgerow
