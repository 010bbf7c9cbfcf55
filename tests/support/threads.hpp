#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <thread>
#include <vector>

/// Waiting for other threads without sleeping.
namespace hedgerow::test {

/// The value of `x`. A test that would wait for ever fails instead.
template <class T>
T soon(std::future<T> x) {
  REQUIRE(x.wait_for(std::chrono::seconds{60}) == std::future_status::ready);
  return x.get();
}

/// Returns when each context's thread has finished what it was doing.
inline void settle(const std::vector<boost::asio::io_context*>& contexts) {
  for (auto* io : contexts) {
    std::promise<void> reached;
    auto done = reached.get_future();
    boost::asio::post(*io, [&] { reached.set_value(); });
    done.wait();
  }
}

/// Contexts that an embedder runs, one thread each, until the end of the scope.
class lent_threads {
public:
  explicit lent_threads(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      owned_.push_back(std::make_unique<boost::asio::io_context>(1));
      contexts.push_back(owned_.back().get());
      threads_.emplace_back([io = contexts.back(),
                             guard = boost::asio::make_work_guard(*owned_.back())] { io->run(); });
    }
  }

  ~lent_threads() {
    for (auto* io : contexts)
      io->stop();
    for (auto& thread : threads_)
      thread.join();
  }

  lent_threads(const lent_threads&) = delete;
  lent_threads& operator=(const lent_threads&) = delete;

  std::vector<boost::asio::io_context*> contexts;

private:
  std::vector<std::unique_ptr<boost::asio::io_context>> owned_;
  std::vector<std::thread> threads_;
};

} // namespace hedgerow::test
