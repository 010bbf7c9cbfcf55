#include "app/commands/check.hpp"
#include "app/commands/demo.hpp"
#include "app/commands/rehearse.hpp"
#include "app/commands/schema.hpp"
#include "app/commands/serve.hpp"
#include "app/commands/simulate.hpp"
#include "app/commands/validate.hpp"
#include "app/open_files.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace {

constexpr int usage = 2;

const std::map<std::string, hedgerow::draft> drafts{
    {"4", hedgerow::draft::draft4},          {"6", hedgerow::draft::draft6},
    {"7", hedgerow::draft::draft7},          {"2019-09", hedgerow::draft::draft2019},
    {"2020-12", hedgerow::draft::draft2020},
};

CLI::App* add_validate(CLI::App& app, hedgerow::validate_options& options, std::string& draft) {
  auto* validate = app.add_subcommand(
      "validate", "Check answers, one a line on standard input, against a schema or a contract.\n"
                  "Exit status: 0 all valid, 1 some invalid, 2 nothing could be checked.");
  auto* against = validate->add_option_group("against", "Exactly one of");
  against->add_option("--schema", options.schema_file, "A file with a JSON Schema");
  auto* contract = against->add_option("--contract", options.contract,
                                       "A contract of the configuration that -c names");
  against->add_option("--suite", options.suite,
                      "A folder in the format of the official JSON-Schema-Test-Suite: print right "
                      "and wrong per file and draft. The draft is that of the last folder on the "
                      "way called draft4, draft6, draft7, draft2019-09 or draft2020-12, else "
                      "--draft; below optional/format, formats are assertions");
  against->require_option(1);
  auto* config = validate->add_option("-c,--config", options.config_file, "The configuration file");
  contract->needs(config);
  config->needs(contract);
  validate->add_option("--draft", draft, "Of schemas without $schema: 4, 6, 7, 2019-09 or 2020-12")
      ->check(CLI::IsMember(drafts))
      ->capture_default_str()
      ->excludes(contract);
  validate
      ->add_option("--remotes", options.remotes,
                   "A folder whose file F schemas can refer to as http://localhost:1234/F")
      ->excludes(contract);
  validate->add_flag("--formats", options.formats, "format is an assertion")->excludes(contract);
  validate->add_flag("--repair", options.repair,
                     "Mend what can be mended first; a contract says itself what may be");
  validate->add_flag("--raw", options.raw, "Each line is a JSON string that holds a model's text");
  validate->add_flag("--json", options.as_json, "One JSON object a line");
  return validate;
}

CLI::App* add_rehearse(CLI::App& app, hedgerow::rehearse_options& options) {
  auto* rehearse = app.add_subcommand(
      "rehearse", "Play a policy in virtual time against a scripted outage, and report what users "
                  "would have seen.\nExit status: 0 played, 1 a --fail-if condition holds, 2 "
                  "nothing could be played.");
  auto* list = rehearse->add_flag("--list", options.list, "Say which scenarios come with hedgerow");
  auto* scenario = rehearse->add_option("--scenario", options.scenario,
                                        "A scenario file, or the name of one that comes with it");
  rehearse->add_option("-c,--config", options.config_file,
                       "The configuration file; absent: an example policy");
  rehearse->add_option("--seed", options.seed, "Of every random draw, instead of the scenario's");
  rehearse->add_flag("--json", options.as_json, "For machines");
  rehearse->add_option("--html", options.html_file,
                       "Also write the report as one page; `-`: to standard output, alone");
  rehearse->add_option("--fail-if", options.fail_if,
                       "A condition for exit status 1, such as 'degraded>2%' or "
                       "'support_triage.p99>3s'; may be given again");
  rehearse->callback([=] {
    if (!*list && !*scenario)
      throw CLI::RequiredError("--scenario or --list");
  });
  return rehearse;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"hedgerow: keeps an AI feature working when models fail"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "hedgerow 0.1.0");

  std::string file;
  auto* serve = app.add_subcommand("serve", "Run the gateway");
  serve->add_option("-c,--config", file, "The configuration file")->required();

  bool strict = false;
  bool as_json = false;
  auto* check = app.add_subcommand("check", "Say all that is wrong with a configuration");
  check->add_option("file", file, "The configuration file")->required();
  check->add_flag("--strict", strict, "Warnings are errors");
  check->add_flag("--json", as_json, "For machines");

  auto* schema = app.add_subcommand("schema", "Print the JSON Schema of the configuration file");

  hedgerow::simulate_options simulated;
  auto* simulate = app.add_subcommand("simulate", "Run a simulated provider");
  simulate->add_option("-c,--config", simulated.file, "The script; absent: every answer is good");
  simulate->add_option("--listen", simulated.listen, "Where to listen; port 0: any that is free");
  simulate->add_option("--seed", simulated.seed, "Of every random draw");
  simulate->add_flag("--print", simulated.print, "One line per call");

  hedgerow::validate_options validated;
  std::string draft = "2020-12";
  auto* validate = add_validate(app, validated, draft);

  hedgerow::rehearse_options rehearsed;
  auto* rehearse = add_rehearse(app, rehearsed);

  bool keep_serving = false;
  auto* demo = app.add_subcommand("demo", "Watch requests survive a bad day");
  demo->add_flag("--serve", keep_serving, "Stay up afterwards");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    return app.exit(x) == 0 ? 0 : usage;
  }
  try {
    if (serve->parsed())
      return hedgerow::serve(file);
    if (check->parsed())
      return hedgerow::check(
          file, {.strict = strict, .as_json = as_json, .files_allowed = hedgerow::files_allowed()},
          std::cout);
    if (schema->parsed())
      return hedgerow::print_schema();
    if (simulate->parsed())
      return hedgerow::simulate(simulated, std::cout, std::cerr);
    if (validate->parsed()) {
      std::ios::sync_with_stdio(false);
      validated.without_schema = drafts.at(draft);
      return hedgerow::validate(validated, std::cin, std::cout, std::cerr);
    }
    if (rehearse->parsed())
      return hedgerow::rehearse(rehearsed, std::cout, std::cerr);
    if (demo->parsed())
      return hedgerow::demo(keep_serving);
  } catch (const std::exception& x) {
    std::cerr << "hedgerow: " << x.what() << '\n';
    return 1;
  }
  return usage;
}
