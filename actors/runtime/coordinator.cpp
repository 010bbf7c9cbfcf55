#include "actors/runtime/coordinator.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>

#include <cstddef>
#include <utility>

namespace asio = boost::asio;

namespace hedgerow {

namespace {

/// How many actors take their turn before Asio's own completions are looked at again.
constexpr std::size_t turns_max = 64;

} // namespace

thread_local coordinator::place coordinator::here_;

coordinator::coordinator(caf::actor_system& system, thread_plan plan)
    : abstract_coordinator{system},
      plan_{std::move(plan)},
      clock_{*plan_.contexts.at(0), work_},
      unit_{*this, system} {}

coordinator::~coordinator() = default;

void coordinator::enqueue(caf::resumable* job) {
  if (here_.owner == this && here_.next != nullptr)
    here_.next->push_back(job);
  else
    post(job);
}

void coordinator::post(caf::resumable* job) {
  auto& io = context_for_this_thread();
  asio::post(io, [this, &io, job, share = work_count::share{work_}] { drain(io, job); });
}

asio::io_context& coordinator::context_for_this_thread() {
  if (here_.owner == this)
    return *here_.context;
  // A completion handler on a lent thread stands outside of `drain`.
  for (auto* io : plan_.contexts)
    if (io->get_executor().running_in_this_thread())
      return *io;
  return *plan_.contexts[next_.fetch_add(1, std::memory_order_relaxed) % plan_.contexts.size()];
}

void coordinator::drain(asio::io_context& io, caf::resumable* first) {
  batch all{first};
  const auto before = std::exchange(here_, place{this, &io, &all});
  let_take_turns(all);
  here_ = before;
  // CAF notes its logger on every thread that spawns, and waits at the system's end until the last
  // thread has forgotten it. Threads of our own end before that; a lent one may live on.
  if (plan_.lent)
    caf::logger::set_current_actor_system(nullptr);
}

void coordinator::let_take_turns(batch& all) {
  std::size_t turn = 0;
  for (; turn < all.size() && turn < turns_max && !here_.gives_way; ++turn)
    take_turn(all[turn]);
  here_.gives_way = false;
  here_.next = nullptr;
  for (; turn < all.size(); ++turn)
    post(all[turn]);
}

void coordinator::take_turn(caf::resumable* job) {
  if (job->resume(&unit_, max_throughput()) != caf::resumable::resume_later) {
    caf::intrusive_ptr_release(job);
    return;
  }
  // It has used up its share and would like more: not before Asio's completions have had theirs.
  post(job);
}

void coordinator::start() {
  if (!plan_.lent) {
    for (auto* io : plan_.contexts)
      threads_.emplace_back([this, io, guard = asio::make_work_guard(*io)] {
        here_ = place{this, io, nullptr};
        io->run();
      });
  }
  abstract_coordinator::start();
}

void coordinator::stop() {
  stop_actors();
  clock_.close();
  let_running_handlers_finish();
  work_.wait();
  if (plan_.lent)
    return;
  for (auto* io : plan_.contexts)
    io->stop();
  for (auto& thread : threads_)
    thread.join();
}

/// An actor that ends because a completion handler let go of its last handle counts as ended some
/// steps before it has left this coordinator's clock.
void coordinator::let_running_handlers_finish() {
  for (auto* io : plan_.contexts)
    asio::post(*io, [share = work_count::share{work_}] {});
}

turns_at_once::turns_at_once() {
  auto& here = coordinator::here_;
  if (here.owner == nullptr || here.next != nullptr)
    return;
  owner_ = here.owner;
  here.next = &woken_;
}

turns_at_once::~turns_at_once() {
  if (owner_ != nullptr)
    owner_->let_take_turns(woken_);
}

void give_way() { coordinator::here_.gives_way = coordinator::here_.next != nullptr; }

} // namespace hedgerow
