#pragma once

#include "tests/actors/load.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace hedgerow {
class runtime;
} // namespace hedgerow

namespace hedgerow::test {

/// Supervisors, routes and validators in miniature, passing requests on as the real ones do: the
/// route keeps the promise while an Asio timer plays the model, then delegates to the validator.
/// Routes and validators crash now and then, and are replaced.
class stress_stubs {
public:
  explicit stress_stubs(runtime& world);
  ~stress_stubs();
  stress_stubs(const stress_stubs&) = delete;
  stress_stubs& operator=(const stress_stubs&) = delete;

  /// Requires: not left.
  load_target target() const;

  /// How many actors have crashed and were replaced.
  std::uint64_t crashes() const;

  /// Sends everybody home; the runtime can stop afterwards.
  void leave();

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace hedgerow::test
