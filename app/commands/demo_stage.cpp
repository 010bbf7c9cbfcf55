#include "app/commands/demo_stage.hpp"

#include "app/config/read.hpp"
#include "app/story.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <stdexcept>

namespace hedgerow {

namespace asio = boost::asio;

namespace {

constexpr std::array models{"compact", "backup", "large"};

constexpr std::array tickets{
    "I was charged twice for my invoice.",
    "I cannot sign in since this morning. It says my password is wrong.",
    "The export button does nothing in Firefox.",
    "Please refund the subscription I cancelled last month.",
};

/// The demo's configuration, as a file would have it; the addresses are those of the simulators.
constexpr std::string_view configuration_text = R"(
server: {{ listen: 127.0.0.1:0, admin: 127.0.0.1:0, threads: 1 }}
store: memory
providers:
  east:  {{ kind: openai, base_url: "{}" }}
  west:  {{ kind: openai, base_url: "{}" }}
  north: {{ kind: openai, base_url: "{}" }}
routes:
  compact: {{ provider: east,  model: compact, region: us-east, price: {{ input: 0.15, output: 0.60 }}, breaker: {{ cooldown: 2s, max_cooldown: 3s }} }}
  backup:  {{ provider: west,  model: backup,  region: eu-west, price: {{ input: 0.20, output: 0.80 }}, breaker: {{ cooldown: 2s, max_cooldown: 3s }} }}
  large:   {{ provider: north, model: large,   region: eu-north, price: {{ input: 2.50, output: 10.0 }}, breaker: {{ cooldown: 2s, max_cooldown: 3s }} }}
contracts:
  ticket:
    format: json
    schema:
      type: object
      required: [category, urgency, summary, needsHumanReview]
      additionalProperties: false
      properties:
        category: {{ enum: [billing, account, bug, other] }}
        urgency: {{ enum: [low, medium, high] }}
        summary: {{ type: string, minLength: 1 }}
        needsHumanReview: {{ type: boolean }}
tasks:
  support_triage:
    capability: classification
    deadline: 2s
    contract: ticket
    system: "Classify the support ticket. Answer with JSON only."
    ladder: [ compact, backup, {{ route: large, as: stronger }}, {{ rules: demo.rules.yaml }} ]
    hedge: {{ after: 150ms, max_extra: 100% }}
    retry: {{ attempts: 1, base: 50ms, cap: 200ms }}
)";

constexpr std::string_view rules_text = R"(
- when: { contains_any: [refund, charged twice, invoice] }
  answer: { category: billing, urgency: medium, summary: "$input.first_sentence", needsHumanReview: true }
- when: { matches: "(?i)cannot (log|sign) in" }
  answer: { category: account, urgency: high, summary: "$input.first_sentence", needsHumanReview: true }
- answer: { category: other, urgency: low, summary: "$input.first_sentence", needsHumanReview: true }
)";

double percentile(std::vector<double> x, double q) {
  if (x.empty())
    return 0;
  std::ranges::sort(x);
  return x[std::min(x.size() - 1, static_cast<std::size_t>(q * static_cast<double>(x.size())))];
}

/// A line worth a newcomer's while: anything but a plain answer of the first route.
bool eventful(const answer& x) {
  return x.ended != outcome::answered || x.attempts != 1 || x.fallback || x.repaired;
}

std::string shown_as(std::string_view text, std::string_view style) {
  static const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  if (!on_terminal)
    return std::string{text};
  return std::string{style}.append(text).append("\033[0m");
}

} // namespace

std::string bold(std::string_view text) { return shown_as(text, "\033[1m"); }

std::string yellow(std::string_view text) { return shown_as(text, "\033[33m"); }

demo_stage::demo_stage() {
  std::vector<std::string> bases;
  for (const auto* model : models) {
    simulated::script what;
    what.models[model] = {simulated::always(simulated::answers(std::string{demo_ticket_answer}))};
    providers_.push_back(std::make_unique<simulator>(provider_context_, std::move(what)));
    bases.push_back(providers_.back()->base_url());
  }
  provider_thread_ = std::thread{[this] {
    auto open = asio::make_work_guard(provider_context_);
    provider_context_.run();
  }};
  auto text = fmt::format(fmt::runtime(configuration_text), bases[0], bases[1], bases[2]);
  auto read =
      read_configuration_text(text, "demo.yaml", {{"demo.rules.yaml", std::string{rules_text}}});
  if (!read.config)
    throw std::logic_error("the demo's own configuration: " + read.findings.front().message);
  record_sinks audience{
      .request_over = [this](const record& x) { asio::post(context_, [this, x] { tell(x); }); },
      .breaker_moved =
          [this](const breaker_moved& x) { asio::post(context_, [this, x] { tell(x); }); }};
  gateway_ = std::make_unique<gateway>(*read.config, std::move(audience));
}

