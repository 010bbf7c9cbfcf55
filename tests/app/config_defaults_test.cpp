#include "config_world.hpp"

#include "actors/rules.hpp"
#include "contracts/json.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <unistd.h>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view smallest = R"(
providers: { local: { kind: openai, base_url: http://127.0.0.1:11434/v1/ } }
routes: { compact: { provider: local, model: m } }
contracts: { any: {} }
tasks:
  chat:
    deadline: 30s
    ladder: [ compact ]
  hedged:
    deadline: 30s
    contract: any
    ladder: [ compact ]
    input: {}
    hedge: {}
)";

configuration smallest_configuration() {
  auto read = read_configuration_text(std::string{smallest}, "a.yaml");
  INFO(printed(read));
  REQUIRE(read.config);
  return *read.config;
}

configuration good(std::string_view from = "", std::string_view to = "") {
  auto read = read_good(from, to);
  INFO(printed(read));
  REQUIRE(read.config);
  return *read.config;
}

} // namespace

TEST_CASE("what the file leaves out of the server has the defaults of the reference", "[config]") {
  const auto x = smallest_configuration();
  CHECK(x.server.listen.host == "127.0.0.1");
  CHECK(x.server.listen.port == 8080);
  CHECK(x.server.admin.host == "127.0.0.1");
  CHECK(x.server.admin.port == 8081);
  CHECK(x.server.admin_token.empty());
  CHECK(x.server.threads == 0);
  CHECK(x.server.drain == 20s);
  CHECK(x.server.limits.body == 4u << 20);
  CHECK(x.server.limits.headers == 16u << 10);
  CHECK(x.server.limits.header_timeout == 5s);
  CHECK(x.server.limits.idle == 60s);
  CHECK(x.server.limits.connections == 10000);
  CHECK(x.server.limits.in_flight == 4096);
  CHECK_FALSE(x.server.tls);
  CHECK(x.server.callers.empty());
  CHECK(x.server.webhooks.allow.empty());
  CHECK(x.store.what == store_config::kind::sqlite);
  CHECK(x.store.path == "hedgerow.db");
  CHECK(x.log.level == "info");
  CHECK(x.log.as == log_config::format::text);
  CHECK(x.log.file == "-");
  CHECK_FALSE(x.log.prompts);
}

TEST_CASE("what the file leaves out of a route has the defaults of the reference", "[config]") {
  const auto x = smallest_configuration();
  const auto& provider = x.providers.at("local");
  CHECK(provider.name == "local");
  CHECK(provider.base_url == "http://127.0.0.1:11434/v1");
  CHECK(provider.api_key.empty());
  CHECK(provider.headers.empty());
  CHECK(provider.ca_file.empty());
  CHECK(provider.connections == 64);
  CHECK_FALSE(provider.trace);
  const auto& route = x.routes.at("compact");
  CHECK(route.name == "compact");
  CHECK(route.provider.base_url == provider.base_url);
  CHECK(route.model == "m");
  CHECK(route.region.empty());
  CHECK(route.timeout.connect == 2s);
  CHECK(route.timeout.first_token == 10s);
  CHECK(route.timeout.stall == 10s);
  CHECK(route.timeout.total == 30s);
  CHECK(route.cost.input == 0);
  CHECK(route.cost.cached_input == 0);
  CHECK(route.cost.output == 0);
  CHECK(route.context == 128000);
  CHECK(route.max_output == 16384);
  CHECK(route.capabilities.has(capability::json_schema));
  CHECK(route.capabilities.has(capability::tools));
  CHECK(route.capabilities.has(capability::vision));
  CHECK_FALSE(route.capabilities.has(capability::prefill));
  CHECK(route.languages.empty());
  CHECK(route.safety == safety_level::standard);
  CHECK(route.retry_budget == Approx(0.2));
  CHECK(route.enabled);
}

TEST_CASE("what the file leaves out of a breaker has the defaults of the reference", "[config]") {
  const auto x = smallest_configuration().routes.at("compact").breaker;
  CHECK(x.window == 30s);
  CHECK(x.consecutive == 5);
  CHECK(x.min_calls == 20);
  CHECK(x.failure_rate == Approx(0.5));
  CHECK(x.above_baseline == Approx(3));
  CHECK_FALSE(x.slow_call);
  CHECK(x.slow_multiple == Approx(2));
  CHECK(x.slow_rate == Approx(0.8));
  CHECK(x.cooldown == 5s);
  CHECK(x.max_cooldown == 8s);
  CHECK(x.probes == 3);
}

