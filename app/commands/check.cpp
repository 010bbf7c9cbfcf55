#include "app/commands/check.hpp"

#include "app/config/read.hpp"
#include "contracts/failure.hpp"
#include "contracts/json.hpp"

#include <fmt/format.h>

#include <iostream>

namespace hedgerow {

namespace {

/// What one failure class can cost at worst, if every route fails with it.
struct worst_case {
  int attempts = 0;
  milliseconds time{0};
};

bool retried(failure_class x) {
  return x == failure_class::transport || x == failure_class::rate_limit;
}

bool only_stronger(failure_class x) {
  return x == failure_class::contract || x == failure_class::capability;
}

worst_case worst(const configuration& all, const task& of, failure_class x) {
  worst_case out;
  auto first = true;
  for (const auto& r : of.ladder) {
    const auto* model = std::get_if<model_rung>(&r);
    if (!model || (!first && only_stronger(x) && model->as == rung_role::equivalent))
      continue;
    auto calls = 1 + (retried(x) ? of.retry.attempts : 0);
    out.attempts += calls;
    out.time += calls * all.routes.find(model->route)->second.timeout.total;
    first = false;
    if (x == failure_class::policy || x == failure_class::invalid_request)
      break;
  }
  if (of.hedge && !first)
    out.attempts += of.hedge->at_most;
  return {std::min(out.attempts, of.budget.attempts), std::min(out.time, of.deadline)};
}

std::string name_of(const ladder_rung& x) {
  if (const auto* model = std::get_if<model_rung>(&x))
    return model->as == rung_role::equivalent
               ? model->route
               : fmt::format("{} ({})", model->route, to_string(model->as));
  return std::holds_alternative<rules_rung>(x) ? "rules" : "message";
}

std::string ladder_of(const task& x) {
  std::string out;
  for (const auto& r : x.ladder)
    out += (out.empty() ? "" : " → ") + name_of(r);
  return out;
}

void print_tasks(const configuration& x) {
  for (const auto& [name, of] : x.tasks) {
    std::cout << fmt::format("\n{} ({}, {} ms): {}\n", name, to_string(of.capability),
                             of.deadline.count(), ladder_of(of));
    for (auto kind : failure_classes) {
      auto most = worst(x, of, kind);
      std::cout << fmt::format("  {:<16} at worst {} {} and {} ms\n", to_string(kind),
                               most.attempts, most.attempts == 1 ? "attempt" : "attempts",
                               most.time.count());
    }
  }
}

void print_json(const read_result& read) {
  std::string out = R"({"findings":[)";
  for (const auto& x : read.findings) {
    out += out.back() == '[' ? "" : ",";
    out += R"({"level":)";
    json::append_quoted(out, to_string(x.level));
    out += R"(,"file":)";
    json::append_quoted(out, x.file);
    out += fmt::format(R"(,"line":{},"column":{},"key":)", x.line, x.column);
    json::append_quoted(out, x.key);
    out += R"(,"message":)";
    json::append_quoted(out, x.message);
    out += '}';
  }
  out += R"(],"tasks":{)";
  if (read.config)
    for (const auto& [name, of] : read.config->tasks) {
      out += out.back() == '{' ? "" : ",";
      json::append_quoted(out, name);
      out += R"(:{"ladder":)";
      json::append_quoted(out, ladder_of(of));
      for (auto kind : failure_classes) {
        auto most = worst(*read.config, of, kind);
        out += fmt::format(R"(,"{}":{{"attempts":{},"time_ms":{}}})", to_string(kind),
                           most.attempts, most.time.count());
      }
      out += '}';
    }
  std::cout << out << "}}\n";
}

} // namespace

int check(const std::string& file, check_options how) {
  auto read = read_configuration(file);
  if (how.as_json) {
    print_json(read);
  } else {
    print(read.findings, std::cout);
    if (read.config) {
      std::cout << fmt::format("{}: {} with {} {}\n", file, "holds together", read.findings.size(),
                               read.findings.size() == 1 ? "warning" : "warnings");
      print_tasks(*read.config);
    }
  }
  return read.config && (!how.strict || read.findings.empty()) ? 0 : 1;
}

} // namespace hedgerow
