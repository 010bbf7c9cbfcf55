#include "app/rehearse/gates.hpp"

#include "app/config/names.hpp"
#include "app/config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

namespace hedgerow {

namespace {

using config::ticked;
using millis = std::chrono::duration<double, std::milli>;

/// What a measure is written in.
enum class unit : std::uint8_t { share, time, money, number };

struct known_measure {
  std::string_view name;
  gate_measure is;
  unit in;
};

constexpr std::array measures{
    known_measure{"answered", gate_measure::answered, unit::share},
    known_measure{"degraded", gate_measure::degraded, unit::share},
    known_measure{"blocked", gate_measure::blocked, unit::share},
    known_measure{"rejected", gate_measure::rejected, unit::share},
    known_measure{"failed", gate_measure::failed, unit::share},
    known_measure{"cancelled", gate_measure::cancelled, unit::share},
    known_measure{"met", gate_measure::met, unit::share},
    known_measure{"fallback", gate_measure::fallback, unit::share},
    known_measure{"hedge", gate_measure::hedge, unit::share},
    known_measure{"p50", gate_measure::p50, unit::time},
    known_measure{"p99", gate_measure::p99, unit::time},
    known_measure{"p999", gate_measure::p999, unit::time},
    known_measure{"attempts", gate_measure::attempts, unit::number},
    known_measure{"cost", gate_measure::cost, unit::money},
    known_measure{"cost_per_success", gate_measure::cost_per_success, unit::money},
    known_measure{"broken", gate_measure::broken, unit::number},
    known_measure{"budget", gate_measure::budget, unit::share},
};

unit unit_of(gate_measure x) { return std::ranges::find(measures, x, &known_measure::is)->in; }

std::string_view order_words(gate_order x) {
  switch (x) {
  case gate_order::above:
    return "above {}";
  case gate_order::at_least:
    return "at {} or more";
  case gate_order::below:
    return "below {}";
  case gate_order::at_most:
    return "at {} or less";
  }
  return "{}";
}

gate_order order_of(bool above, bool or_equal) {
  if (above)
    return or_equal ? gate_order::at_least : gate_order::above;
  return or_equal ? gate_order::at_most : gate_order::below;
}

std::string_view trimmed(std::string_view x) {
  const auto from = x.find_first_not_of(" \t");
  return from == x.npos ? std::string_view{} : x.substr(from, x.find_last_not_of(" \t") + 1 - from);
}

std::string without_blanks(std::string_view x) {
  std::string out{x};
  std::erase_if(out, [](char one) { return one == ' ' || one == '\t'; });
  return out;
}

error wrong_gate(std::string_view text, std::string_view problem) {
  return {.code = errc::config_invalid,
          .message = fmt::format("the condition {}: {}", ticked(text), problem),
          .param = std::string{text}};
}

std::string all_measures() {
  std::string out;
  for (const auto& x : measures)
    out.append(out.empty() ? "" : ", ").append(x.name);
  return out;
}

/// The name of the task, empty if there is none, and that of the measure.
std::pair<std::string_view, std::string_view> parts_of(std::string_view left) {
  constexpr std::string_view dotted = "p99.9";
  if (left == dotted)
    return {{}, "p999"};
  if (left.ends_with(dotted) && trimmed(left.substr(0, left.size() - dotted.size())).ends_with('.'))
    return {trimmed(left.substr(0, left.find_last_of('.', left.size() - dotted.size()))), "p999"};
  const auto dot = left.find_last_of('.');
  if (dot == left.npos)
    return {{}, left};
  return {trimmed(left.substr(0, dot)), trimmed(left.substr(dot + 1))};
}

std::optional<double> read_value(std::string_view text, unit in) {
  const auto not_negative = [&](std::optional<double> x) {
    return x && *x >= 0 && !std::signbit(*x) ? x : std::nullopt;
  };
  if (in == unit::time) {
    const auto time = config::read_duration(text);
    return time ? std::optional{millis{*time}.count()} : std::nullopt;
  }
  if (in == unit::money && text.starts_with('$'))
    return config::read_money(text);
  if (in != unit::share)
    return not_negative(config::read_number(text));
  if (text.ends_with('%'))
    return config::read_percent(text);
  const auto share = not_negative(config::read_number(text));
  return share && *share <= 1 ? share : std::nullopt;
}

std::string_view spelling_of(unit x) {
  switch (x) {
  case unit::share:
    return "a share such as 2% or a number from 0 to 1";
  case unit::time:
    return "a time such as 800ms, 2s or 1m";
  case unit::money:
    return "money such as $0.02 or a number of dollars";
  case unit::number:
    return "a number that is not negative";
  }
  return "a number";
}

/// Whether there is anything that `what` could be measured by.
bool has_measure(const played_task& x, gate_measure what) {
  switch (what) {
  case gate_measure::cost:
  case gate_measure::broken:
    return true;
  case gate_measure::p50:
  case gate_measure::p99:
  case gate_measure::p999:
  case gate_measure::cost_per_success:
    return x.ended[outcome::answered] > 0;
  default:
    return x.requests > 0;
  }
}

double measured(const played_task& x, gate_measure what) {
  switch (what) {
  case gate_measure::answered:
    return x.share(outcome::answered);
  case gate_measure::degraded:
    return x.share(outcome::degraded);
  case gate_measure::blocked:
    return x.share(outcome::blocked);
  case gate_measure::rejected:
    return x.share(outcome::rejected);
  case gate_measure::failed:
    return x.share(outcome::failed);
  case gate_measure::cancelled:
    return x.share(outcome::cancelled);
  case gate_measure::met:
    return x.met();
  case gate_measure::fallback:
    return x.fallback_rate();
  case gate_measure::hedge:
    return x.hedge_rate();
  case gate_measure::p50:
    return millis{x.latency.p50}.count();
  case gate_measure::p99:
    return millis{x.latency.p99}.count();
  case gate_measure::p999:
    return millis{x.latency.p999}.count();
  case gate_measure::attempts:
    return x.attempts_per_request();
  case gate_measure::cost:
    return x.cost;
  case gate_measure::cost_per_success:
    return x.cost_per_success();
  case gate_measure::broken:
    return static_cast<double>(x.broken);
  case gate_measure::budget:
    return x.attempts_used.most;
  }
  return 0;
}

/// Equal but for what arithmetic on doubles adds: 3.1 % is as much as 31 of 1000.
bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(a, b); }

bool holds(double x, const gate& of) {
  const auto equal = same(x, of.limit);
  switch (of.order) {
  case gate_order::above:
    return !equal && x > of.limit;
  case gate_order::at_least:
    return equal || x > of.limit;
  case gate_order::below:
    return !equal && x < of.limit;
  case gate_order::at_most:
    return equal || x < of.limit;
  }
  return false;
}

/// Without trailing zeros.
std::string rounded(double x, int decimals) {
  auto out = fmt::format("{:.{}f}", x, decimals);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.'))
    out.pop_back();
  return out;
}

constexpr int decimals_max = 9;

/// `x` with two decimals, or as many as show how far it is from `limit`, to a tenth.
std::string told(double x, double limit) {
  auto decimals = 2;
  for (auto step = 100.0; decimals < decimals_max; step *= 10, ++decimals)
    if (std::abs(std::round(x * step) / step - x) <= std::abs(x - limit) / 10)
      break;
  return rounded(x, decimals);
}

/// `$25.50`, and `$25` where it is that.
std::string in_dollars(const std::string& x) {
  const auto dot = x.find('.');
  return "$" + x + (dot != x.npos && dot + 2 == x.size() ? "0" : "");
}

/// `x` in the unit that suits `limit`.
std::string in_unit(double x, double limit, unit in) {
  switch (in) {
  case unit::share:
    return told(x * 100, limit * 100) + " %";
  case unit::time:
    return limit < 1000 ? told(x, limit) + " ms" : told(x / 1000, limit / 1000) + " s";
  case unit::money:
    return in_dollars(told(x, limit));
  case unit::number:
    return told(x, limit);
  }
  return {};
}

std::string sentence(const played_task& of, const gate& x) {
  const auto in = unit_of(x.what);
  const auto exact = in_unit(x.limit, x.limit, in);
  return fmt::format("{}: {} is {}, and the run fails {}", of.name, to_string(x.what),
                     in_unit(measured(of, x.what), x.limit, in),
                     fmt::format(fmt::runtime(order_words(x.order)), exact));
}

void judge(std::vector<std::string>& out, const played_task& of, const gate& x) {
  if (!has_measure(of, x.what))
    out.push_back(fmt::format("{}: {} cannot be told, for nothing was {}", of.name,
                              to_string(x.what), of.requests == 0 ? "asked" : "answered"));
  else if (holds(measured(of, x.what), x))
    out.push_back(sentence(of, x));
}

void judge_each(std::vector<std::string>& out, const rehearsal& played, const gate& x) {
  bool any = false;
  for (const auto& task : played.tasks) {
    if (task.requests == 0)
      continue;
    any = true;
    judge(out, task, x);
  }
  if (!any)
    judge(out, played.together(), x);
}

} // namespace

