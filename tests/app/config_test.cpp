#include "config_world.hpp"

#include "contracts/json.hpp"

#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

/// One change to the good file and the one error it must cause.
struct bad {
  std::string_view from;
  std::string_view to;
  std::string_view key;
  std::string_view fragment;
  /// What stands on the line of the error; empty: the changed text.
  std::string_view at = {};
};

const std::vector<bad> single_mistakes{
    // Keys.
    {"  threads: 2", "  thread: 2", "server.thread", "did you mean `threads`?"},
    {"hedge: {", "hedgee: {", "tasks.triage.hedgee", "did you mean `hedge`?"},
    {"store: {", "colour: {", "colour", "known: server, store"},
    {"floor: 100ms", "florr: 100ms", "tasks.triage.hedge.florr", "did you mean `floor`?"},
    {"input: 0.15", "inputs: 0.15, input: 0.15", "routes.compact.price.inputs", "`input`"},
    {"  drain: 20s", "  drain: 20s\n  drain: 30s", "server.drain", "twice, first in line 5",
     "  drain: 30s"},
    {"connections: 100 }", "connections: 100, body: 1MiB }", "server.limits.body", "twice"},
    {"category: { enum: [billing, other] }",
     "category: { enum: [billing, other] }\n        category: true",
     "contracts.ticket.schema.properties.category", "twice", "category: true"},
    {"    deadline: 4s\n", "", "tasks.triage.deadline", "is missing", "  triage:"},
    {"    model: small\n    timeout: { first_token: 1s, total", "    timeout: { total",
     "routes.compact.model", "is missing", "  compact:"},
    {"kind: openai, ", "", "providers.east.kind", "is missing"},
    {"kind: openai", "kind: bedrock", "providers.east.kind",
     "one of: openai, anthropic, gemini, azure_openai"},
    {", base_url: https://east.example/v1", "", "providers.east.base_url", "is missing"},
    // Types and units.
    {"threads: 2", "threads: two", "server.threads", "whole number from 0 to 1024"},
    {"threads: 2", "threads: \"2\"", "server.threads", "in quotes"},
    {"threads: 2", "threads: 2.5", "server.threads", "whole number"},
    {"threads: 2", "threads: 0x10", "server.threads", "whole number"},
    {"threads: 2", "threads: -1", "server.threads", "from 0 to 1024"},
    {"threads: 2", "threads:", "server.threads", "has no value"},
    {"threads: 2", "threads: [2]", "server.threads", "is a list"},
    {"drain: 20s", "drain: 20", "server.drain", "a time such as 250ms"},
    {"drain: 20s", "drain: 20 s", "server.drain", "a time such as"},
    {"drain: 20s", "drain: 20sec", "server.drain", "a time such as"},
    {"deadline: 4s", "deadline: -4s", "tasks.triage.deadline", "a time such as"},
    {"deadline: 4s", "deadline: 0s", "tasks.triage.deadline", "from 10ms"},
    {"deadline: 4s", "deadline: 3000000h", "tasks.triage.deadline", "to 1d"},
    {"body: 4MiB", "body: 4MB", "server.limits.body", "64KiB or 4MiB"},
    {"body: 4MiB", "body: 1B", "server.limits.body", "from 1KiB"},
    {"max_extra: 5%", "max_extra: 0.05", "tasks.triage.hedge.max_extra", "a share such as 5%"},
    {"max_extra: 5%", "max_extra: 105%", "tasks.triage.hedge.max_extra", "to 100%"},
    {"enabled: true", "enabled: yes", "routes.backup.enabled", "true or false"},
    {"enabled: true", "enabled: \"true\"", "routes.backup.enabled", "true or false"},
    {"model: small", "model: 4.1", "routes.compact.model", "put quotes around it"},
    {"model: small", "model: true", "routes.compact.model", "put quotes around it"},
    {"model: small", "model: \"\"", "routes.compact.model", "is empty"},
    {"model: small", "model: \"a\\nb\"", "routes.compact.model", "line break"},
    {"input: 0.15", "input: $0.15", "routes.compact.price.input", "a number from 0"},
    {"input: 0.15", "input: .nan", "routes.compact.price.input", "a number"},
    {"{ input: 0.15, output: 0.60 }", "0.15", "routes.compact.price", "a mapping of keys"},
    {"[json_schema, tools, vision]", "tools", "routes.compact.capabilities", "a list"},
    {"[json_schema, tools, vision]", "[json_schema, tool]", "routes.compact.capabilities[1]",
     "did you mean `tools`?"},
    {"[json_schema, tools, vision]", "[json_schema, tools, tools]", "routes.compact.capabilities",
     "twice"},
    {"slow_call: 2x", "slow_call: 2", "routes.compact.breaker.slow_call", "a multiple such as 2x"},
    {"after: p95", "after: p100", "tasks.triage.hedge.after", "a percentile such as p95"},
    {"after: p95", "after: 95%", "tasks.triage.hedge.after", "a percentile such as p95"},
    {"wait_up_to: 25%", "wait_up_to: 25", "tasks.triage.retry.wait_up_to", "a share such as 25%"},
    {"temperature: 0", "temperature: 3", "tasks.triage.params.temperature", "from 0 to 2"},
    {"temperature: 0", "user: x", "tasks.triage.params.user", "no key that is known"},
    // Words.
    {"safety: standard", "safety: lax", "routes.compact.safety", "relaxed, standard, strict"},
    {"level: info", "level: warning", "log.level", "did you mean `warn`?"},
    {"format: json", "format: jsn", "contracts.ticket.format", "did you mean `json`?"},
    {"capability: classification", "capability: classify", "tasks.triage.capability", "one of"},
    {"as: equivalent", "as: weaker", "tasks.triage.ladder[1].as", "equivalent, stronger"},
    // Values that make no sense.
    {"listen: 127.0.0.1:8080", "listen: localhost", "server.listen", "127.0.0.1:8080 or [::1]"},
    {"listen: 127.0.0.1:8080", "listen: 127.0.0.1:99999", "server.listen", "127.0.0.1:8080"},
    {"listen: 127.0.0.1:8080", "listen: \"::1:80\"", "server.listen", "[::1]:8080"},
    {"listen: 127.0.0.1:8080", "listen: 0.0.0.0:8080", "server.listen", "no `callers`"},
    {"admin: 127.0.0.1:8081", "admin: 0.0.0.0:8081", "server.admin", "no `admin_token`"},
    {"admin: 127.0.0.1:8081", "admin: 127.0.0.1:8080", "server.admin", "address of `listen`"},
    {"https://east.example/v1", "ftp://east.example", "providers.east.base_url", "http"},
    {"https://east.example/v1", "\"https://user@east.example\"", "providers.east.base_url", ""},
    {"    connections: 8", "    headers: { Host: x }", "providers.west.headers.Host", "no header"},
    {"    connections: 8", "    headers: { X-A: \"a\\r\\nb\" }", "providers.west.headers.X-A",
     "line break"},
    {"    connections: 8", "    tls: { ca_file: no.pem }", "providers.west.tls.ca_file",
     "cannot be read"},
    {"floor: 100ms", "floor: 3s", "tasks.triage.hedge", "is above `ceiling`"},
    {"base: 250ms", "base: 9s", "tasks.triage.retry", "is above `cap`"},
    {"cooldown: 5s", "cooldown: 9s", "routes.compact.breaker", "is above `max_cooldown`"},
    {"threads: 2", "callers: []", "server.callers", "lists nobody"},
    {"threads: 2", "callers: [{ name: a, key_sha256: abc }]", "server.callers[0].key_sha256",
     "64 lower-case"},
    {"threads: 2", "tls: { certificate: some.rules.yaml }", "server.tls.key", "is missing"},
    {"{ path: hedgerow.db }", "disk", "store", "`memory`"},
    {"{ path: hedgerow.db }", "{ path: a, url: \"postgresql://h/d\" }", "store", "both"},
    {"{ path: hedgerow.db }", "{ url: \"mysql://h/d\" }", "store.url", "postgresql://host"},
    {"  east: {", "  \"east one\": { kind: openai, base_url: \"http://h\" }\n  east: {",
     "providers.`east one`", "a name is"},
    // What the file names.
    {"provider: east", "provider: aest", "routes.compact.provider", "did you mean `east`?"},
    {"contract: ticket", "contract: tickets", "tasks.triage.contract", "did you mean `ticket`?"},
    {"- route: compact", "- route: big", "tasks.triage.ladder[0].route", "no `big`; known:"},
    {"- route: compact", "- bakcup2", "tasks.triage.ladder[0]", "did you mean `backup`?"},
    {"some.rules.yaml", "other.yaml", "tasks.triage.ladder[2].rules",
     "`other.yaml` cannot be read"},
    {"system: \"Classify the ticket.\"", "system: triage.md", "tasks.triage.system",
     "cannot be read"},
    {"threads: 2",
     "callers: [{ name: a, tasks: [nope], key_sha256: "
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" }]",
     "server.callers[0].tasks[0]", "known: triage"},
    // Contracts.
    {"type: object", "type: objekt", "contracts.ticket.schema.type", "does not compile"},
    {"maxLength: 300", "maxLength: many", "contracts.ticket.schema.properties.summary.maxLength",
     "does not compile"},
    {"maxLength: 300", "pattern: \"(\"", "contracts.ticket.schema.properties.summary.pattern",
     "does not compile"},
    {"{ type: number }", "{ minimum: .inf }", "contracts.ticket.schema", "no number in JSON"},
    {"max_length: 8000", "confidence: score", "contracts.ticket.confidence", "a JSON pointer"},
    {"max_length: 8000", "repair: [magic]", "contracts.ticket.repair[0]",
     "write one of: syntax, coerce"},
    {"max_length: 8000", "citations: sources", "contracts.ticket.citations", "a JSON pointer"},
    {"max_length: 8000", "citations_among: input", "contracts.ticket", "without `citations`",
     "  ticket:"},
    {"max_length: 8000", "language: english", "contracts.ticket.language", "a language such as en"},
    {"max_length: 8000", "tools: nowhere.json", "contracts.ticket.tools", "cannot be read"},
    {"max_length: 8000", "tools: []", "contracts.ticket.tools", "lists no tool"},
    {"max_length: 8000", "tools: [{ name: f }]", "contracts.ticket.tools", "[0]: A tool must be"},
    {"max_length: 8000",
     "tools: [{ type: function, function: { name: f, parameters: { type: obj } } }]",
     "contracts.ticket.tools", "parameters of 'f' do not compile"},
    // Ladders.
    {"as: equivalent }", "as: equivalent, message: x }", "tasks.triage.ladder[1]",
     "several rungs at once (route, message)"},
    {"{ route: backup, as: equivalent }", "{ as: equivalent }", "tasks.triage.ladder[1]",
     "says not what it is"},
    {"{ message: \"We", "{ as: stronger, message: \"We", "tasks.triage.ladder[3]", "has `as`"},
    {"{ route: backup, as: equivalent }", "compact", "tasks.triage.ladder[1]", "a second time"},
    {"{ route: backup, as: equivalent }", "[backup]", "tasks.triage.ladder[1]", "is a list"},
    {"- { rules: some.rules.yaml }", "- { message: x }", "tasks.triage.ladder[3]",
     "can never be reached", "- { message: \"We"},
    {"{ route: backup, as: equivalent }", "{ routes: {} }", "tasks.triage.ladder[1].routes",
     "a mapping from routes to weights"},
    {"{ route: backup, as: equivalent }", "{ routes: { backup: -1 } }",
     "tasks.triage.ladder[1].routes.backup", "from 0"},
    {"{ route: backup, as: equivalent }", "{ routes: { bakcup: 1 } }",
     "tasks.triage.ladder[1].routes", "did you mean"},
    {"{ route: backup, as: equivalent }", "{ routes: { compact: 1, backup: 2 } }",
     "tasks.triage.ladder[1]", "a second time"},
    {"{ route: backup, as: equivalent }", "{ cache: { max_age: 1h } }",
     "tasks.triage.ladder[1].cache", "not built yet"},
    // What routes must have.
    {"enabled: true", "safety: relaxed", "tasks.triage.ladder[1]", "its own is relaxed",
     "{ route: backup"},
    {"enabled: true", "capabilities: [tools]", "tasks.triage.ladder[1]", "`json_schema`",
     "{ route: backup"},
    {"budget: { attempts: 6 }", "budget: { attempts: 1 }", "tasks.triage.hedge", "allows only one",
     "    hedge:"},
    // What is not built.
    {"    connections: 8", "    trace: true", "providers.west.trace", "not built yet"},
    {"    enabled: true", "    limits: { concurrency: 0 }", "routes.backup.limits.concurrency",
     "from 1"},
    {"params: {", "evaluate: {", "tasks.triage.evaluate", "not built yet"},
    {"safety: { level: standard }", "repair: { reasks: 11 }", "tasks.triage.repair.reasks",
     "from 0 to 10"},
    {"attempts: 6 }", "attempts: 6, cost: 1 }", "tasks.triage.budget.cost", "$"},
    {"attempts: 6 }", "attempts: 6, tokens: 0 }", "tasks.triage.budget.tokens", "from 1"},
    {"params: {", "fitness: { window: 5, min_calls: 6 }\n    params: {", "tasks.triage.fitness",
     "is above `window`"},
    {"params: {", "steps: { policy: [equivalent] }\n    params: {", "tasks.triage.steps.policy",
     "is no key that is known here"},
    {"params: {", "steps: { contract: [reask, reask] }\n    params: {",
     "tasks.triage.steps.contract", "names a step twice"},
    {"level: standard }", "on_refusal: review }", "tasks.triage.safety.on_refusal",
     "not built yet"},
    {"level: info", "prompts: true", "log.prompts", "not built yet"},
    {"log: {", "telemetry: { sample: 10% }\nlog: {", "telemetry.sample", "not built yet"},
    // The environment.
    {"model: small", "model: ${HEDGEROW_TEST_UNSET}", "routes.compact.model", "is not set"},
    {"model: small", "model: ${2}", "routes.compact.model", "names no environment variable"},
    {"model: small", "model: \"a${B\"", "routes.compact.model", "has no `}`"},
};

} // namespace

