#pragma once

#include "actors/interfaces.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hedgerow {

/// Who plays under one policy: the actors that its requests are served by. Immutable; replaced
/// whole when the policy changes or an actor had to be restarted.
struct cast {
  std::shared_ptr<const policy> rules;
  std::map<std::string, route_actor, std::less<>> routes;
  std::map<std::string, task_actor, std::less<>> tasks;
  std::vector<validator_actor> validators;
  std::vector<degrader_actor> degraders;
  recorder_actor recorder;
};

} // namespace hedgerow