TEST_CASE("what the file leaves out of a task has the defaults of the reference", "[config]") {
  const auto all = smallest_configuration();
  const auto& x = all.tasks.at("chat");
  CHECK(x.name == "chat");
  CHECK(x.capability == task_capability::classification);
  CHECK(x.mode == task_mode::interactive);
  CHECK(x.deadline == 30s);
  CHECK_FALSE(x.must);
  CHECK_FALSE(x.hedge);
  CHECK(x.retry.attempts == 2);
  CHECK(x.retry.base == 250ms);
  CHECK(x.retry.cap == 8s);
  CHECK_FALSE(x.retry.wait_up_to.fixed);
  CHECK(x.retry.wait_up_to.share == Approx(0.25));
  CHECK(x.budget.attempts == 6);
  CHECK(x.safety == safety_level::standard);
  CHECK_FALSE(x.input.shape);
  CHECK(x.input.max_tokens == 0);
  CHECK(x.system.empty());
  CHECK_FALSE(x.params.temperature);
  REQUIRE(x.ladder.size() == 1);
  CHECK(std::get<model_rung>(x.ladder[0]).route == "compact");
  CHECK(std::get<model_rung>(x.ladder[0]).as == rung_role::equivalent);
}

TEST_CASE("parts that are off when absent have defaults once they are there", "[config]") {
  const auto all = smallest_configuration();
  const auto& x = all.tasks.at("hedged");
  REQUIRE(x.hedge);
  CHECK_FALSE(x.hedge->fixed);
  CHECK(x.hedge->quantile == Approx(0.95));
  CHECK(x.hedge->floor == 100ms);
  CHECK(x.hedge->ceiling == 2s);
  CHECK(x.hedge->max_extra == Approx(0.05));
  CHECK(x.hedge->at_most == 1);
  CHECK(x.input.max_tokens == 20000);
  REQUIRE(x.must);
  CHECK(x.must->name == "any");
  CHECK(x.must->format == contract::form::json);
  CHECK_FALSE(x.must->shape);
  CHECK(x.must->not_empty);
  CHECK(x.must->max_length == std::numeric_limits<std::size_t>::max());
  CHECK(x.must->confidence.empty());
  CHECK(x.must->tools.empty());
  CHECK(x.must->parallel);
  CHECK_FALSE(x.must->sources);
  CHECK_FALSE(x.must->sources_among_input);
  CHECK(x.must->language.empty());
  CHECK(x.must->repair.syntax);
  CHECK(x.must->repair.coerce);
  CHECK(x.repair.reasks == 1);
}

TEST_CASE("what the file says arrives where it belongs", "[config]") {
  const auto x = good("threads: 2", "threads: 3");
  CHECK(x.server.threads == 3);
  CHECK(x.server.limits.connections == 100);
  CHECK(x.providers.at("west").connections == 8);
  const auto& compact = x.routes.at("compact");
  CHECK(compact.provider.name == "east");
  CHECK(compact.timeout.first_token == 1s);
  CHECK(compact.timeout.total == 3s);
  CHECK(compact.cost.input == Approx(0.15));
  CHECK(compact.cost.cached_input == Approx(0.15));
  CHECK(compact.cost.output == Approx(0.6));
  const auto& task = x.tasks.at("triage");
  CHECK(task.deadline == 4s);
  CHECK(task.must == x.contracts.at("ticket"));
  CHECK(task.must->max_length == 8000);
  CHECK(task.system == "Classify the ticket.");
  CHECK(task.params.temperature == 0.0);
  REQUIRE(task.ladder.size() == 4);
  CHECK(std::get<rules_rung>(task.ladder[2]).rules->rules().size() == 2);
  CHECK(std::get<message_rung>(task.ladder[3]).text == "We could not classify this.");
}

TEST_CASE("a caller is read with all that limits it", "[config]") {
  const std::string digest(64, 'a');
  const auto x =
      good("threads: 2", "callers: [{ name: web, key_sha256: " + digest
                             + ", segment: free, tasks: [triage], exhausted_status: 406, "
                               "budget: { requests_per_minute: 600 } }]");
  REQUIRE(x.server.callers.size() == 1);
  const auto& caller = x.server.callers[0];
  CHECK(caller.name == "web");
  CHECK(caller.key_sha256 == digest);
  CHECK(caller.segment == "free");
  CHECK(caller.tasks == std::vector<std::string>{"triage"});
  CHECK(caller.exhausted_status == 406);
  CHECK(caller.budget.requests_per_minute == 600);
  CHECK_FALSE(caller.budget.cost_per_day);
}

TEST_CASE("times and figures share a key and are told apart by their units", "[config]") {
  CHECK(good("slow_call: 2x", "slow_call: 3s").routes.at("compact").breaker.slow_call == 3s);
  CHECK(good("slow_call: 2x", "slow_call: 4x").routes.at("compact").breaker.slow_multiple == 4);
  CHECK(good("after: p95", "after: 300ms").tasks.at("triage").hedge->fixed == 300ms);
  CHECK(good("after: p95", "after: p99.5").tasks.at("triage").hedge->quantile == Approx(0.995));
  CHECK(good("wait_up_to: 25%", "wait_up_to: 2s").tasks.at("triage").retry.wait_up_to.fixed == 2s);
}