TEST_CASE("the good file has nothing wrong", "[config]") {
  const auto read = read_good();
  CHECK(printed(read).empty());
  CHECK(read.config);
}

TEST_CASE("each mistake is one error at its line, with its key and what to do", "[config]") {
  for (const auto& x : single_mistakes) {
    const auto read = read_good(x.from, x.to);
    const auto changed = with(std::string{good_file}, x.from, x.to);
    const auto line = x.at.empty() ? line_of(good_file, x.from) : line_of(changed, x.at);
    INFO(x.from << "  →  " << x.to << "\nwanted line " << line << ", " << x.key << ": "
                << x.fragment << "\n"
                << printed(read));
    CHECK(errors_in(read) == 1);
    CHECK_FALSE(read.config);
    CHECK(std::ranges::any_of(read.findings, [&](const finding& found) {
      return is_about(found, severity::error, line, x.key, x.fragment);
    }));
  }
  CHECK(single_mistakes.size() >= 60);
}

TEST_CASE("a file in which everything is wrong reports all of it at once", "[config]") {
  std::string text{good_file};
  std::size_t changed = 0;
  for (const auto& [from, to] :
       {std::pair{"threads: 2", "threads: two"}, std::pair{"drain: 20s", "drain: 20"},
        std::pair{"body: 4MiB", "body: 4MB"}, std::pair{"provider: west", "provider: wets"},
        std::pair{"safety: standard", "safety: lax"}, std::pair{"slow_call: 2x", "slow_cal: 2x"},
        std::pair{"contract: ticket", "contract: x"}, std::pair{"as: equivalent", "as: odd"},
        std::pair{"after: p95", "after: soon"}, std::pair{"attempts: 6", "attempts: none"},
        std::pair{"level: info", "level: loud"}, std::pair{"deadline: 4s", "deadlin: 4s"}}) {
    text = with(text, from, to);
    ++changed;
  }
  const auto read =
      read_configuration_text(text, "a.yaml", {{"some.rules.yaml", std::string{good_rules}}});
  INFO(printed(read));
  // `deadlin` is unknown, and `deadline` is missing.
  CHECK(errors_in(read) == static_cast<std::ptrdiff_t>(changed) + 1);
  CHECK(std::ranges::is_sorted(read.findings, {}, &finding::line));
}

