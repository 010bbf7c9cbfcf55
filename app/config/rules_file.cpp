// The file of a `rules` rung.

#include "app/config/sections.hpp"
#include "app/config/values.hpp"

#include <utility>

namespace hedgerow::config {

namespace {

struct condition {
  std::vector<std::string> contains_any;
  std::string matches;
};

struct rule_draft {
  condition when;
  std::string answer;
};

value<condition> when_keys() {
  using x = condition;
  auto keys = object<x>({
      optional<x>("contains_any", &x::contains_any, list_of(long_text()),
                  "One of these stands in the input, whatever the case."),
      optional<x>("matches", &x::matches, long_text(), "This RE2 pattern is found in the input."),
  });
  return checked(std::move(keys), [](const x& read) -> std::string {
    return read.contains_any.empty() && read.matches.empty()
               ? "has no condition; give it `contains_any` or `matches`, or remove `when`"
               : "";
  });
}

value<std::string> json_text() {
  return {[](reader& in, const place& at) -> std::optional<std::string> {
            auto written = to_json(at.what);
            if (auto* text = std::get_if<std::string>(&written))
              return std::move(*text);
            const auto& problem = std::get<yaml_problem>(written);
            in.error(at, problem.at, problem.message);
            return std::nullopt;
          },
          {}};
}

value<rule_draft> rule_keys() {
  using x = rule_draft;
  return object<x>({
      optional<x>("when", &x::when, when_keys(), "All of it has to hold; absent: always."),
      required<x>("answer", &x::answer, json_text(), "The answer."),
  });
}

/// A rule without a condition takes everything, so that nothing behind it is ever asked.
void report_unreachable(reader& in, const place& at, std::size_t catch_all) {
  for (auto i = catch_all + 1; i < at.what.items.size(); ++i)
    in.error(place{at.what.items[i], &at, i}, "can never be reached: the rule ["
                                                  + std::to_string(catch_all)
                                                  + "] before it has no `when` and always answers");
}

/// Where the rule and the member that `param` names stand, see `rule_set::compile`.
key_path place_of(const std::string& param) {
  const auto dot = param.find('.');
  key_path out{"[" + param.substr(0, dot) + "]"};
  if (param.ends_with(".matches"))
    out.emplace_back("when");
  out.push_back(param.substr(dot + 1));
  return out;
}

/// Reads the rules in `root`; what is wrong is reported.
rules_file read_rules(reader& in, const node& root) {
  const place at{root};
  rules_file out;
  std::vector<rule> rules;
  const auto type = rule_keys();
  std::optional<std::size_t> catch_all;
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    auto read = type.read(in, place{root.items[i], &at, i}).value_or(rule_draft{});
    const auto* answer = find(root.items[i], "answer");
    out.answers.push_back(answer != nullptr ? where(*answer) : root.items[i].at);
    if (!catch_all && root.items[i].is_mapping() && find(root.items[i], "when") == nullptr)
      catch_all = i;
    rules.push_back(
        {std::move(read.when.contains_any), std::move(read.when.matches), std::move(read.answer)});
  }
  if (catch_all)
    report_unreachable(in, at, *catch_all);
  if (!in.sound({}))
    return out;
  auto compiled = rule_set::compile(std::move(rules));
  if (compiled)
    out.rules = std::make_shared<const rule_set>(std::move(*compiled));
  else
    in.error(root, place_of(compiled.error().param), compiled.error().message);
  return out;
}

} // namespace

value<rules_file> rules_file_name() {
  auto read = [name = text()](reader& in, const place& at) -> std::optional<rules_file> {
    if (!name.read(in, at))
      return std::nullopt;
    const auto text = in.open(at);
    if (!text)
      return std::nullopt;
    const auto file = in.resolve(at.what.text);
    auto parsed = parse_yaml(*text);
    if (const auto* problem = std::get_if<yaml_problem>(&parsed)) {
      in.error_in(file, problem->at, "", problem->message);
      return std::nullopt;
    }
    auto& root = std::get<node>(parsed);
    if (!root.is_sequence() || root.items.empty()) {
      in.error_in(file, {1, 1}, "", "has to be a list of rules, `- when: …` and `answer: …`");
      return std::nullopt;
    }
    auto inside = in.for_file(at.what.text);
    inside.prepare(root);
    auto rules = read_rules(inside, root);
    rules.file = file;
    if (in.take_over(std::move(inside)))
      return std::nullopt;
    return rules;
  };
  return {read, R"("type":"string","minLength":1)"};
}

} // namespace hedgerow::config
