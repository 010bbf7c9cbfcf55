// Whether the answers of a rules file can satisfy a contract at all.

#include "app/config/link.hpp"
#include "app/config/names.hpp"
#include "contracts/contract.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace hedgerow::config {

namespace {

/// The pointers to what is filled in from the input.
void find_filled(const json::value& x, const std::string& pointer, std::set<std::string>& out) {
  if (x.IsString() && json::text_of(x).starts_with("$input"))
    out.insert(pointer);
  if (x.IsArray())
    for (rapidjson::SizeType i = 0; i < x.Size(); ++i)
      find_filled(x[i], pointer + "/" + std::to_string(i), out);
  if (!x.IsObject())
    return;
  for (const auto& member : x.GetObject()) {
    auto inside = pointer;
    json::append_token(inside, json::text_of(member.name));
    find_filled(member.value, inside, out);
  }
}

/// Whether some input could mend `x`: it is about the text of what is filled in.
bool depends_on_input(const violation& x, const std::set<std::string>& filled) {
  return filled.contains(x.pointer) && x.keyword != "type" && x.keyword != "enum"
         && x.keyword != "const";
}

/// What is wrong with `answer` for an input like `sample`, whatever the input; empty: nothing.
std::string breach(const std::string& answer, const contract& must, std::string_view sample,
                   const std::set<std::string>& filled) {
  auto alone = rule_set::compile({rule{{}, {}, answer}});
  completion x;
  x.text = alone ? alone->answer(sample).value_or("") : "";
  if (must.format == contract::form::text)
    if (const auto text = json::parse(x.text); text && text->IsString())
      x.text = json::text_of(*text); // A string stands for its text where no JSON is wanted.
  for (const auto& broken : violations(must, x))
    if (!depends_on_input(broken, filled))
      return (broken.pointer.empty() ? "" : ticked(broken.pointer) + ": ") + broken.message;
  return {};
}

} // namespace

void check_rules(reader& in, const std::string& task, const rules_file& rules,
                 const contract& must) {
  // What no input mends breaks with each of these.
  constexpr std::array samples{"A customer wrote this. And then that.", "x",
                               "https://example.org/a"};
  const auto& all = rules.rules->rules();
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::set<std::string> filled;
    if (const auto parsed = json::parse(all[i].answer))
      find_filled(*parsed, "", filled);
    std::array<std::string, samples.size()> problems;
    std::ranges::transform(samples, problems.begin(), [&](auto sample) {
      return breach(all[i].answer, must, sample, filled);
    });
    if (std::ranges::none_of(problems, &std::string::empty))
      in.error_in(rules.file, rules.answers.at(i), "[" + std::to_string(i) + "].answer",
                  "breaks the contract " + ticked(must.name) + " of the task " + ticked(task) + ": "
                      + problems.front());
  }
}

} // namespace hedgerow::config
