#include "app/rehearse/figures.hpp"

#include "app/config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace hedgerow::report {

namespace {

/// `a, b and c`.
std::string enumerated(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

std::vector<std::string> names_of(const rehearsal& x, standing at) {
  std::vector<std::string> out;
  for (const auto& task : x.tasks)
    if (standing_of(task) == at)
      out.push_back(task.name);
  return out;
}

std::string sorted_counts(std::vector<std::pair<std::string, std::size_t>> all) {
  std::ranges::stable_sort(all, std::ranges::greater{}, [](const auto& x) { return x.second; });
  std::vector<std::string> parts;
  for (const auto& [name, times] : all)
    if (times > 0)
      parts.push_back(fmt::format("{} {}", name, whole(times)));
  return parts.empty() ? "none" : dotted(parts);
}

} // namespace

std::string percent(double share) {
  if (share <= 0)
    return "0 %";
  if (share == 1)
    return "100 %";
  if (share < 0.0001)
    return "<0.01 %";
  if (share < 1 && share > 0.9999)
    return ">99.99 %";
  return fmt::format("{:.2f} %", share * 100);
}

std::string whole(std::size_t x) {
  const auto digits = std::to_string(x);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0)
      out += ',';
    out += digits[i];
  }
  return out;
}

std::string counted(std::size_t x, std::string_view what) {
  return fmt::format("{} {}{}", whole(x), what, x == 1 ? "" : "s");
}

std::string span(microseconds x) {
  const auto ms = static_cast<double>(x.count()) / 1000;
  if (x.count() == 0)
    return "0 ms";
  if (ms < 9.995)
    return fmt::format("{:.2f} ms", ms);
  if (ms < 999.5)
    return fmt::format("{:.0f} ms", ms);
  if (ms < 59'995)
    return fmt::format("{:.2f} s", ms / 1000);
  return clock(std::chrono::duration_cast<milliseconds>(x)) + " min";
}

std::string length(milliseconds x) {
  const auto text = config::show_duration(x);
  const auto unit = text.find_first_not_of("0123456789");
  const auto name = text.substr(unit);
  return text.substr(0, unit) + " " + (name == "m" ? "min" : name);
}

std::string dollars(double x) {
  if (x == 0)
    return "$0";
  if (std::abs(x) >= 0.9995)
    return fmt::format("${:.2f}", x);
  const auto digits = 2 - static_cast<int>(std::floor(std::log10(std::abs(x))));
  return fmt::format("${:.{}f}", x, std::min(digits, 12));
}

std::string clock(milliseconds x) {
  const auto s = x.count() / 1000;
  if (s < 3600)
    return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string_view in_words(breaker_state x) {
  return x == breaker_state::half_open ? "half-open" : to_string(x);
}

standing standing_of(const played_task& x) {
  if (x.broken > 0)
    return standing::broken;
  if (x.requests == 0)
    return standing::untested;
  if (x.ended[outcome::failed] > 0)
    return standing::failed;
  return x.ended[outcome::degraded] > 0 ? standing::degraded : standing::held;
}

std::string_view in_words(standing x) {
  switch (x) {
  case standing::untested:
    return "not asked";
  case standing::held:
    return "held";
  case standing::degraded:
    return "held, degraded at times";
  case standing::failed:
    return "failed at times";
  case standing::broken:
    return "broke its contract: a bug";
  }
  return "unknown";
}

std::vector<verdict_part> verdict_parts(const played_task& x) {
  const auto failed = x.ended[outcome::failed];
  std::vector<verdict_part> out{
      {outcome::answered, percent(x.met()) + " met its contract"},
      {outcome::degraded, percent(x.share(outcome::degraded)) + " degraded honestly"},
      {outcome::failed, failed == 0 ? "0 failed" : percent(x.share(outcome::failed)) + " failed"}};
  for (const auto rest : {outcome::blocked, outcome::rejected, outcome::cancelled})
    if (x.ended[rest] > 0)
      out.push_back({rest, fmt::format("{} {}", percent(x.share(rest)), to_string(rest))});
  return out;
}

std::string verdict_line(const played_task& x) {
  if (x.requests == 0)
    return "no requests";
  std::vector<std::string> parts;
  for (auto& part : verdict_parts(x))
    parts.push_back(std::move(part.text));
  return dotted(parts);
}

std::string headline(const rehearsal& x) {
  const auto all = x.together();
  switch (standing_of(all)) {
  case standing::untested:
    return "There is no telling: the scenario asked nothing.";
  case standing::broken:
    return fmt::format("No: {} broke the contract of {}. That is a bug of hedgerow.",
                       counted(all.broken, "answer"), enumerated(names_of(x, standing::broken)));
  case standing::failed:
    return fmt::format("No: {} of {} failed ({}).", whole(all.ended[outcome::failed]),
                       counted(all.requests, "request"), enumerated(names_of(x, standing::failed)));
  case standing::degraded:
    return fmt::format("Yes, or it said so: none of {} failed, and {} degraded honestly.",
                       counted(all.requests, "request"),
                       all.ended[outcome::degraded] == 1
                           ? "one was"
                           : whole(all.ended[outcome::degraded]) + " were");
  case standing::held:
    break;
  }
  return fmt::format("Yes: of {}, none was degraded and none failed.",
                     counted(all.requests, "request"));
}

std::string bug_notice(const played_task& x) {
  if (x.broken == 0)
    return {};
  return fmt::format("BUG: {} of {} broke the contract and should never have been given. Please "
                     "report it with the policy, the scenario and the seed.",
                     counted(x.broken, "answer"), x.name);
}

std::string budget_words(const budget_use& x) {
  return fmt::format("{} in the mean, {} at most", percent(x.mean), percent(x.most));
}

breaker_stay stay_of(const played_route& x, breaker_state in) {
  breaker_stay out;
  for (const auto& spell : x.breaker)
    if (spell.is == in) {
      out.lasted += spell.until - spell.from;
      ++out.times;
    }
  return out;
}

std::string counts_words(const std::map<std::string, std::size_t>& x) {
  return sorted_counts({x.begin(), x.end()});
}

std::string counts_words(const std::map<attempt_kind, std::size_t>& x) {
  std::vector<std::pair<std::string, std::size_t>> all;
  for (const auto& [kind, times] : x)
    all.emplace_back(to_string(kind), times);
  return sorted_counts(std::move(all));
}

std::string dotted(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& x : parts)
    out += (out.empty() ? "" : " · ") + x;
  return out;
}

milliseconds slice_edge(const rehearsal& x, std::size_t i) {
  const auto at = x.slice * static_cast<milliseconds::rep>(i);
  return x.lasted.count() > 0 ? std::min(at, x.lasted) : at;
}

} // namespace hedgerow::report
