#include "app/commands/check.hpp"

#include "app/commands/worst_case.hpp"
#include "app/config/read.hpp"
#include "app/config/units.hpp"
#include "app/open_files.hpp"
#include "contracts/failure.hpp"
#include "contracts/json.hpp"
#include "routes/transport/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

namespace hedgerow {

namespace {

using config::show_duration;

std::string label_of(const ladder_rung& x) {
  if (const auto* model = std::get_if<model_rung>(&x))
    return model->as == rung_role::equivalent
               ? model->route
               : fmt::format("{} ({})", model->route, to_string(model->as));
  return std::holds_alternative<rules_rung>(x) ? "rules" : "message";
}

std::string ladder_of(const task& x) {
  std::string out;
  for (const auto& rung : x.ladder)
    out += (out.empty() ? "" : " → ") + label_of(rung);
  return out;
}

std::string counted(std::ptrdiff_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string hedge_of(const task& x) {
  if (!x.hedge)
    return "none";
  const auto& hedge = *x.hedge;
  const auto after = hedge.fixed
                         ? show_duration(*hedge.fixed)
                         : fmt::format("p{} of the route, {} to {}",
                                       config::show_number(std::round(hedge.quantile * 1e6) / 1e4),
                                       show_duration(hedge.floor), show_duration(hedge.ceiling));
  return fmt::format("after {}, at most {} per request", after, hedge.at_most);
}

std::string screen_of(const task& x) {
  if (!x.screen)
    return "none";
  return fmt::format("{}, asked about {}", x.screen->route,
                     x.screen->input && x.screen->output ? "the input and each answer"
                     : x.screen->input                   ? "the input"
                                                         : "each answer");
}

std::string price_of(const worst_case& x) {
  return fmt::format("${:.4f}{}", x.cost, x.unpriced ? " + routes without a price" : "");
}

/// The proxies that calls take, by host and port, of providers that are called by way of one.
std::map<std::string, std::string> proxies_of(const configuration& x) {
  std::map<std::string, std::string> out;
  for (const auto& [name, of] : x.providers)
    if (const auto to = endpoint_of(of, x.proxies); to && to->via)
      out.emplace(name, to->via->authority);
  return out;
}

void print_task(const configuration& all, const task& x, std::ostream& out) {
  out << fmt::format("\n{}: {}, within {}, at most {}\n", x.name, to_string(x.capability),
                     show_duration(x.deadline), counted(x.budget.attempts, "attempt"))
      << fmt::format(
             "  ladder  {}\n  hedge   {}\n  screen  {}\n  at worst, if every call ends in\n",
             ladder_of(x), hedge_of(x), screen_of(x));
  for (const auto kind : failure_classes) {
    const auto most = worst_of(all, x, kind);
    out << fmt::format("    {:<16} {:<12} {:<8} {}\n", to_string(kind),
                       counted(most.attempts, "attempt"), show_duration(most.time), price_of(most));
  }
}

void print_text(const std::string& file, const read_result& read, std::ostream& out) {
  print(read.findings, out);
  const auto errors = std::ranges::count(read.findings, severity::error, &finding::level);
  const auto warnings = std::ssize(read.findings) - errors;
  out << fmt::format("{}: {}, {}\n", file, counted(errors, "error"), counted(warnings, "warning"));
  if (!read.config)
    return;
  for (const auto& [provider, proxy] : proxies_of(*read.config))
    out << fmt::format("provider {}: by way of the proxy {}\n", provider, proxy);
  for (const auto& [name, of] : read.config->tasks)
    print_task(*read.config, of, out);
}

std::string in_quotes(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

/// `each` of `all`, with commas between them.
template <class Range, class Each>
std::string joined(const Range& all, Each each) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : ",") + each(x);
  return out;
}

std::string json_of(const finding& x) {
  return fmt::format(R"({{"level":{},"file":{},"line":{},"column":{},"key":{},"message":{}}})",
                     in_quotes(to_string(x.level)), in_quotes(x.file), x.line, x.column,
                     in_quotes(x.key), in_quotes(x.message));
}

std::string json_of(const ladder_rung& x) {
  if (const auto* model = std::get_if<model_rung>(&x))
    return fmt::format(R"({{"route":{},"as":{}}})", in_quotes(model->route),
                       in_quotes(to_string(model->as)));
  return fmt::format(R"({{"kind":{}}})", in_quotes(label_of(x)));
}

std::string json_of(const configuration& all, const task& x) {
  const auto worst = joined(failure_classes, [&](failure_class kind) {
    const auto most = worst_of(all, x, kind);
    return fmt::format(R"({}:{{"attempts":{},"time_ms":{},"cost_usd":{:.6f}}})",
                       in_quotes(to_string(kind)), most.attempts, most.time.count(), most.cost);
  });
  return fmt::format(R"({}:{{"capability":{},"deadline_ms":{},"ladder":[{}],"worst":{{{}}}}})",
                     in_quotes(x.name), in_quotes(to_string(x.capability)), x.deadline.count(),
                     joined(x.ladder, [](const ladder_rung& rung) { return json_of(rung); }),
                     worst);
}

void print_json(const read_result& read, std::ostream& out) {
  const auto findings = joined(read.findings, [](const finding& x) { return json_of(x); });
  std::string proxies;
  std::string tasks;
  if (read.config) {
    proxies = joined(proxies_of(*read.config),
                     [](const auto& x) { return in_quotes(x.first) + ":" + in_quotes(x.second); });
    tasks = joined(read.config->tasks, [&](auto& x) { return json_of(*read.config, x.second); });
  }
  out << R"({"findings":[)" << findings << R"(],"proxies":{)" << proxies << R"(},"tasks":{)"
      << tasks << "}}\n";
}

} // namespace

int check(const std::string& file, check_options how, std::ostream& out) {
  auto read = read_configuration(file);
  if (read.config)
    if (auto few = too_few_files(read.config->server.limits, how.files_allowed, file))
      read.findings.push_back(std::move(*few));
  if (how.strict)
    for (auto& x : read.findings)
      x.level = severity::error;
  if (how.as_json)
    print_json(read, out);
  else
    print_text(file, read, out);
  return has_errors(read.findings) ? 1 : 0;
}

} // namespace hedgerow
