#pragma once

#include "app/simulator/script.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a simulator is to do and what came of it, shared between the thread that serves and those
/// that change the weather or look at the calls.
namespace hedgerow::simulated {

using time_point = std::chrono::steady_clock::time_point;

/// How a call ended.
enum class ending : std::uint8_t {
  waiting,       ///< Not yet.
  answered,      ///< All of the reply was written.
  rejected,      ///< The request itself was wrong: 400, 401, 404, 405, 413.
  client_closed, ///< The client left before it had the whole reply.
  reset,         ///< As scripted.
  cut,           ///< As scripted.
  stopped,       ///< The simulator was stopped.
};

std::string_view to_string(ending x);

/// One call, as the provider saw it.
struct call {
  /// As the caller named it; empty if the request did not say.
  std::string model;
  /// Of this model since the simulator began, from 1; 0 if the call was rejected.
  std::uint64_t number = 0;
  time_point arrived;
  /// When its end was noticed; of a closed client, that of the close.
  time_point ended;
  /// Of the reply, sent or intended.
  int status = 0;
  /// In whose words it asked: `openai`, `anthropic` or `gemini`; empty if that was not to be seen.
  std::string_view dialect;
  /// It asked for a stream.
  bool stream = false;
  /// Its last message was the assistant's own, to be continued.
  bool prefilled = false;
  /// Events of a stream that were sent; signs of life do not count.
  std::size_t events = 0;
  /// A header with the caller's key was there.
  bool authorization = false;
  /// Of the request, if kept: the values of keys are left out, the body is cut to size.
  http_headers headers;
  std::string body;
  /// The last of the request's messages as compact JSON, kept as the body is.
  std::string last_message;
  /// The official SDKs' own count of their retries, as they send it; empty if they do not.
  std::string retry_count;
  /// Of the reply, head included.
  std::size_t bytes_sent = 0;
  ending how = ending::waiting;

  /// From arrival to the end.
  std::chrono::microseconds took() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(ended - arrived);
  }
};

/// Calls by how they stand.
struct tally {
  std::uint64_t waiting = 0;
  std::uint64_t answered = 0;
  std::uint64_t rejected = 0;
  std::uint64_t client_closed = 0;
  std::uint64_t reset = 0;
  std::uint64_t cut = 0;
  std::uint64_t stopped = 0;
  /// Events of streams that were sent.
  std::uint64_t events = 0;

  /// All of them.
  std::uint64_t arrived() const {
    return waiting + answered + rejected + client_closed + reset + cut + stopped;
  }
};

/// The book of a simulator. Every member may be called from any thread. It has a lock, unlike the
/// rest of the program: tests and the demo look and change from outside and need the answer at
/// once.
class ledger {
  struct place;

public:
  /// A call in the book; whoever serves the call holds it.
  class entry {
  public:
    /// Of the model, from 1.
    std::uint64_t number = 0;
    /// What is to be done.
    reaction then;

  private:
    friend ledger;
    std::uint64_t id_ = 0;
    place* at_ = nullptr;
    ending how_ = ending::waiting;
  };

  /// Keeps the last `calls_kept` calls.
  ledger(script what, std::size_t calls_kept, time_point now);

  /// Changes the steps of `model` from the next call on; its calls and its time count from 0 again.
  /// Calls that wait already keep what they were given. Requires: `to` is not empty.
  void set(const std::string& model, steps to, time_point now);

  /// Enters a call, gives it its number and status, and says what is to be done with it. Nothing:
  /// there is no such model.
  std::optional<entry> admit(call& x);

  /// Enters a call that was turned away.
  void reject(const call& x);

  /// Notes that one more event of a stream goes out.
  void tell(entry& x);

  /// Notes how a call ended. A second note corrects the first.
  void end(entry& x, ending how, std::size_t bytes_sent, time_point now);

  /// The calls kept, in order of arrival.
  std::vector<call> calls() const;

  /// Of one model of the script (`*`: those without steps of their own), and of all calls.
  tally count(std::string_view model) const;
  tally count() const;

  /// Blocks until `count()` satisfies `enough`, at most `limit`. Says whether it does.
  bool wait_for(const std::function<bool(const tally&)>& enough,
                std::chrono::milliseconds limit) const;

private:
  /// Where a model of the script stands.
  struct place {
    std::uint64_t calls_since_set = 0;
    std::uint64_t calls = 0;
    std::uint64_t changes = 0;
    time_point set_at;
    tally all;
  };

  place& place_of(std::string_view model);
  call* kept(const entry& x);
  std::uint64_t keep(const call& x);

  mutable std::mutex guard_;
  mutable std::condition_variable changed_;
  script script_;
  /// Never shrinks: entries point into it.
  std::map<std::string, place, std::less<>> places_;
  tally all_;
  std::deque<call> kept_;
  std::size_t calls_kept_;
  /// Of the first call in `kept_`.
  std::uint64_t first_id_ = 0;
};

} // namespace hedgerow::simulated
