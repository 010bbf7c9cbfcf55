#pragma once

#include "app/config/read.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace hedgerow::test {

using files = std::map<std::string, std::string>;

/// An environment variable for as long as this lives.
class variable {
public:
  variable(std::string name, const std::string& value) : name_{std::move(name)} {
    setenv(name_.c_str(), value.c_str(), 1);
  }

  variable(const variable&) = delete;

  ~variable() { unsetenv(name_.c_str()); }

private:
  std::string name_;
};

inline std::string printed(const read_result& x) {
  std::ostringstream out;
  print(x.findings, out);
  return out.str();
}

inline bool is_about(const finding& x, severity level, int line, std::string_view key,
                     std::string_view fragment) {
  return x.level == level && x.line == line && x.key == key
         && x.message.find(fragment) != std::string::npos;
}

inline std::ptrdiff_t errors_in(const read_result& x) {
  return std::ranges::count(x.findings, severity::error, &finding::level);
}

/// `text` with the first `from` replaced.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto i = text.find(from);
  REQUIRE(i != std::string::npos);
  return text.replace(i, from.size(), to);
}

/// The line on which `part` starts in `text`.
inline int line_of(std::string_view text, std::string_view part) {
  const auto i = text.find(part);
  REQUIRE(i != std::string_view::npos);
  return 1 + static_cast<int>(std::ranges::count(text.substr(0, i), '\n'));
}

/// A file without anything wrong; tests change one place of it.
inline constexpr std::string_view good_file = R"(server:
  listen: 127.0.0.1:8080
  admin: 127.0.0.1:8081
  threads: 2
  drain: 20s
  limits: { body: 4MiB, headers: 16KiB, connections: 100 }
store: { path: hedgerow.db }
providers:
  east: { kind: openai, base_url: https://east.example/v1 }
  west:
    kind: openai
    base_url: https://west.example/v1
    connections: 8
routes:
  compact:
    provider: east
    model: small
    timeout: { first_token: 1s, total: 3s }
    price: { input: 0.15, output: 0.60 }
    context: 128000
    capabilities: [json_schema, tools, vision]
    safety: standard
    breaker: { consecutive: 5, slow_call: 2x, cooldown: 5s, max_cooldown: 8s }
    retry_budget: 20%
  backup:
    provider: west
    model: small
    timeout: { first_token: 1s }
    enabled: true
contracts:
  ticket:
    format: json
    schema:
      type: object
      required: [category]
      properties:
        category: { enum: [billing, other] }
        summary: { type: string, maxLength: 300 }
        score: { type: number }
    max_length: 8000
tasks:
  triage:
    capability: classification
    deadline: 4s
    contract: ticket
    system: "Classify the ticket."
    ladder:
      - route: compact
      - { route: backup, as: equivalent }
      - { rules: some.rules.yaml }
      - { message: "We could not classify this." }
    hedge: { after: p95, floor: 100ms, ceiling: 2s, max_extra: 5% }
    retry: { attempts: 2, base: 250ms, cap: 8s, wait_up_to: 25% }
    budget: { attempts: 6 }
    safety: { level: standard }
    params: { temperature: 0 }
log: { level: info, format: text }
)";

inline constexpr std::string_view good_rules =
    R"(- when: { contains_any: [refund, invoice] }
  answer: { category: billing, summary: "$input.first_sentence" }
- when: { matches: "(?i)sign in" }
  answer: { category: other, summary: "$input" }
)";

inline read_result read_good(std::string_view from = "", std::string_view to = "",
                             std::string_view rules = good_rules) {
  const auto text = from.empty() ? std::string{good_file} : with(std::string{good_file}, from, to);
  return read_configuration_text(text, "a.yaml", {{"some.rules.yaml", std::string{rules}}});
}

} // namespace hedgerow::test