TEST_CASE("a finding is one line, whatever stands in the file", "[config]") {
  const auto read = read_good("threads: 2", "\"a\\nb\": \"c\\nd\"\n  threads: \"x\\ny\"");
  INFO(printed(read));
  CHECK(std::ranges::count(printed(read), '\n') == std::ssize(read.findings));
  CHECK(read.findings.size() == 2);
}

TEST_CASE("findings are printed as file, line, column, level, key and sentence", "[config]") {
  const auto read = read_good("threads: 2", "threads: two");
  CHECK(printed(read).starts_with("a.yaml:4:12: error: server.threads: is `two`; write "));
}

TEST_CASE("a file that cannot be read is a finding of the file", "[config]") {
  const auto read = read_configuration("/nowhere/at all.yaml");
  REQUIRE(read.findings.size() == 1);
  CHECK(read.findings[0].line == 0);
  CHECK(printed(read).starts_with("/nowhere/at all.yaml: error: cannot be read"));
  CHECK(errors_in(read_configuration("/")) == 1);
  CHECK(errors_in(read_configuration("/dev/zero")) == 1);
}

TEST_CASE("text that is no mapping of keys is one error", "[config]") {
  for (const auto* text : {"", "# only words\n", "- a\n- b\n", "tasks\n", "~\n"}) {
    const auto read = read_configuration_text(text, "a.yaml");
    INFO(text << printed(read));
    CHECK(errors_in(read) == 1);
  }
}
