// The file of the reference, and what becomes of it when it is damaged.

#include "config_world.hpp"

#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <fstream>
#include <random>
#include <set>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

/// Every key of the reference, written as its example writes them, with routes for all its names.
constexpr std::string_view reference = R"(server:
  listen: 127.0.0.1:8080
  admin: 127.0.0.1:8081
  admin_token: ${HEDGEROW_ADMIN_TOKEN:-}
  threads: 0
  drain: 20s
  limits: { body: 4MiB, headers: 16KiB, header_timeout: 5s, idle: 60s, connections: 10000, in_flight: 4096 }
  tls: { certificate: server.crt, key: server.key }
  callers:
    - { name: web, key_sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", segment: free, tasks: [support_triage], exhausted_status: 503, budget: { cost_per_day: $20, requests_per_minute: 600 } }
  webhooks: { secret: "${HEDGEROW_TEST_HOOK}", allow: [hooks.example.org] }

store: { path: hedgerow.db, key: "${HEDGEROW_TEST_STORE}" }

providers:
  openai:    { kind: openai,    base_url: https://api.openai.com/v1, api_key: "${HEDGEROW_TEST_KEY}", headers: {X-Name: value}, tls: { ca_file: ca.pem }, connections: 64, trace: false }
  anthropic: { kind: anthropic, base_url: https://api.anthropic.com, api_key: "${HEDGEROW_TEST_KEY}" }
  gemini:    { kind: gemini,    base_url: https://generativelanguage.googleapis.com, api_key: "${HEDGEROW_TEST_KEY}" }
  azure_eu:  { kind: azure_openai, base_url: https://x.openai.azure.com, api_key: "${HEDGEROW_TEST_KEY}", api_version: "2025-04-01-preview" }
  local:     { kind: openai,    base_url: http://127.0.0.1:11434/v1 }

routes:
  guard: { provider: local, model: llama-guard-4 }
  compact:
    provider: openai
    model: gpt-4o-mini
    region: us-east
    timeout: { connect: 2s, first_token: 10s, stall: 10s, total: 30s }
    price: { input: 0.15, cached_input: 0.075, output: 0.60 }
    context: 128000
    max_output: 16384
    capabilities: [json_schema, tools, vision, prefill]
    languages: [en, de]
    safety: standard
    limits: { concurrency: 64, requests_per_minute: 500, tokens_per_minute: 200000 }
    breaker: { window: 30s, consecutive: 5, min_calls: 20, failure_rate: 50%, above_baseline: 3x, slow_call: 2x, slow_rate: 80%, cooldown: 5s, max_cooldown: 8s, probes: 3 }
    retry_budget: 20%
    enabled: true
  backup: { provider: local, model: b }
  large: { provider: local, model: l }
  long: { provider: local, model: g }

contracts:
  ticket:
    format: json
    schema: ticket.schema.json
    tools: tools.json
    citations: /sources/*/url
    citations_among: input
    language: en
    max_length: 8000
    not_empty: true
    confidence: /confidence
    formats: false
    parallel: true
    repair: [syntax, coerce]

tasks:
  support_triage:
    capability: classification
    mode: interactive
    deadline: 4s
    contract: ticket
    input: { schema: in.json, max_tokens: 20000 }
    ladder:
      - route: compact
      - { route: backup }
      - { route: large, as: stronger }
      - { route: long, as: longer_context }
      - { cache: { max_age: 24h } }
      - { rules: triage.rules.yaml }
      - { retrieve: { url: http://127.0.0.1:7000/search, limit: 3, timeout: 500ms } }
      - { draft: { ttl: 7d } }
      - { queue: { ttl: 24h, attempts: 5 } }
      - { review: {} }
      - { message: "We could not classify this automatically; nothing was lost." }
    hedge: { after: p95, floor: 100ms, ceiling: 2s, max_extra: 5%, at_most: 1 }
    retry: { attempts: 2, base: 250ms, cap: 8s, wait_up_to: 25% }
    repair: { reasks: 1 }
    budget: { attempts: 6, cost: $0.05, tokens: 50000 }
    fitness: { window: 50, min_calls: 10, pass_rate: 60% }
    safety: { level: standard, on_refusal: stop, screen: { route: guard, input: true, output: true } }
    review: { when: [ { pointer: /needsHumanReview, equals: true }, { confidence_below: 0.6 } ], sample: 1% }
    stream: { commit: first_token, resume: [prefix] }
    evaluate: { shadow: 2%, against: backup }
    system: triage.md
    params: { temperature: 0, max_tokens: 800 }
    steps: { contract: [reask, equivalent, stronger], capability: [longer_context, stronger] }
    background: { deadline: 10m, budget: { attempts: 20, cost: $0.50 } }
    keep: { answers: 24h, prompts: 7d }

log: { level: info, format: text, file: "-", prompts: false }
telemetry: { otlp: http://127.0.0.1:4318, sample: 10% }
)";

files beside_it() {
  return {
      {"server.crt", "c"},
      {"server.key", "k"},
      {"ca.pem", "c"},
      {"triage.md", "Be quick."},
      {"in.json", R"({"type":"string"})"},
      {"tools.json",
       R"([{"type":"function","function":{"name":"look_up","parameters":{"type":"object"}}}])"},
      {"ticket.schema.json",
       R"({"type":"object","required":["category","confidence"],"properties":{"category":{"type":"string"}}})"},
      {"triage.rules.yaml",
       "- when: { contains_any: [refund] }\n  answer: { category: billing, confidence: 1, "
       "sources: [{ url: \"https://help.example.org/refunds\" }] }\n"}};
}

const std::set<std::string> not_built{
    "tasks.support_triage.ladder[4].cache",
    "tasks.support_triage.ladder[6].retrieve",
    "tasks.support_triage.ladder[7].draft",
    "tasks.support_triage.ladder[8].queue",
    "tasks.support_triage.ladder[9].review",
    "tasks.support_triage.review",
    "tasks.support_triage.evaluate",
    "tasks.support_triage.background",
    "tasks.support_triage.keep",
    "telemetry.otlp",
    "telemetry.sample",
};

/// The variables that the reference names.
struct reference_variables {
  variable key{"HEDGEROW_TEST_KEY", "k"};
  variable hook{"HEDGEROW_TEST_HOOK", "h"};
  variable store{"HEDGEROW_TEST_STORE", "s"};
};

/// A member of an object schema, `*` for the names a user makes up; null if there is none.
const json::value* member_of(const json::value& shape, const std::string& key) {
  if (const auto* properties = json::find(shape, "properties"))
    if (const auto* x = json::find(*properties, key))
      return x;
  return json::find(shape, "additionalProperties");
}

} // namespace

TEST_CASE("every key of the reference is known, and what is not built says so", "[config]") {
  const reference_variables set;
  const auto read = read_configuration_text(std::string{reference}, "a.yaml", beside_it());
  INFO(printed(read));
  std::set<std::string> found;
  for (const auto& x : read.findings)
    if (x.level == severity::error) {
      CHECK(x.message.find("is not built yet") != std::string::npos);
      found.insert(x.key);
    }
  CHECK(found == not_built);
}

TEST_CASE("the example in the reference itself is known down to its last key", "[config]") {
  std::ifstream in{HEDGEROW_SHARED_DATA "/../docs/config.md"};
  if (!in) {
    WARN("the reference is not here");
    return;
  }
  const std::string page{std::istreambuf_iterator<char>{in}, {}};
  const auto start = page.find("```yaml\n") + 8;
  const auto example = page.substr(start, page.find("```", start) - start);
  const auto read = read_configuration_text(example, "config.md");
  INFO(printed(read));
  CHECK(errors_in(read) > 20);
  for (const auto& x : read.findings) {
    CHECK(x.message.find("no key that is known") == std::string::npos);
    CHECK(x.message.find("is missing") == std::string::npos);
  }
}

TEST_CASE("the printed schema is a schema of the file, with every key described", "[config]") {
  const auto parsed = json::parse(configuration_schema());
  REQUIRE(parsed.has_value());
  CHECK(json::find_text(*parsed, "$schema") == "https://json-schema.org/draft/2020-12/schema");
  const auto walk = [](const auto& self, const json::value& x, std::string_view key) -> int {
    int keys = 0;
    const auto* properties = json::find(x, "properties");
    if (properties != nullptr) {
      const auto* others = json::find(x, "additionalProperties");
      REQUIRE(others != nullptr);
      CHECK(others->IsFalse());
      for (const auto& member : properties->GetObject()) {
        INFO(key << "." << json::text_of(member.name));
        CHECK(json::find(member.value, "description") != nullptr);
        keys += 1 + self(self, member.value, json::text_of(member.name));
      }
    } else if (const auto* any = json::find(x, "additionalProperties"); any && any->IsObject()) {
      keys += self(self, *any, key);
    }
    if (const auto* items = json::find(x, "items"))
      keys += self(self, *items, key);
    if (const auto* options = json::find(x, "anyOf"))
      for (const auto& option : options->GetArray())
        keys += self(self, option, key);
    return keys;
  };
  CHECK(walk(walk, *parsed, "") > 120);
}

TEST_CASE("the schema's defaults are those that the reader takes", "[config]") {
  const auto parsed = json::parse(configuration_schema());
  REQUIRE(parsed.has_value());
  const auto standard = [&](std::vector<std::string> path) -> std::string {
    const json::value* x = &*parsed;
    for (const auto& key : path)
      if (x != nullptr)
        x = member_of(*x, key);
    const auto* found = x != nullptr ? json::find(*x, "default") : nullptr;
    return found != nullptr ? json::compact(*found) : "(none)";
  };
  CHECK(standard({"server", "drain"}) == R"("20s")");
  CHECK(standard({"server", "limits", "body"}) == R"("4MiB")");
  CHECK(standard({"routes", "*", "breaker", "failure_rate"}) == R"("50%")");
  CHECK(standard({"routes", "*", "breaker", "above_baseline"}) == R"("3x")");
  CHECK(standard({"routes", "*", "context"}) == "128000");
  CHECK(standard({"tasks", "*", "capability"}) == R"("classification")");
  CHECK(standard({"tasks", "*", "retry", "cap"}) == R"("8s")");
  CHECK(standard({"contracts", "*", "max_length"}) == "(none)");
  CHECK(standard({"server", "callers"}) == "(none)");
}

TEST_CASE("no damage to a file makes its reader crash or say nothing sensible", "[config]") {
  const reference_variables set;
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::minstd_rand random{seed};
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::string_view alphabet = "{}[]:,&*!|>'\"%@`#-?~$ \n\t<.0aZ\\\x04\xff";
  const auto beside = beside_it();
  for (int round = 0; round < 150; ++round) {
    std::string text{round % 2 == 0 ? reference : good_file};
    for (auto edits = 1 + below(6); edits > 0; --edits) {
      const auto at = below(text.size());
      switch (below(4)) {
      case 0:
        text[at] = alphabet[below(alphabet.size())];
        break;
      case 1:
        text.insert(at, 1, alphabet[below(alphabet.size())]);
        break;
      case 2:
        text.erase(at, 1 + below(20));
        break;
      default:
        text.insert(at, text.substr(below(text.size()), below(60)));
      }
    }
    const auto read = read_configuration_text(text, "a.yaml", beside);
    INFO(text);
    CHECK(read.config.has_value() != has_errors(read.findings));
    for (const auto& x : read.findings)
      CHECK_FALSE(x.message.empty());
  }
}
