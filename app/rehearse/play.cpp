#include "app/rehearse/play.hpp"

#include "actors/engine.hpp"
#include "actors/messages.hpp"
#include "actors/runtime/virtual_time.hpp"
#include "app/rehearse/arrivals.hpp"
#include "app/rehearse/provider_model.hpp"
#include "app/rehearse/tally.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <utility>

namespace hedgerow {

namespace {

using time_point = virtual_time::time_point;

constexpr std::string_view tool_name = "act";

/// Names each distinct value of `names`.
std::string listed(const std::set<std::string, std::less<>>& names) {
  std::string out;
  for (const auto& x : names)
    out += (out.empty() ? "" : ", ") + x;
  return out.empty() ? "none" : out;
}

/// The form of `x`, and nothing else that an answer would have to be.
std::shared_ptr<const contract> form_of(const std::shared_ptr<const contract>& x) {
  if (!x)
    return nullptr;
  contract out;
  out.name = x->name;
  out.format = x->format;
  out.not_empty = true;
  out.repair = {.syntax = false, .coerce = false};
  if (x->format == contract::form::tool_call)
    out.tools.push_back({.what = {.name = std::string{tool_name}}, .arguments = {}});
  return std::make_shared<const contract>(std::move(out));
}

/// What a model says that meets the contract, or does not.
completion said(const std::shared_ptr<const contract>& must, bool good) {
  completion out;
  const auto form = must ? must->format : contract::form::text;
  if (form == contract::form::tool_call && good) {
    out.tool_calls.push_back({.id = "1", .name = std::string{tool_name}, .arguments = "{}"});
    out.finish = finish_reason::tool_calls;
  } else if (form == contract::form::json) {
    out.text = good ? "{}" : "Here is what was asked for.";
  } else {
    out.text = good ? "ok" : "";
  }
  return out;
}

/// Whether `x` is what a model says that meets the contract.
bool satisfies(const std::shared_ptr<const contract>& must, const completion& x) {
  const auto good = said(must, true);
  return x.text == good.text && x.tool_calls.size() == good.tool_calls.size();
}

class player {
public:
  player(policy rules, const scenario& of, const route_config& primary)
      : of_{of},
        tally_{rules, of.lasts},
        rules_{std::make_unique<policy>(std::move(rules))} {
    for (auto& [name, x] : rules_->routes) {
      models_.emplace_back(of, x.config, primary);
      x.call = [this, route = &x.config, model = models_.size() - 1](
                   model_call call, std::function<void(call_ended)> on_ended) {
        return begin(*route, models_[model], std::move(call), std::move(on_ended));
      };
    }
    for (const auto& x : of.traffic)
      for (const auto& [name, task] : rules_->tasks)
        if (x.task == "*" || x.task == name)
          lines_.push_back({&task, arrivals{x, of.lasts, draws{of.seed + lines_.size()}()}, {}});
    engine_options options;
    options.seed = of.seed;
    options.sinks.request_over = [this](const record& x) {
      tally_.request_over(x, requests_[request_of(*x.about)].at);
    };
    options.sinks.breaker_moved = [this](const breaker_moved& x) { tally_.moved(x, passed()); };
    engine_ = std::make_unique<engine>(time_.system, *rules_, std::move(options));
  }

  rehearsal play() {
    for (std::size_t i = 0; i < lines_.size(); ++i)
      expect(i);
    time_.run();
    while (!agenda_.empty() || engine_->in_flight() > 0)
      step();
    engine_.reset();
    time_.run();
    return tally_.figures();
  }

private:
  /// What happens next, outside of the engine.
  struct due {
    enum class kind : std::uint8_t { arrival, content, end, stop };

    time_point at;
    std::uint64_t order = 0;
    kind what = kind::arrival;
    /// Of an arrival: the line; else the call's place.
    std::uint32_t place = 0;
    std::uint32_t number = 0;

    bool operator>(const due& x) const { return at != x.at ? at > x.at : order > x.order; }
  };

  struct line {
    const task* asks;
    arrivals from;
    arriving next;
  };

  struct asked {
    microseconds at{0};
    const task* of = nullptr;
    std::int32_t input_tokens = 0;
    std::int32_t output_tokens = 0;
    std::uint16_t calls = 0;
    microseconds heard{-1};
  };

  /// A call under way. Its place is used again, its number is not.
  struct flight {
    std::uint32_t number = 0;
    std::function<void(call_ended)> on_ended;
    std::function<void(stream_piece)> on_piece;
    std::shared_ptr<stream_window> window;
    call_ended how;
  };

  static std::size_t request_of(const question& x) {
    return static_cast<std::size_t>(*x.ask.params.seed);
  }

  microseconds passed() const {
    return std::chrono::duration_cast<microseconds>(time_.now() - began_);
  }

