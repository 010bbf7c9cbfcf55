#include "app/commands/rehearse.hpp"

#include "app/config/read.hpp"
#include "app/rehearse/gates.hpp"
#include "app/rehearse/play.hpp"
#include "app/rehearse/report_html.hpp"
#include "app/rehearse/report_json.hpp"
#include "app/rehearse/report_table.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <utility>
#include <variant>

namespace hedgerow {

namespace {

constexpr int nothing_played = 2;

int list(std::ostream& out) {
  for (const auto& x : shipped_scenarios()) {
    const auto read = load_scenario(std::string{x.name});
    out << x.name << "\n  " << std::get<scenario>(read).about << '\n';
  }
  return 0;
}

std::vector<std::string> task_names(const configuration& x) {
  std::vector<std::string> out;
  for (const auto& [name, task] : x.tasks)
    out.push_back(name);
  return out;
}

result<std::vector<gate>> read_gates(const std::vector<std::string>& written,
                                     const configuration& config) {
  std::vector<gate> out;
  for (const auto& x : written) {
    auto read = parse_gate(x);
    if (!read)
      return read.error();
    out.push_back(std::move(*read));
  }
  if (auto known = check_gates(out, task_names(config)); !known)
    return known.error();
  return out;
}

/// Whether `page` is there now.
bool write_page(const std::string& file, const std::string& page, std::ostream& out) {
  if (file == "-") {
    out << page;
    return true;
  }
  std::ofstream to{file, std::ios::binary};
  to << page;
  to.close();
  return to.good();
}

/// What went wrong, for the exit status and standard error.
int judge(const rehearsal& played, const std::vector<gate>& gates, std::ostream& err) {
  auto reasons = tripped(played, gates);
  for (const auto& x : played.tasks)
    if (x.broken > 0)
      reasons.push_back(x.name + ": " + std::to_string(x.broken)
                        + " answers broke their contract, which is a bug of the engine");
  for (const auto& x : reasons)
    err << x << '\n';
  return reasons.empty() ? 0 : 1;
}

} // namespace

int rehearse(const rehearse_options& options, std::ostream& out, std::ostream& err) {
  if (options.list)
    return list(out);
  auto config = options.config_file.empty()
                    ? read_configuration_text(std::string{example_policy()}, "example.yaml")
                    : read_configuration(options.config_file);
  print(config.findings, err);
  auto read = load_scenario(options.scenario);
  if (const auto* wrong = std::get_if<std::vector<finding>>(&read))
    print(*wrong, err);
  if (!config.config || read.index() != 0)
    return nothing_played;
  auto& plays = std::get<scenario>(read);
  plays.seed = options.seed.value_or(plays.seed);
  const auto gates = read_gates(options.fail_if, *config.config);
  if (!gates) {
    err << "--fail-if: " << gates.error().message << '\n';
    return nothing_played;
  }
  auto played = play(*config.config, plays);
  if (!played) {
    err << options.scenario << ": " << played.error().message << '\n';
    return nothing_played;
  }
  played->policy_version = options.config_file.empty() ? "example.yaml" : options.config_file;
  if (!options.html_file.empty() && !write_page(options.html_file, report_html(*played), out)) {
    err << "--html: " << options.html_file << " cannot be written\n";
    return nothing_played;
  }
  if (options.html_file != "-")
    out << (options.as_json ? report_json(*played) + '\n' : report_table(*played));
  out.flush();
  return judge(*played, *gates, err);
}

} // namespace hedgerow