TEST_CASE("a store is a file, a database or nothing at all", "[config]") {
  CHECK(good("{ path: hedgerow.db }", "memory").store.what == store_config::kind::memory);
  const auto x = good("{ path: hedgerow.db }", "{ url: \"postgresql://h/d\" }").store;
  CHECK(x.what == store_config::kind::postgresql);
  CHECK(x.url == "postgresql://h/d");
  CHECK(good("hedgerow.db", "other.db").store.path == "other.db");
}

TEST_CASE("words that YAML 1.1 took for booleans are text", "[config]") {
  CHECK(good("model: small", "model: on").routes.at("compact").model == "on");
  CHECK(good("enabled: true", "languages: [no, yes]").routes.at("backup").languages
        == std::vector<std::string>{"no", "yes"});
}

TEST_CASE("variables go into values and never change the structure", "[config]") {
  const variable model{"HEDGEROW_TEST_A", "a: b, [c]"};
  const variable empty{"HEDGEROW_TEST_E", ""};
  const variable number{"HEDGEROW_TEST_N", "7"};
  const variable nested{"HEDGEROW_TEST_R", "${HEDGEROW_TEST_A}"};
  const auto model_of = [](std::string_view written) {
    return good("model: small", "model: " + std::string{written}).routes.at("compact").model;
  };
  CHECK(model_of("${HEDGEROW_TEST_A}") == "a: b, [c]");
  CHECK(model_of("x-${HEDGEROW_TEST_N}-${HEDGEROW_TEST_N}") == "x-7-7");
  CHECK(model_of("${HEDGEROW_TEST_N}") == "7");
  CHECK(model_of("${HEDGEROW_TEST_R}") == "${HEDGEROW_TEST_A}");
  CHECK(model_of("${HEDGEROW_TEST_UNSET:-other}") == "other");
  CHECK(model_of("${HEDGEROW_TEST_E:-other}") == "other");
  CHECK(model_of("a$b") == "a$b");
  CHECK(good("threads: 2", "threads: ${HEDGEROW_TEST_N}").server.threads == 7);
  CHECK(good("connections: 100", "connections: \"${HEDGEROW_TEST_N}\"").server.limits.connections
        == 7);
}

TEST_CASE("the admin token is taken from the environment where the file has none", "[config]") {
  const variable token{"HEDGEROW_ADMIN_TOKEN", "from-outside"};
  CHECK(good().server.admin_token == "from-outside");
  CHECK(good("threads: 2", "admin_token: \"\"").server.admin_token.empty());
}

TEST_CASE("what a variable holds never stands in a finding", "[config]") {
  const variable secret{"HEDGEROW_TEST_S", "hush-hush\n"};
  for (const auto* key : {"model: ", "timeout: ", "safety: ", "context: ", "breaker: "}) {
    const auto read = read_good("    enabled: true",
                                "    x: 1\n    " + std::string{key} + "\"${HEDGEROW_TEST_S}\"");
    INFO(printed(read));
    CHECK(errors_in(read) >= 2);
    CHECK(printed(read).find("hush") == std::string::npos);
  }
}

TEST_CASE("files are looked for next to the configuration", "[config]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("hedgerow-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "inside");
  const auto write = [&](const char* name, std::string_view text) {
    std::ofstream{folder / name} << text;
  };
  write("a.yaml", with(with(std::string{good_file}, "\"Classify the ticket.\"", "inside/triage.md"),
                       "threads: 2", "tls: { certificate: c.pem, key: k.pem }"));
  write("some.rules.yaml", good_rules);
  write("inside/triage.md", "Be quick.\n");
  write("c.pem", "c");
  write("k.pem", "k");
  const auto read = read_configuration((folder / "a.yaml").string());
  INFO(printed(read));
  REQUIRE(read.config);
  CHECK(read.config->tasks.at("triage").system == "Be quick.\n");
  CHECK(read.config->server.tls->certificate == (folder / "c.pem").string());
  std::filesystem::remove_all(folder);
}

TEST_CASE("a schema may stand in a file of its own", "[config]") {
  const auto text = R"(
contracts: { t: { schema: t.json } }
providers: { p: { kind: openai, base_url: "http://h" } }
routes: { r: { provider: p, model: m } }
tasks: { t: { deadline: 1s, contract: t, ladder: [r, message: x] } }
)";
  const auto read = read_configuration_text(text, "a.yaml", {{"t.json", R"({"type":"object"})"}});
  INFO(printed(read));
  REQUIRE(read.config);
  CHECK(read.config->contracts.at("t")->shape->text() == R"({"type":"object"})");
  const auto broken = read_configuration_text(text, "a.yaml", {{"t.json", R"({"type":"obj"})"}});
  REQUIRE(errors_in(broken) == 1);
  CHECK(is_about(broken.findings[0], severity::error, 2, "contracts.t.schema",
                 "`t.json` does not compile"));
}

TEST_CASE("secrets are masked", "[config]") {
  CHECK(masked("") == "");
  CHECK(masked("abc") == "***");
}
