#include "app/config/read_rules.hpp"

namespace hedgerow::config {

namespace {

rule read_rule(section& in) {
  rule out;
  auto when = in.child("when", "The condition; absent: always.");
  when.texts("contains_any", out.contains_any, "One of these words stands in the input.");
  when.text("matches", out.matches, "This RE2 pattern is found in the input.");
  when.close();
  const auto* answer = in.raw("answer", "", "The answer, as JSON.");
  in.require("answer");
  in.close();
  if (!answer)
    return out;
  auto written = to_json(*answer);
  if (const auto* problem = std::get_if<yaml_problem>(&written))
    in.error("answer", problem->message);
  else
    out.answer = std::get<std::string>(written);
  return out;
}

} // namespace

std::shared_ptr<const rule_set> read_rules(reading& all, const node& at, const std::string& key,
                                           const std::string& name) {
  auto text = all.open(name);
  if (!text) {
    all.error(at, key, "the rules file `" + name + "` cannot be read");
    return nullptr;
  }
  reading inside;
  inside.file = name;
  inside.open = all.open;
  inside.environment = all.environment;
  auto parsed = parse_yaml(*text);
  std::vector<rule> rules;
  if (const auto* problem = std::get_if<yaml_problem>(&parsed)) {
    inside.findings.push_back(
        {severity::error, name, problem->at.line, problem->at.column, {}, problem->message});
  } else if (const auto& root = std::get<node>(parsed); !root.is_sequence()) {
    inside.findings.push_back({severity::error, name, 1, 1, {}, "has to be a list of rules"});
  } else {
    for (std::size_t i = 0; i < root.items.size(); ++i) {
      section one{inside, &root.items[i], "rules[" + std::to_string(i) + "]", nullptr};
      rules.push_back(read_rule(one));
      auto open_ended = rules.back().contains_any.empty() && rules.back().matches.empty();
      if (open_ended && i + 1 < root.items.size())
        inside.error(root.items[i + 1], "rules[" + std::to_string(i + 1) + "]",
                     "can never be reached: the rule before it always matches");
    }
  }
  auto failed = has_errors(inside.findings);
  all.findings.insert(all.findings.end(), inside.findings.begin(), inside.findings.end());
  if (failed)
    return nullptr;
  auto compiled = rule_set::compile(std::move(rules));
  if (!compiled) {
    all.error(at, key, compiled.error().message);
    return nullptr;
  }
  return std::make_shared<const rule_set>(std::move(*compiled));
}

} // namespace hedgerow::config
