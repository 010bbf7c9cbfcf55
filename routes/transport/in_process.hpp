#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/transport.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace hedgerow {

/// Answers one call of a `model_function`. Copies answer the same call. The first answer counts,
/// later ones and those to a cancelled call are dropped. Callable from any thread.
class responder {
public:
  void complete(completion answer) const;

  void fail(failure why) const;

  /// Whether nobody waits any longer: the call was stopped or its time is over.
  bool cancelled() const;

  /// Has `callback` invoked once when the call is cancelled, at once if it already is. It runs on
  /// the call's context and is forgotten when the call ends otherwise.
  void on_cancel(std::function<void()> callback) const;

private:
  struct ticket;
  struct pending;

  explicit responder(std::shared_ptr<const ticket> which) : ticket_{std::move(which)} {}

  std::shared_ptr<const ticket> ticket_;

  friend transport in_process(std::vector<boost::asio::io_context*>,
                              std::function<void(model_call, responder)>);
};

/// A model that is a C++ function. It is invoked on the transport's contexts, on several at once,
/// so it must neither block nor throw; it may answer at once or later, from any thread. When the
/// last copy of its responder is gone without an answer, the call has failed.
using model_function = std::function<void(model_call, responder)>;

/// Reaches a model inside the program. The total time of a call is enforced here.
/// Requires: each of `contexts` is run by at most one thread, and runs until every call has ended.
transport in_process(std::vector<boost::asio::io_context*> contexts, model_function model);

} // namespace hedgerow
