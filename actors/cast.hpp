#pragma once

#include "actors/boards.hpp"
#include "actors/interfaces.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hedgerow {

/// Who plays under one policy: the actors that its requests are served by. Immutable; replaced
/// whole when the policy changes or an actor had to be restarted.
struct cast {
  /// By provider and region.
  using domain_map = std::map<std::pair<std::string, std::string>, std::shared_ptr<failure_domain>>;

  std::shared_ptr<const policy> rules;
  std::map<std::string, route_actor, std::less<>> routes;
  std::map<std::string, task_actor, std::less<>> tasks;
  std::map<std::string, std::shared_ptr<route_board>, std::less<>> route_boards;
  std::map<std::string, std::shared_ptr<task_board>, std::less<>> task_boards;
  domain_map domains;
  std::vector<validator_actor> validators;
  std::vector<degrader_actor> degraders;
  recorder_actor recorder;
};

} // namespace hedgerow