std::string_view to_string(gate_measure x) {
  return x == gate_measure::p999 ? "p99.9"
                                 : std::ranges::find(measures, x, &known_measure::is)->name;
}

result<gate> parse_gate(std::string_view text) {
  const auto sign = text.find_first_of("<>");
  const auto left = trimmed(text.substr(0, sign));
  if (sign == text.npos || left.find_first_of("=!") != left.npos)
    return wrong_gate(text, "write [TASK.]MEASURE OP VALUE, where OP is one of > >= < <=, for "
                            "example `degraded > 2%`");
  const auto or_equal = text.substr(sign + 1).starts_with('=');
  const auto [task, name] = parts_of(left);
  if (task.empty() && left.starts_with('.'))
    return wrong_gate(text, "there is no task before the dot");
  const auto measure = std::ranges::find(measures, name, &known_measure::name);
  if (measure == measures.end())
    return wrong_gate(
        text, fmt::format("there is no measure {}; measures: {}", ticked(name), all_measures()));
  const auto written = without_blanks(text.substr(sign + (or_equal ? 2 : 1)));
  const auto value = read_value(written, measure->in);
  if (!value)
    return wrong_gate(text, fmt::format("{} is compared with {}, not with {}", name,
                                        spelling_of(measure->in),
                                        written.empty() ? "nothing" : ticked(written)));
  return gate{.task = std::string{task},
              .what = measure->is,
              .order = order_of(text[sign] == '>', or_equal),
              .limit = *value};
}

result<void> check_gates(const std::vector<gate>& gates, const std::vector<std::string>& names) {
  for (const auto& x : gates)
    if (!x.task.empty() && std::ranges::find(names, x.task) == names.end())
      return error{.code = errc::config_invalid,
                   .message = fmt::format("a condition on {} names no task{}; tasks: {}",
                                          ticked(x.task), config::did_you_mean(x.task, names),
                                          names.empty() ? "none" : config::listed(names)),
                   .param = x.task};
  return {};
}

std::vector<std::string> tripped(const rehearsal& x, const std::vector<gate>& gates) {
  std::vector<std::string> out;
  for (const auto& one : gates) {
    if (one.task.empty() && one.what == gate_measure::cost)
      judge(out, x.together(), one);
    else if (one.task.empty())
      judge_each(out, x, one);
    else
      for (const auto& task : x.tasks)
        if (task.name == one.task)
          judge(out, task, one);
  }
  return out;
}

} // namespace hedgerow
