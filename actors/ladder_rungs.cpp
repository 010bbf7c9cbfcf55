// Which rung comes next.

#include "actors/ladder.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow {

namespace {

std::optional<rung_role> role_of(cure x) {
  switch (x) {
  case cure::equivalent:
    return rung_role::equivalent;
  case cure::stronger:
    return rung_role::stronger;
  case cure::longer_context:
    return rung_role::longer_context;
  case cure::retry:
  case cure::reask:
    break;
  }
  return std::nullopt;
}

} // namespace

bool ladder::may(cure what, failure_class why) const {
  const auto& all = cures_of(*task_, why);
  return std::ranges::find(all, what) != all.end();
}

/// The next untried model rung that may cure the last failure, if there was one. Of routes that are
/// not fit for the task the fittest, where no other is left.
std::optional<std::size_t> ladder::next_rung(time_point now) {
  const auto why = last_ ? last_->kind : failure_class::latency;
  const auto& by = cures_of(*task_, why);
  for (const auto x : by) {
    // A longer context cures nothing but a request that is too long.
    if (x == cure::longer_context && why != failure_class::capability && !too_long_)
      continue;
    if (const auto as = hedgerow::role_of(x))
      if (auto found = next_rung(*as, now))
        return found;
  }
  return fittest_low_rung();
}

/// Whether a rung of this role may follow the last failure, if there was one.
bool ladder::is_cure(std::size_t rung) const {
  const auto& by = cures_of(*task_, last_ ? last_->kind : failure_class::latency);
  return std::ranges::any_of(by, [&](cure x) { return hedgerow::role_of(x) == role_of(rung); });
}

/// The next untried model rung of this role. Notes the rungs that it passes over.
std::optional<std::size_t> ladder::next_rung(rung_role as, time_point now) {
  for (const auto i : order_) {
    const auto* r = std::get_if<model_rung>(&task_->ladder[i]);
    if (!r || rungs_[i].tried || role_of(i) != as)
      continue;
    auto why_not = why_unfit(i);
    if (why_not.empty() && !is_low(i))
      return i;
    if (why_not.empty() && std::exchange(rungs_[i].was_low, true))
      continue;
    rungs_[i].tried = !why_not.empty();
    too_long_ = too_long_ || why_not == "context";
    auto& entry = note(trail_event::rung_skipped, now);
    entry.route = r->route;
    entry.reason = why_not.empty() ? "fitness" : why_not;
  }
  return std::nullopt;
}

std::optional<std::size_t> ladder::fittest_low_rung() const {
  std::optional<std::size_t> best;
  for (const auto i : order_)
    if (rungs_[i].was_low && is_untried(i) && is_cure(i)
        && (!best || facts_.rungs[i].pass_rate > facts_.rungs[*best].pass_rate))
      best = i;
  return best;
}

bool ladder::is_low(std::size_t rung) const {
  return rung < facts_.rungs.size() && facts_.rungs[rung].low;
}

/// The next untried equivalent rung, in another failure domain than `beside` if there is one.
std::optional<std::size_t> ladder::next_hedge_rung(std::size_t beside) const {
  const auto& late = setup(beside).config;
  std::optional<std::size_t> same_domain;
  for (const auto i : order_) {
    if (!is_model(i) || rungs_[i].tried || rungs_[i].no_hedge || !why_unfit(i).empty() || is_low(i)
        || role_of(i) != rung_role::equivalent)
      continue;
    const auto& other = setup(i).config;
    if (other.name == late.name)
      continue;
    if (other.provider.name != late.provider.name || other.region != late.region)
      return i;
    if (!same_domain)
      same_domain = i;
  }
  return same_domain;
}

/// Why the request cannot be put to this rung's model, in the trail's words; empty: it can.
std::string_view ladder::why_unfit(std::size_t rung) const {
  const auto& route = setup(rung).config;
  if (!route.enabled)
    return "disabled";
  if (route.safety < task_->safety)
    return "safety";
  if ((facts_.needs_tools && !route.capabilities.has(capability::tools))
      || (facts_.needs_vision && !route.capabilities.has(capability::vision)))
    return "capability";
  // A twentieth more than the estimate must fit: it is one.
  const auto input = input_tokens(rung);
  if (route.context > 0 && input + input / 20 + facts_.max_output > route.context)
    return "context";
  if (!purse_.holds(reservation(rung)))
    return "budget";
  return {};
}

/// Whether a rung is left that may still answer where the one under way is late or out of use.
bool ladder::another_untried() const {
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    if (is_untried(i) && (role_of(i) != rung_role::longer_context || too_long_))
      return true;
  return false;
}

bool ladder::stronger_untried() const {
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    if (is_untried(i) && role_of(i) == rung_role::stronger)
      return true;
  return false;
}

bool ladder::is_untried(std::size_t rung) const {
  return is_model(rung) && !rungs_[rung].tried && why_unfit(rung).empty();
}

bool ladder::is_model(std::size_t rung) const {
  return std::holds_alternative<model_rung>(task_->ladder[rung]);
}

/// The first model rung is the primary, whatever it is called.
rung_role ladder::role_of(std::size_t rung) const {
  return rung == primary_ ? rung_role::equivalent : std::get<model_rung>(task_->ladder[rung]).as;
}

attempt_kind ladder::kind_of(std::size_t rung) const {
  if (rung == primary_)
    return attempt_kind::primary;
  switch (role_of(rung)) {
  case rung_role::equivalent:
    return attempt_kind::fallback;
  case rung_role::stronger:
    return attempt_kind::stronger;
  case rung_role::longer_context:
    return attempt_kind::longer_context;
  }
  return attempt_kind::fallback;
}

const route_setup& ladder::setup(std::size_t rung) const { return *rungs_[rung].calls; }

} // namespace hedgerow
