#include "actors/policy.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <set>

using namespace hedgerow;

namespace {

policy sound() {
  policy out;
  out.routes["a"].call = [](model_call, std::function<void(call_ended)>) -> stop_call {
    return [] {};
  };
  auto& x = out.tasks["t"];
  x.name = "t";
  x.ladder = {model_rung{"a"}, message_rung{"sorry"}};
  x.hedge = hedge_policy{};
  return out;
}

/// What is said of the policy after `damage`.
std::string after(const std::function<void(policy&)>& damage) {
  auto x = sound();
  damage(x);
  const auto said = holds_together(x);
  return said ? "" : said.error().message;
}

std::string after(const std::function<void(task&)>& damage) {
  return after([&](policy& x) { damage(x.tasks.at("t")); });
}

} // namespace

TEST_CASE("a policy of routes and tasks that fit holds together", "[policy]") {
  CHECK(holds_together(sound()).has_value());
  CHECK(holds_together(policy{}).has_value());
}

TEST_CASE("a policy that does not hold together says what is wrong", "[policy]") {
  const auto says = [](const std::string& said, std::string_view fragment) {
    INFO(said);
    return said.find(fragment) != std::string::npos;
  };
  CHECK(says(after([](policy& x) { x.routes.at("a").call = nullptr; }), "no way to its model"));
  CHECK(says(after([](policy& x) { x.routes.clear(); }), "does not exist"));
  CHECK(says(after([](task& x) { x.name = "u"; }), "filed under"));
  CHECK(says(after([](task& x) { x.ladder.clear(); }), "empty ladder"));
  CHECK(says(after([](task& x) { x.ladder.push_back(rules_rung{}); }), "without rules"));
  CHECK(says(after([](task& x) { x.deadline = milliseconds{0}; }), "no time"));
  CHECK(says(after([](task& x) { x.budget.attempts = 0; }), "from 1 to 200"));
  CHECK(says(after([](task& x) { x.retry.attempts = -1; }), "negative"));
  CHECK(says(after([](task& x) { x.retry.base = x.retry.cap * 2; }), "above its cap"));
  CHECK(says(after([](task& x) { x.retry.wait_up_to.share = 2; }), "a share outside"));
  CHECK(says(after([](task& x) { x.hedge->quantile = 1; }), "a quantile outside"));
  CHECK(says(after([](task& x) { x.hedge->floor = x.hedge->ceiling * 2; }), "above its ceiling"));
  CHECK(says(after([](task& x) { x.hedge->max_extra = 5; }), "a share outside"));
  CHECK(says(after([](task& x) { x.hedge->fixed = milliseconds{-1}; }), "below zero"));
}

TEST_CASE("every capability and role has a name of its own", "[policy]") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(task_capability::chat); ++i)
    names.insert(to_string(static_cast<task_capability>(i)));
  CHECK(names.size() == 10);
  CHECK_FALSE(names.contains("unknown"));
  CHECK(to_string(rung_role::equivalent) == "equivalent");
  CHECK(to_string(rung_role::stronger) == "stronger");
  CHECK(to_string(rung_role::longer_context) == "longer_context");
}
