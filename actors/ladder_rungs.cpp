// Which rung comes next.

#include "actors/ladder.hpp"

namespace hedgerow {

/// The next untried model rung that may cure the last failure, if there was one.
std::optional<std::size_t> ladder::next_rung(time_point now) {
  using enum rung_role;
  const auto why = last_ ? std::optional{last_->kind} : std::nullopt;
  if (why == failure_class::contract)
    return next_rung(stronger, now);
  if (why != failure_class::capability)
    if (auto found = next_rung(equivalent, now))
      return found;
  if (why == failure_class::capability || too_long_)
    if (auto found = next_rung(longer_context, now))
      return found;
  return next_rung(stronger, now);
}

/// The next untried model rung of this role. Notes the rungs that it passes over for good.
std::optional<std::size_t> ladder::next_rung(rung_role as, time_point now) {
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    const auto* r = std::get_if<model_rung>(&task_->ladder[i]);
    if (!r || rungs_[i].tried || role_of(i) != as)
      continue;
    auto why_not = why_unfit(i);
    if (why_not.empty())
      return i;
    rungs_[i].tried = true;
    too_long_ = too_long_ || why_not == "context";
    auto& entry = note(trail_event::rung_skipped, now);
    entry.route = r->route;
    entry.reason = why_not;
  }
  return std::nullopt;
}

/// The next untried equivalent rung, in another failure domain than `beside` if there is one.
std::optional<std::size_t> ladder::next_hedge_rung(std::size_t beside) const {
  const auto& late = setup(beside).config;
  std::optional<std::size_t> same_domain;
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    if (!is_model(i) || rungs_[i].tried || rungs_[i].no_hedge || !why_unfit(i).empty()
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
  if (route.context > 0 && facts_.estimated_input + facts_.max_output > route.context)
    return "context";
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

const route_setup& ladder::setup(std::size_t rung) const {
  return rules_->routes.find(std::get<model_rung>(task_->ladder[rung]).route)->second;
}

} // namespace hedgerow
