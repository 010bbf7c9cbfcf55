#pragma once

#include "actors/rules.hpp"
#include "app/config/configuration.hpp"
#include "app/config/yaml.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The file as it was read: the structures of `configuration`, with names where that has what they
/// name. Fresh ones hold the defaults of the reference.
namespace hedgerow::config {

struct route_draft {
  route_config config;
  std::string provider;

  route_draft() {
    config.context = 128'000;
    config.max_output = 16'384;
  }
};

/// A rules file, compiled, and where its answers stand.
struct rules_file {
  std::shared_ptr<const rule_set> rules;
  std::string file;
  std::vector<position> answers;
};

/// A rung that spreads over several routes, by weight.
struct spread_rung {
  std::vector<std::pair<std::string, double>> routes;
  rung_role as = rung_role::equivalent;
};

/// One rung; empty if it could not be read, so that its neighbours keep their index.
struct rung_draft {
  std::variant<std::monostate, model_rung, spread_rung, rules_file, message_rung> what;
};

struct task_draft {
  task config;
  std::string contract;
  std::vector<rung_draft> ladder;

  task_draft() { config.capability = task_capability::classification; }
};

struct contract_draft {
  contract config;
  /// The schema's `format` is an assertion.
  bool formats = false;

  contract_draft() {
    config.format = contract::form::json;
    config.not_empty = true;
  }
};

struct draft {
  server_config server;
  store_config store;
  log_config log;
  std::map<std::string, provider_config> providers;
  std::map<std::string, route_draft> routes;
  std::map<std::string, contract_draft> contracts;
  std::map<std::string, task_draft> tasks;
};

} // namespace hedgerow::config
