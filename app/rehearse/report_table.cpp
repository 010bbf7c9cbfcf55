#include "app/rehearse/report_table.hpp"

#include "app/rehearse/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace hedgerow {

namespace {

using namespace report;

constexpr std::size_t columns = 100;
/// Where the figures of a block start.
constexpr std::size_t indent = 14;
/// Spells of a breaker that are told one by one.
constexpr std::size_t spells_max = 12;

bool continues(char x) { return (static_cast<unsigned char>(x) & 0xC0) == 0x80; }

std::size_t width_of(std::string_view x) {
  return static_cast<std::size_t>(
      std::ranges::count_if(x, [](char one) { return !continues(one); }));
}

/// The first `width` characters of `x`.
std::string_view start_of(std::string_view x, std::size_t width) {
  std::size_t i = 0;
  for (std::size_t seen = 0; i < x.size(); ++i)
    if (!continues(x[i]) && ++seen > width)
      break;
  return x.substr(0, i);
}

std::string shown(std::string_view x) {
  std::string out{x};
  std::ranges::replace_if(
      out, [](unsigned char one) { return one < 0x20 || one == 0x7F; }, '?');
  return out;
}

std::string padded(std::string_view x, std::size_t width) {
  const auto has = width_of(x);
  if (has > width)
    return std::string{start_of(x, width - 1)} + "…";
  return std::string{x} + std::string(width - has, ' ');
}

/// Writes lines and breaks those that are too long.
class page {
public:
  /// One paragraph after `lead`; its further lines start below the end of the lead. Lists are
  /// broken at their dots, and what is longer than a line at blanks or anywhere.
  void line(std::string_view lead, std::string_view text) {
    now_ = lead;
    start_ = width_of(lead);
    for (constexpr std::string_view dot = " · "; !text.empty();) {
      const auto at = std::min(text.find(dot), text.size());
      const auto is_last = at == text.size();
      add(std::string{text.substr(0, at)} + (is_last ? "" : " ·"));
      text.remove_prefix(is_last ? at : at + dot.size());
    }
    end();
  }
  /// A figure or several with their name.
  void figure(std::string_view name, std::string_view text) {
    line("  " + padded(name, indent - 2), text);
  }
  void blank() { text_ += '\n'; }
  std::string text() && { return std::move(text_); }

private:
  bool is_fresh() const { return width_of(now_) <= start_; }

  /// Adds a part, broken at blanks only if no line can hold it.
  void add(std::string_view part) {
    if (start_ + width_of(part) <= columns)
      return add_whole(part);
    while (!part.empty()) {
      const auto blank = std::min(part.find(' '), part.size());
      add_whole(part.substr(0, blank));
      part.remove_prefix(std::min(blank + 1, part.size()));
    }
  }

  void add_whole(std::string_view part) {
    if (!is_fresh() && width_of(now_) + 1 + width_of(part) <= columns)
      now_ += ' ';
    else if (!is_fresh())
      end();
    for (; width_of(now_) + width_of(part) > columns; end()) {
      const auto head = start_of(part, columns - width_of(now_));
      now_ += head;
      part.remove_prefix(head.size());
    }
    now_ += part;
  }

  /// Ends the line and starts the next one of the paragraph.
  void end() {
    text_ += std::string_view{now_}.substr(0, now_.find_last_not_of(' ') + 1);
    text_ += '\n';
    now_.assign(start_, ' ');
  }