  void plan(time_point at, due::kind what, std::uint32_t place, std::uint32_t number = 0) {
    agenda_.push({at, ++order_, what, place, number});
  }

  void expect(std::size_t place) {
    if (auto next = lines_[place].from.next()) {
      lines_[place].next = *next;
      plan(began_ + next->at, due::kind::arrival, static_cast<std::uint32_t>(place));
    }
  }

  void step() {
    const auto timer = time_.next_due();
    if (agenda_.empty() || (timer && *timer < agenda_.top().at)) {
      time_.advance_to(timer.value_or(time_.now()));
      return;
    }
    const auto now = agenda_.top();
    agenda_.pop();
    time_.advance_to(now.at);
    carry_out(now);
    time_.run();
  }

  void carry_out(const due& x) {
    if (x.what == due::kind::arrival) {
      submit(lines_[x.place]);
      return expect(x.place);
    }
    auto& call = flights_[x.place];
    if (call.number != x.number)
      return; // It has ended.
    if (x.what == due::kind::content) {
      const auto& text = std::get<completion>(call.how.what).text;
      call.window->sent(text.size());
      return call.on_piece({.text = text, .content = true, .progress = true});
    }
    auto over = std::exchange(call, {});
    free_.push_back(x.place);
    if (x.what == due::kind::stop)
      over.how = {.what = cancelled{}};
    over.on_ended(std::move(over.how));
  }

  void submit(const line& from) {
    const auto index = requests_.size();
    requests_.push_back({from.next.at, from.asks, static_cast<std::int32_t>(from.next.input_tokens),
                         static_cast<std::int32_t>(from.next.output_tokens)});
    request x;
    x.id = std::to_string(index);
    x.task = from.asks->name;
    message words;
    constexpr std::size_t bytes_of_token = 4; // As `estimated_input_tokens` counts them.
    words.parts.push_back(
        {.text =
             std::string(static_cast<std::size_t>(from.next.input_tokens) * bytes_of_token, 'x')});
    x.ask.messages.push_back(std::move(words));
    x.input = "x"; // Rules see no more of it, and it need not be as long.
    x.ask.params.seed = static_cast<std::int64_t>(index);
    if (from.next.streamed)
      x.on_text = [this, index](const stream_text& piece) {
        if (requests_[index].heard.count() < 0)
          requests_[index].heard = passed();
        if (piece.window)
          piece.window->taken(piece.text.size());
      };
    engine_->submit(std::move(x), [this, index](const answer& got) { hear(index, got); });
  }

  void hear(std::size_t index, const answer& got) {
    if (got.ended != outcome::answered)
      return;
    const auto& x = requests_[index];
    const auto until = x.heard.count() < 0 ? passed() : x.heard;
    tally_.answered(x.of->name, x.at, until - x.at, satisfies(x.of->must, got.what));
  }

  stop_call begin(const route_config& route, provider_model& model, model_call call,
                  std::function<void(call_ended)> on_ended) {
    const auto index = static_cast<std::size_t>(*call.ask->params.seed);
    auto& about = requests_[index];
    const auto most = std::min(call.max_tokens.value_or(about.output_tokens),
                               call.ask->params.max_tokens.value_or(about.output_tokens));
    const auto output = std::min<std::int64_t>(about.output_tokens, most);
    auto reply = model.reply({passed(), index, about.calls++, output});

    const auto place = claim();
    auto& x = flights_[place];
    x.on_ended = std::move(on_ended);
    x.how = outcome_of(reply, about, *call.ask, output);
    x.how.times.total = reply.after;
    auto* good = std::get_if<completion>(&x.how.what);
    if (good && output < about.output_tokens)
      good->finish = finish_reason::length;
    const auto is_streamed = call.on_piece && good;
    x.on_piece = std::move(call.on_piece);
    x.window = std::move(call.window);
    if (is_streamed)
      x.how.times.first_content = reply.first_content;
    const auto too_late = limit(reply, call.total, route.timeout.first_token, is_streamed);
    if (too_late)
      x.how = {.what = failure{.kind = failure_class::latency, .reason = "no answer in time"}};
    else if (is_streamed && !good->text.empty())
      plan(time_.now() + reply.first_content, due::kind::content, place, x.number);
    plan(time_.now() + reply.after, due::kind::end, place, x.number);
    return [this, place, number = x.number] { plan(time_.now(), due::kind::stop, place, number); };
  }

  /// Ends `x` where its transport would give up; whether it does.
  static bool limit(modelled_reply& x, milliseconds total, milliseconds first_token,
                    bool is_streamed) {
    const auto is_silent = x.what == modelled_reply::kind::silent;
    if (is_streamed && (is_silent || x.first_content > first_token) && first_token < total) {
      x.after = first_token;
      return true;
    }
    if (!is_silent && x.after <= total)
      return false;
    x.after = total;
    return true;
  }

