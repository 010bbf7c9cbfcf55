#include "routes/transport/in_process.hpp"
#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/post.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// One context on a thread. Its end shows that no call was left open.
struct in_process_world {
  in_process_world() : runner{[this] { io.run(); }} {}

  ~in_process_world() {
    guard.reset();
    runner.join();
  }

  in_process_world(const in_process_world&) = delete;
  in_process_world& operator=(const in_process_world&) = delete;

  /// Starts a call of `model` whose ends all go to `ended`.
  stop_call start(model_function model, std::chrono::milliseconds total = 1h) {
    auto ask = std::make_shared<prompt>();
    ask->messages.emplace_back().parts.emplace_back().text = "hi";
    const auto call = in_process({&io}, std::move(model));
    model_call what;
    what.ask = std::move(ask);
    what.total = total;
    return call(std::move(what), [this](call_ended x) { ended.put(std::move(x)); });
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  inbox<call_ended> ended;
  std::thread runner;
};

completion saying(std::string text) {
  completion out;
  out.text = std::move(text);
  return out;
}

/// A function that keeps its responder for the test to use.
model_function keeping(inbox<responder>& kept) {
  return [&kept](const model_call&, responder x) { kept.put(std::move(x)); };
}

std::string text_of(const call_ended& x) { return std::get<completion>(x.what).text; }

failure failure_of(const call_ended& x) { return std::get<failure>(x.what); }

bool is_cancelled(const call_ended& x) { return std::holds_alternative<cancelled>(x.what); }

} // namespace

TEST_CASE("a function answers at once, but not from inside the call", "[in_process]") {
  in_process_world world;
  std::mutex starting;
  std::unique_lock inside{starting};
  world.start([&starting](const model_call& call, const responder& answer) {
    std::lock_guard after_start{starting};
    answer.complete(saying(call.ask->messages.front().parts.front().text + " there"));
  });
  inside.unlock();
  CHECK(text_of(world.ended.next()) == "hi there");
}

TEST_CASE("a call from its own context does not end inside the call either", "[in_process]") {
  in_process_world world;
  inbox<std::string> steps;
  boost::asio::post(world.io, [&] {
    const auto call =
        in_process({&world.io}, [](const model_call&, auto x) { x.complete(saying("x")); });
    call({}, [&steps](const call_ended&) { steps.put("ended"); });
    steps.put("started");
  });
  CHECK(steps.next() == "started");
  CHECK(steps.next() == "ended");
}

TEST_CASE("a function answers later and from any thread", "[in_process]") {
  in_process_world world;
  inbox<responder> kept;
  world.start(keeping(kept));
  const auto answer = kept.next();
  CHECK(!answer.cancelled());
  std::thread other{[answer] { answer.complete(saying("later")); }};
  const auto ended = world.ended.next();
  other.join();
  CHECK(text_of(ended) == "later");
  CHECK(ended.times.total.count() > 0);
}

TEST_CASE("a function's failure is the call's", "[in_process]") {
  in_process_world world;
  world.start([](const model_call&, const responder& answer) {
    failure why;
    why.kind = failure_class::rate_limit;
    why.reason = "too many";
    answer.fail(why);
  });
  const auto ended = world.ended.next();
  CHECK(failure_of(ended).kind == failure_class::rate_limit);
  CHECK(failure_of(ended).reason == "too many");
}

TEST_CASE("only the first answer counts", "[in_process]") {
  in_process_world world;
  inbox<responder> kept;
  const auto stop = world.start([&kept](const model_call&, const responder& answer) {
    answer.complete(saying("first"));
    answer.complete(saying("second"));
    answer.fail({});
    kept.put(answer);
  });
  CHECK(text_of(world.ended.next()) == "first");
  const auto late = kept.next();
  late.complete(saying("third"));
  stop();
  CHECK(!late.cancelled());
  world.start([](const model_call&, const responder& answer) { answer.complete(saying("next")); });
  CHECK(text_of(world.ended.next()) == "next");
}

TEST_CASE("a responder that is let go without an answer fails the call", "[in_process]") {
  in_process_world world;
  world.start([](const model_call&, const responder&) {});
  CHECK(failure_of(world.ended.next()).kind == failure_class::transport);
  inbox<responder> kept;
  world.start(keeping(kept));
  { const auto gone = kept.next(); }
  const auto ended = world.ended.next();
  CHECK(failure_of(ended).kind == failure_class::transport);
  CHECK_THAT(failure_of(ended).reason, Catch::StartsWith("dropped"));
}

TEST_CASE("a function learns that its call was stopped", "[in_process]") {
  in_process_world world;
  inbox<responder> kept;
  inbox<std::string> heard;
  const auto stop = world.start(keeping(kept));
  const auto answer = kept.next();
  answer.on_cancel([&heard] { heard.put("first"); });
  answer.on_cancel([&heard] { heard.put("second"); });
  stop();
  stop();
  CHECK(is_cancelled(world.ended.next()));
  CHECK(heard.next() == "first");
  CHECK(heard.next() == "second");
  CHECK(answer.cancelled());
  answer.on_cancel([&heard] { heard.put("late"); });
  CHECK(heard.next() == "late");
  answer.complete(saying("too late"));
  world.start([](const model_call&, const responder& x) { x.complete(saying("next")); });
  CHECK(text_of(world.ended.next()) == "next");
}

TEST_CASE("a stopped call ends though its function goes on", "[in_process]") {
  in_process_world world;
  inbox<responder> kept;
  const auto stop = world.start(keeping(kept));
  const auto answer = kept.next();
  stop();
  CHECK(is_cancelled(world.ended.next()));
}

TEST_CASE("a function that takes too long is late and cancelled", "[in_process]") {
  in_process_world world;
  inbox<responder> kept;
  inbox<std::string> heard;
  world.start(keeping(kept), 20ms);
  const auto answer = kept.next();
  answer.on_cancel([&heard] { heard.put("cancelled"); });
  const auto ended = world.ended.next();
  CHECK(failure_of(ended).kind == failure_class::latency);
  CHECK(failure_of(ended).reason == "no answer within 20 ms");
  CHECK(heard.next() == "cancelled");
  CHECK(answer.cancelled());
}

TEST_CASE("answers, drops and stops from many threads end each call once", "[in_process]") {
  in_process_world world;
  int ends = 0;
  for (int i = 0; i < 200; ++i) {
    inbox<responder> kept;
    const auto stop = world.start(keeping(kept));
    std::thread completer{[answer = kept.next()] {
      answer.on_cancel([] {});
      answer.complete(saying("x"));
    }};
    std::thread stopper{stop};
    world.ended.next();
    ++ends;
    completer.join();
    stopper.join();
  }
  world.start([](const model_call&, const responder& x) { x.complete(saying("last")); });
  CHECK(text_of(world.ended.next()) == "last");
  CHECK(ends == 200);
}

TEST_CASE("a responder may outlive its context", "[in_process]") {
  inbox<responder> kept;
  stop_call stop;
  {
    boost::asio::io_context io{1};
    const auto call = in_process({&io}, keeping(kept));
    stop = call({}, [](const call_ended&) {});
    io.poll();
  }
  const auto answer = kept.next();
  answer.complete(saying("x"));
  stop();
  CHECK(!answer.cancelled());
}
