#pragma once

#include "actors/runtime/clock.hpp"
#include "actors/runtime/work_count.hpp"

#include <boost/asio/io_context.hpp>

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace hedgerow {

/// Where actors run.
struct thread_plan {
  /// One thread runs each. They outlive the actor system; at least one.
  std::vector<boost::asio::io_context*> contexts;
  /// False: the coordinator starts a thread per context. True: somebody else runs them, and keeps
  /// running them until the actor system has ended.
  bool lent = false;
};

/// Runs actors on Asio threads. An actor takes its turn on the context of the thread that woke it,
/// so that a request stays where its sockets are; threads without a context use all in turn.
class coordinator final : public caf::scheduler::abstract_coordinator {
public:
  coordinator(caf::actor_system& system, thread_plan plan);
  ~coordinator() override;

  /// Takes over one reference to `job`. Any thread may call.
  void enqueue(caf::resumable* job) override;

  runtime_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;

  /// Waits until no handler of ours is left in any context; joins the threads it started.
  void stop() override;

private:
  /// Sends what a running actor wakes back to the coordinator, from whatever thread it runs on.
  class unit final : public caf::execution_unit {
  public:
    unit(coordinator& owner, caf::actor_system& system)
        : caf::execution_unit{&system},
          owner_{owner} {}
    void exec_later(caf::resumable* job) override { owner_.enqueue(job); }

  private:
    coordinator& owner_;
  };

  /// Jobs that follow each other without a way through Asio.
  using batch = std::vector<caf::resumable*>;

  /// What a thread is doing for which coordinator. An embedder's thread may serve several.
  struct place {
    coordinator* owner = nullptr;
    boost::asio::io_context* context = nullptr;
    /// Set while actors take turns, or wait for it: where those go that are woken meanwhile.
    batch* next = nullptr;
    /// What is left of the batch goes by way of Asio.
    bool gives_way = false;
  };

  friend class turns_at_once;
  friend void give_way();

  void post(caf::resumable* job);
  void drain(boost::asio::io_context& io, caf::resumable* first);
  void let_take_turns(batch& all);
  void take_turn(caf::resumable* job);
  boost::asio::io_context& context_for_this_thread();
  void let_running_handlers_finish();

  static thread_local place here_;

  const thread_plan plan_;
  work_count work_;
  runtime_clock clock_;
  unit unit_;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;
};

/// Stands in a completion handler that has come to its end: the actors that the handler wakes take
/// their turns before it is gone, on the same thread, where otherwise each would wait for another
/// round of the context. Whoever makes one must bear that anything happens in its destructor.
/// Does nothing within an actor's turn and on a thread that no coordinator has started.
class turns_at_once {
public:
  turns_at_once();
  ~turns_at_once();
  turns_at_once(const turns_at_once&) = delete;
  turns_at_once& operator=(const turns_at_once&) = delete;

private:
  coordinator* owner_ = nullptr;
  coordinator::batch woken_;
};

/// Within an actor's turn: what has come to Asio by now is not to wait for other actors' turns,
/// only for the end of this one. For whoever has just handed out what somebody waits for.
void give_way();

} // namespace hedgerow
