#include "app/commands/check.hpp"
#include "app/commands/demo.hpp"
#include "app/commands/schema.hpp"
#include "app/commands/serve.hpp"
#include "app/commands/simulate.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

namespace {

constexpr int usage = 2;

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
      return hedgerow::check(file, {.strict = strict, .as_json = as_json}, std::cout);
    if (schema->parsed())
      return hedgerow::print_schema();
    if (simulate->parsed())
      return hedgerow::simulate(simulated, std::cout, std::cerr);
    if (demo->parsed())
      return hedgerow::demo(keep_serving);
  } catch (const std::exception& x) {
    std::cerr << "hedgerow: " << x.what() << '\n';
    return 1;
  }
  return usage;
}
