#pragma once

#include "app/rehearse/rehearsal.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The words and figures that all reports of a rehearsal share. Pure functions, none of them fails.
namespace hedgerow::report {

/// The order in which outcomes are told: from what was wanted to what was not.
inline constexpr std::array outcomes{outcome::answered, outcome::degraded,  outcome::blocked,
                                     outcome::rejected, outcome::cancelled, outcome::failed};

/// `99.20 %`; never rounded to all or nothing: `>99.99 %` and `<0.01 %`.
std::string percent(double share);

/// `12,400`.
std::string whole(std::size_t x);

/// `1 request`, `12,400 requests`.
std::string counted(std::size_t x, std::string_view what);

/// `0.43 ms`, `412 ms`, `2.14 s`, `1:23 min`.
std::string span(microseconds x);

/// `5 s`, `250 ms`, `1 min`: in the largest unit that needs no fraction.
std::string length(milliseconds x);

/// `$12.34`; below a dollar with three significant digits.
std::string dollars(double x);

/// A moment of the rehearsal: `2:03`, and from an hour on `1:02:03`.
std::string clock(milliseconds x);

/// `closed`, `open`, `half-open`.
std::string_view in_words(breaker_state x);

/// How a task came through.
enum class standing {
  untested, ///< Nothing was asked.
  held,     ///< No request was degraded, none failed.
  degraded, ///< None failed, and some were degraded.
  failed,   ///< Some got neither an answer nor a degraded one.
  broken,   ///< An answer broke the contract: a bug of the engine.
};

standing standing_of(const played_task& x);

/// `held`, `held, degraded at times`, `failed at times`, …
std::string_view in_words(standing x);

/// A share of the requests of a task, in words.
struct verdict_part {
  outcome of = outcome::answered;
  /// `0.80 % degraded honestly`
  std::string text;
};

/// What met the contract, what was degraded and what failed, always, and what else there was.
/// Requires: the task had requests.
std::vector<verdict_part> verdict_parts(const played_task& x);

/// `99.20 % met its contract · 0.80 % degraded honestly · 0 failed`, and what else there was.
std::string verdict_line(const played_task& x);

/// One sentence or two on all tasks: the answer to whether every task still met its contract.
std::string headline(const rehearsal& x);

/// What to tell people of answers that broke their contract; empty: there are none.
std::string bug_notice(const played_task& x);

/// `34.00 % in the mean, 100 % at most`.
std::string budget_words(const budget_use& x);

/// Time that the breaker was in a state, and how often it got there from another.
struct breaker_stay {
  milliseconds lasted{0};
  std::size_t times = 0;
};

breaker_stay stay_of(const played_route& x, breaker_state in);

/// `primary 11,000 · retry 400`: the most frequent first, without those that are zero.
std::string counts_words(const std::map<std::string, std::size_t>& x);
std::string counts_words(const std::map<attempt_kind, std::size_t>& x);

/// Parts with ` · ` between them.
std::string dotted(const std::vector<std::string>& parts);

/// The moment at which slice `i` begins; that after the last one is its end.
milliseconds slice_edge(const rehearsal& x, std::size_t i);

} // namespace hedgerow::report
