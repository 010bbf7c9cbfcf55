#include "app/simulator/behaviour_reader.hpp"

#include "app/simulator/content_reader.hpp"
#include "app/simulator/delivery_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::simulated {

namespace {

constexpr std::size_t bytes_max = 64u << 20;

bool is_token(std::string_view x) {
  return !x.empty() && std::ranges::all_of(x, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c))
                  != std::string_view::npos;
  });
}

/// Reads one step. Every part that is wrong is reported and left out.
class reader {
public:
  reader(fields& from, findings_of_file& found, const std::filesystem::path& folder)
      : from_{from},
        found_{found},
        said_{read_content(from, found, folder)} {}

  behaviour read() {
    made_.says = std::move(said_.says);
    const auto status = from_.whole("status", 200, 599);
    made_.status = static_cast<int>(status.value_or(200));
    status_read_ = status || !from_.has("status");
    made_.headers = read_headers();
    made_.wait = read_latency(from_, "latency", found_);
    made_.pace = read_drip(from_, found_);
    made_.reset_after = from_.whole("reset", 0, bytes_max);
    made_.cut_after = from_.whole("cut", 0, bytes_max);
    made_.silent = from_.flag("silence");
    if (const auto* x = from_.take("stream"))
      made_.stream = read_telling(*x, from_.key_of("stream"), found_);
    made_.prefill = read_prefill();
    check();
    return std::move(made_);
  }

private:
  prefill_habit read_prefill() {
    const auto habit = from_.text("prefill");
    if (habit == "refuse")
      return prefill_habit::refuse;
    if (habit == "continue")
      return prefill_habit::resume;
    if (habit)
      from_.report("prefill", "has to be refuse or continue");
    return prefill_habit::ignore;
  }

  http_headers read_headers() {
    const auto* x = from_.take("headers");
    if (!x)
      return {};
    http_headers all;
    fields members{*x, from_.key_of("headers"), found_};
    for (const auto& item : x->items) {
      members.take(item.key);
      if (auto problem = problem_of(item); !problem.empty())
        members.report(item.key, std::move(problem));
      else
        all.emplace_back(item.key, item.text);
    }
    members.finish();
    return all;
  }

  static std::string problem_of(const config::node& field) {
    constexpr std::array<std::string_view, 3> own{"content-length", "transfer-encoding",
                                                  "connection"};
    if (!is_token(field.key))
      return "is not a header name";
    if (std::ranges::any_of(own, [&](auto name) { return same_name(name, field.key); }))
      return "is the simulator's own; use `cut` for a body that ends early";
    if (!field.is_scalar())
      return "has to be a text";
    if (field.text.find_first_of("\r\n") != std::string::npos)
      return "has to be a text of one line";
    return {};
  }

  /// What contradicts itself, or would say nothing.
  void check() {
    if (made_.silent)
      return check_silence();
    if (made_.reset_after && made_.cut_after)
      from_.report("cut", "goes not with `reset`: a connection ends once");
    check_answers_own();
    if (!said_.ways.empty()) {
      if (said_.answered && made_.status >= 300)
        from_.report("status", "an answer comes with a status from 200 to 299");
      return;
    }
    if (made_.status >= 300)
      made_.says = provider_error{};
    else if (made_.reset_after != 0u && status_read_)
      from_.report(from_.has("status") ? "status" : "answer",
                   "a step needs `answer`, `tool_call`, `refusal`, `error`, `malformed`, `body`, "
                   "`replay`, `silence`, `reset: 0` or an error `status`");
  }

  /// Only an answer is streamed, and goes on from a prefill.
  void check_answers_own() {
    const bool answers = !said_.ways.empty() && std::holds_alternative<answer>(made_.says);
    for (const auto* name : {"stream", "prefill"})
      if (from_.has(name) && !answers)
        from_.report(name, "has a meaning only beside an answer");
  }

  void check_silence() {
    for (const auto* name :
         {"status", "headers", "latency", "drip", "reset", "cut", "stream", "prefill"})
      if (from_.has(name))
        from_.report(name, "has no meaning beside `silence`");
    if (!said_.ways.empty())
      from_.report(said_.ways.front(), "has no meaning beside `silence`");
  }

  fields& from_;
  findings_of_file& found_;
  said_by_step said_;
  behaviour made_;
  bool status_read_ = false;
};

} // namespace

behaviour read_behaviour(fields& from, findings_of_file& found,
                         const std::filesystem::path& folder) {
  return reader{from, found, folder}.read();
}

} // namespace hedgerow::simulated