  std::string text_;
  std::string now_;
  std::size_t start_ = 0;
};

std::string outcomes_of(const played_task& x) {
  std::vector<std::string> parts;
  for (const auto one : outcomes)
    if (x.ended[one] > 0 || one == outcome::answered)
      parts.push_back(
          fmt::format("{} {} ({})", to_string(one), whole(x.ended[one]), percent(x.share(one))));
  return dotted(parts);
}

std::string latency_of(const latency_figures& x) {
  return fmt::format("p50 {} · p99 {} · p99.9 {} · longest {}", span(x.p50), span(x.p99),
                     span(x.p999), span(x.longest));
}

std::string budgets_of(const played_task& x) {
  std::vector parts{"attempts " + budget_words(x.attempts_used)};
  if (x.cost_used.most > 0)
    parts.push_back("cost " + budget_words(x.cost_used));
  if (x.tokens_used.most > 0)
    parts.push_back("tokens " + budget_words(x.tokens_used));
  return dotted(parts);
}

void add_task(page& out, const played_task& x) {
  out.blank();
  out.line("", "task " + shown(x.name));
  if (const auto bug = bug_notice(x); !bug.empty())
    out.line("  !!! ", shown(bug));
  out.figure("requests", x.requests == 0 ? "none" : whole(x.requests));
  if (x.requests == 0)
    return;
  out.figure("outcomes", outcomes_of(x));
  out.figure("latency",
             x.ended[outcome::answered] == 0 ? "nothing was answered" : latency_of(x.latency));
  out.figure("fallback", percent(x.fallback_rate()) + " of requests answered by one");
  out.figure("hedges", fmt::format("{} of requests", percent(x.hedge_rate())));
  out.figure("attempts",
             fmt::format("{:.2f} per request · {} retries · {} hedges · {} answers repaired",
                         x.attempts_per_request(), whole(x.retries), whole(x.hedges),
                         whole(x.repaired)));
  out.figure("degraded", percent(x.share(outcome::degraded)) + " of requests");
  if (!x.reasons.empty())
    out.figure("because of", shown(counts_words(x.reasons)) + " (degraded and failed requests)");
  out.figure("cost", fmt::format("{} · {} per successful request", dollars(x.cost),
                                 dollars(x.cost_per_success())));
  out.figure("budgets", budgets_of(x));
  if (x.out_of_budget > 0)
    out.figure("", counted(x.out_of_budget, "request") + " had no budget left for a rung");
}

std::string spell_words(const breaker_spell& x) {
  auto out = fmt::format("{} {}", clock(x.from), in_words(x.is));
  if (x.is == breaker_state::open && !x.reason.empty())
    out += fmt::format(" ({})", shown(x.reason));
  return out;
}

std::string breaker_of(const played_route& x) {
  const auto& all = x.breaker;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    // Of very many spells the last two still tell how it went out.
    if (all.size() > spells_max && i == spells_max - 3) {
      parts.push_back(fmt::format("… {} more …", all.size() - spells_max + 1));
      i = all.size() - 2;
    }
    parts.push_back(spell_words(all[i]));
  }
  return dotted(parts);
}

void add_route(page& out, const played_route& x, milliseconds lasted) {
  out.blank();
  std::vector<std::string> of;
  for (const auto& part : {x.provider, x.model, x.region})
    if (!part.empty())
      of.push_back(shown(part));
  out.line("", fmt::format("route {}{}", shown(x.name), of.empty() ? "" : ": " + dotted(of)));
  out.figure("calls", x.all_calls() == 0
                          ? "none"
                          : fmt::format("{}: {}", whole(x.all_calls()), counts_words(x.calls)));
  out.figure("results", shown(counts_words(x.results)));
  out.figure("cost", dollars(x.cost));
  out.figure("breaker", breaker_of(x));
  const auto open = stay_of(x, breaker_state::open);
  if (open.times > 0)
    out.figure("", fmt::format("open for {} of {}, opened {}", clock(open.lasted), clock(lasted),
                               counted(open.times, "time")));
}

void add_scenario(page& out, const rehearsal& x) {
  out.line("", x.scenario.empty() ? "Rehearsal" : shown(x.scenario));
  if (!x.about.empty())
    out.line("  ", shown(x.about));
  std::vector played{clock(x.lasted) + " min played"};
  if (!x.policy_version.empty())
    played.push_back("policy " + shown(x.policy_version));
  played.push_back(fmt::format("seed {}", x.seed));
  played.push_back("slices of " + length(x.slice));
  out.line("  ", dotted(played));
  for (const auto& event : x.events)
    out.line(fmt::format("  {:>5} to {:>5}  ", clock(event.from), clock(event.until)),
             shown(event.what));
}

void add_verdicts(page& out, const rehearsal& x) {
  out.blank();
  out.line("", "Did every task still meet its contract?");
  out.line("", shown(headline(x)));
  if (!x.tasks.empty())
    out.blank();
  std::size_t width = 0;
  for (const auto& task : x.tasks)
    width = std::clamp(width_of(task.name), width, std::size_t{28});
  for (const auto& task : x.tasks)
    out.line(fmt::format("  {}   ", padded(shown(task.name), width)), verdict_line(task));
  for (const auto& task : x.tasks)
    if (const auto bug = bug_notice(task); !bug.empty())
      out.line("  !!! ", shown(bug));
}

void add_total(page& out, const rehearsal& x) {
  const auto all = x.together();
  out.blank();
  out.line("", fmt::format("All tasks: {} · {:.2f} attempts per request · {} · {} per successful "
                           "request",
                           counted(all.requests, "request"), all.attempts_per_request(),
                           dollars(all.cost), dollars(all.cost_per_success())));
}

} // namespace

std::string report_table(const rehearsal& x) {
  page out;
  add_scenario(out, x);
  add_verdicts(out, x);
  for (const auto& task : x.tasks)
    add_task(out, task);
  for (const auto& route : x.routes)
    add_route(out, route, x.lasted);
  add_total(out, x);
  return std::move(out).text();
}

} // namespace hedgerow