  static call_ended outcome_of(const modelled_reply& x, const asked& about, const prompt& ask,
                               std::int64_t output) {
    if (x.what == modelled_reply::kind::failed)
      return {.what = x.why, .status = x.why.status};
    auto words = said(about.of->must, x.what == modelled_reply::kind::good);
    const auto as_it_came = ask.messages.size() == 1;
    words.usage = {.input = as_it_came ? about.input_tokens : estimated_input_tokens(ask),
                   .output = output};
    return {.what = std::move(words), .status = 200};
  }

  std::uint32_t claim() {
    if (free_.empty()) {
      flights_.emplace_back();
      free_.push_back(static_cast<std::uint32_t>(flights_.size() - 1));
    }
    const auto out = free_.back();
    free_.pop_back();
    flights_[out].number = ++calls_;
    return out;
  }

  const scenario& of_;
  virtual_time time_;
  time_point began_ = time_.now();
  tally tally_;
  std::unique_ptr<policy> rules_;
  std::deque<provider_model> models_;
  std::vector<line> lines_;
  std::priority_queue<due, std::vector<due>, std::greater<>> agenda_;
  std::uint64_t order_ = 0;
  std::deque<asked> requests_;
  std::deque<flight> flights_;
  std::vector<std::uint32_t> free_;
  std::uint32_t calls_ = 0;
  std::unique_ptr<engine> engine_;
};

/// The first route of the first task that `of` has traffic for; null if there is none.
const route_config* primary_of(const configuration& x, const scenario& of) {
  for (const auto& line : of.traffic)
    for (const auto& [name, task] : x.tasks)
      if (line.task == "*" || line.task == name)
        for (const auto& rung : task.ladder)
          if (const auto* model = std::get_if<model_rung>(&rung))
            return &x.routes.find(model->route)->second;
  return nullptr;
}

/// What the scenario names and the policy does not have.
std::optional<error> unknown_name(const configuration& x, const scenario& of) {
  std::set<std::string, std::less<>> tasks;
  std::set<std::string, std::less<>> routes;
  std::set<std::string, std::less<>> providers;
  std::set<std::string, std::less<>> regions;
  for (const auto& [name, task] : x.tasks)
    tasks.insert(name);
  for (const auto& [name, route] : x.routes) {
    routes.insert(name);
    providers.insert(route.provider.name);
    regions.insert(route.region);
  }
  const auto missing = [](std::string_view what, const std::string& name, const auto& known) {
    return error{errc::config_invalid,
                 "The scenario names the " + std::string{what} + " '" + name
                     + "', which the policy does not have; it has: " + listed(known) + ".",
                 {}};
  };
  for (const auto& line : of.traffic)
    if (line.task != "*" && !tasks.contains(line.task))
      return missing("task", line.task, tasks);
  for (const auto& [name, pace] : of.paces)
    if (name != "*" && !routes.contains(name))
      return missing("route", name, routes);
  for (const auto& [name, price] : of.prices)
    if (!routes.contains(name))
      return missing("route", name, routes);
  for (const auto& event : of.events) {
    if (event.on.what == event_target::kind::all || event.on.name == "primary")
      continue;
    const auto is = event.on.what;
    const auto& known = is == event_target::kind::route      ? routes
                        : is == event_target::kind::provider ? providers
                                                             : regions;
    if (!known.contains(event.on.name))
      return missing(is == event_target::kind::route      ? "route"
                     : is == event_target::kind::provider ? "provider"
                                                          : "region",
                     event.on.name, known);
  }
  return std::nullopt;
}

policy modelled(const configuration& x, const scenario& of) {
  policy out;
  for (const auto& [name, route] : x.routes) {
    auto& setup = out.routes.emplace(name, route_setup{route, {}}).first->second;
    if (const auto price = of.prices.find(name); price != of.prices.end())
      setup.config.cost = price->second;
  }
  out.tasks = x.tasks;
  for (auto& [name, task] : out.tasks) {
    task.must = form_of(task.must);
    task.input.shape.reset();
    task.params.seed.reset();
  }
  return out;
}

} // namespace

result<rehearsal> play(const configuration& x, const scenario& of) {
  if (auto wrong = unknown_name(x, of))
    return *wrong;
  const auto* primary = primary_of(x, of);
  if (!primary)
    return error{
        errc::config_invalid, "The scenario has no traffic for a task that calls a model.", {}};
  auto out = player{modelled(x, of), of, *primary}.play();
  out.scenario = of.name;
  out.about = of.about;
  out.seed = of.seed;
  for (const auto& event : of.events)
    out.events.push_back({event.from, event.until + event.fades, words_for(event, *primary)});
  return out;
}

} // namespace hedgerow
