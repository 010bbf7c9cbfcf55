#include "actors/degrader.hpp"

#include "actors/rules.hpp"
#include "contracts/json.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace hedgerow {

namespace {

bool satisfies(const terms& must, const completion& x) {
  return (!must.task || violations(*must.task, x).empty())
         && (!must.request || violations(*must.request, x).empty());
}

bool wants_json(const terms& must) {
  auto is_json = [](const auto& c) { return c && c->format == contract::form::json; };
  return is_json(must.task) || is_json(must.request);
}

/// A JSON string stands for its text where the contract is no JSON.
std::string as_text(std::string written) {
  auto read = json::parse(written);
  return read && read->IsString() ? std::string{json::text_of(*read)} : std::move(written);
}

degraded_answer from_rules(const question& about, const rules_rung& from,
                           const std::string& cause) {
  auto written = from.rules->answer(about.input);
  if (!written)
    return {};
  completion x;
  auto is_json = wants_json(about.must);
  x.text = is_json ? std::move(*written) : as_text(std::move(*written));
  if (!satisfies(about.must, x))
    return {};
  return {.answered = true,
          .text = std::move(x.text),
          .is_json = is_json,
          .truth = {"rules", cause,
                    "No model gave a usable answer (" + cause
                        + "). This one comes from rules that were written in advance."}};
}

} // namespace

degraded_answer degrade(const question& about, const ladder_rung& from, const std::string& cause) {
  if (const auto* rules = std::get_if<rules_rung>(&from))
    return from_rules(about, *rules, cause);
  if (const auto* said = std::get_if<message_rung>(&from))
    return {.answered = true, .text = said->text, .truth = {"message", cause, said->text}};
  return {};
}

degrader_actor::behavior_type degrader(degrader_actor::pointer) {
  return {
      [](const degrade_wish& x) { return degrade(*x.about, x.about->of->ladder[x.rung], x.cause); },
  };
}

} // namespace hedgerow