demo_stage::~demo_stage() {
  gateway_.reset();
  providers_.clear();
  provider_context_.stop();
  provider_thread_.join();
}

std::string demo_stage::address() const { return "http://" + gateway_->address(); }

void demo_stage::set(const std::string& model, simulated::behaviour to) {
  auto i = std::ranges::find(models, model) - models.begin();
  providers_[static_cast<std::size_t>(i)]->set(model, std::move(to));
}

void demo_stage::begin_scene(std::string_view title) {
  close_scene();
  scenes_.push_back({.title = std::string{title}});
}

void demo_stage::close_scene() {
  if (!scenes_.empty() && scenes_.back().untold > 0)
    std::cout << fmt::format("         … and {} more like these\n", scenes_.back().untold)
              << std::flush;
}

void demo_stage::ask() {
  request x;
  x.task = "support_triage";
  x.input = tickets[static_cast<std::size_t>(number_++) % tickets.size()];
  message only{.from = role::user};
  only.parts.push_back({.text = x.input});
  x.ask.messages.push_back(std::move(only));
  ++waiting_;
  auto in_scene = scenes_.size() - 1;
  ++scenes_[in_scene].requests;
  gateway_->engine().submit(std::move(x), [this, in_scene](answer y) {
    asio::post(context_, [this, in_scene, y = std::move(y)] { over(in_scene, y); });
  });
}

void demo_stage::over(std::size_t in_scene, const answer& x) {
  --waiting_;
  auto& facts = scenes_[in_scene];
  facts.attempts += x.attempts;
  facts.cost += x.cost;
  facts.latencies_ms.push_back(static_cast<double>(x.latency.count()) / 1000);
  if (x.ended == outcome::answered)
    ++facts.answered;
  else if (x.ended == outcome::degraded)
    ++facts.degraded;
  else
    ++facts.lost;
  if ((x.ended == outcome::answered && (x.route != "compact" || x.repaired))
      || x.ended == outcome::degraded)
    ++facts.saved;
}

void demo_stage::tell(const record& x) {
  tally_.add(x.about->of->name, x.facts.steps);
  auto& facts = scenes_.back();
  auto ordinary_shown = facts.told > 0 || scenes_.size() > 1;
  if (!eventful(x.facts) && ordinary_shown)
    return;
  if (facts.told >= 5) {
    ++facts.untold;
    return;
  }
  ++facts.told;
  auto at = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  std::cout << fmt::format("  {:5.1f}s {}\n", at, story_of(x.facts)) << std::flush;
}

void demo_stage::tell(const breaker_moved& x) {
  auto at = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  const auto moved = fmt::format("breaker of {}: {} → {} ({})", x.route, to_string(x.what.from),
                                 to_string(x.what.to), x.what.reason);
  std::cout << fmt::format("  {:5.1f}s {}\n", at, yellow(moved)) << std::flush;
}

int demo_stage::lost() const {
  int out = 0;
  for (const auto& x : scenes_)
    out += x.lost;
  return out;
}

void demo_stage::print_table() const {
  constexpr auto row = "{:<58} {:>8} {:>8} {:>8} {:>6} {:>7} {:>7} {:>8} {:>6} {:>10}\n";
  std::cout << '\n'
            << fmt::format(row, "scene", "requests", "answered", "degraded", "lost", "p50 ms",
                           "p99 ms", "attempts", "saved", "cost USD");
  scene_facts all{.title = "all"};
  auto print = [&](const scene_facts& x) {
    std::cout << fmt::format(row, x.title, x.requests, x.answered, x.degraded, x.lost,
                             fmt::format("{:.0f}", percentile(x.latencies_ms, 0.5)),
                             fmt::format("{:.0f}", percentile(x.latencies_ms, 0.99)), x.attempts,
                             x.saved, fmt::format("{:.6f}", x.cost));
  };
  for (const auto& x : scenes_) {
    print(x);
    all.requests += x.requests;
    all.answered += x.answered;
    all.degraded += x.degraded;
    all.lost += x.lost;
    all.attempts += x.attempts;
    all.saved += x.saved;
    all.cost += x.cost;
    all.latencies_ms.insert(all.latencies_ms.end(), x.latencies_ms.begin(), x.latencies_ms.end());
  }
  print(all);
  std::cout << fmt::format(
      "\n{} of {} requests got an answer or an honest degradation; {} of them only because there "
      "was\n"
      "more than one way to answer. That took {} more calls than requests, each paid for above.\n",
      all.answered + all.degraded, all.requests, all.saved, all.attempts - all.requests)
            << "\nWhat the contract made of each route's answers:\n";
  for (const auto& [where, x] : tally_.all())
    std::cout << fmt::format("  {:<8} {:>4} valid, {:>3} mended, {:>3} broken\n", where.second,
                             x.valid, x.repaired, x.invalid);
  std::cout << std::flush;
}

} // namespace hedgerow
