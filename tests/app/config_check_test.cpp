// What is wrong between the parts of a file.

#include "config_world.hpp"

#include "app/commands/check.hpp"
#include "app/commands/worst_case.hpp"
#include "contracts/json.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// A change to the good file and the one warning it must cause.
struct doubtful {
  std::string_view from;
  std::string_view to;
  std::string_view key;
  std::string_view fragment;
};

constexpr std::string_view digest =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The good file with its task's ladder replaced.
std::string with_ladder(std::string_view ladder) {
  const std::string text{good_file};
  const auto start = text.find("    ladder:");
  const auto end = text.find("    hedge:");
  return text.substr(0, start) + "    ladder: " + std::string{ladder} + "\n" + text.substr(end);
}

read_result read_ladder(std::string_view ladder, std::string_view rules = good_rules) {
  return read_configuration_text(with_ladder(ladder), "a.yaml",
                                 {{"some.rules.yaml", std::string{rules}}});
}

bool warns(const read_result& x, std::string_view key, std::string_view fragment) {
  return std::ranges::any_of(x.findings, [&](const finding& found) {
    return is_about(found, severity::warning, found.line, key, fragment);
  });
}

} // namespace

TEST_CASE("what is doubtful is one warning and does not stop anything", "[config]") {
  const std::string caller = "callers: [{ name: a, key_sha256: " + std::string{digest}
                             + ", budget: { cost_per_day: $20 } }]";
  const std::vector<doubtful> all{
      {"    connections: 8", "    api_key: sk-123", "providers.west.api_key", "in plain text"},
      {"    connections: 8", "    headers: { X-Api-Key: abc }", "providers.west.headers.X-Api-Key",
       "in plain text"},
      {"threads: 2", "admin_token: abc", "server.admin_token", "in plain text"},
      {"{ path: hedgerow.db }", "{ key: abc }", "store.key", "in plain text"},
      {"deadline: 4s", "deadline: 500ms", "tasks.triage.deadline", "compact (1s), backup (1s)"},
      {"attempts: 6", "attempts: 5", "tasks.triage.retry.attempts", "are 6, more than the 5"},
      {"as: equivalent", "as: stronger", "tasks.triage.hedge", "no second equivalent"},
      {"after: p95", "after: 5s", "tasks.triage.hedge.after", "never happens"},
      {"safety: standard", "languages: [en, de]\n    safety: standard", "", ""},
      {"threads: 2", caller, "server.callers[0].budget.cost_per_day", "backup"},
  };
  for (const auto& x : all) {
    const auto read = read_good(x.from, x.to);
    INFO(x.from << " → " << x.to << "\n" << printed(read));
    CHECK(read.config);
    CHECK(read.findings.size() == (x.key.empty() ? 0u : 1u));
    if (!x.key.empty())
      CHECK(warns(read, x.key, x.fragment));
  }
}

TEST_CASE("a secret from the environment is no plain text", "[config]") {
  const variable key{"HEDGEROW_TEST_K", "sk-123"};
  const auto read = read_good("    connections: 8", "    api_key: ${HEDGEROW_TEST_K}");
  CHECK(printed(read).empty());
  REQUIRE(read.config);
  CHECK(read.config->providers.at("west").api_key == "sk-123");
}

TEST_CASE("a ladder that ends in a model can end in an error", "[config]") {
  const auto read = read_ladder("[compact, backup]");
  CHECK(read.config);
  CHECK(warns(read, "tasks.triage.ladder", "no rung that degrades"));
}

TEST_CASE("a fallback that speaks less than the primary is doubtful", "[config]") {
  const auto text = with(with(std::string{good_file}, "safety: standard", "languages: [en, de]"),
                         "enabled: true", "languages: [en]");
  const auto read =
      read_configuration_text(text, "a.yaml", {{"some.rules.yaml", std::string{good_rules}}});
  INFO(printed(read));
  CHECK(warns(read, "tasks.triage.ladder[1]", "does not speak de"));
}

TEST_CASE("each route of a ladder has what its task needs", "[config]") {
  for (const auto& [from, to, fragment] : {
           std::tuple{"safety: { level: standard }", "safety: { level: strict }", "safety level"},
           std::tuple{"safety: { level: standard }", "input: { max_tokens: 130000 }", "context"},
           std::tuple{"temperature: 0", "max_tokens: 20000", "at most 16384"},
       }) {
    const auto read = read_good(from, to);
    INFO(printed(read));
    CHECK(errors_in(read) == 2);
    for (const auto& x : read.findings)
      CHECK(x.message.find(fragment) != std::string::npos);
  }
}

TEST_CASE("a multimodal task needs routes that see", "[config]") {
  const auto text =
      with(with(std::string{good_file}, "capability: classification", "capability: multimodal"),
           "enabled: true", "capabilities: [json_schema]");
  const auto read =
      read_configuration_text(text, "a.yaml", {{"some.rules.yaml", std::string{good_rules}}});
  REQUIRE(errors_in(read) == 1);
  CHECK(is_about(read.findings[0], severity::error, 49, "tasks.triage.ladder[1]", "`vision`"));
}

TEST_CASE("a route speaks the language that the contract wants", "[config]") {
  auto text =
      with(with_ladder("[compact, backup, message: x]"), "max_length: 8000", "language: de-AT");
  CHECK(read_configuration_text(text, "a.yaml").config);
  text = with(text, "    enabled: true", "    languages: [en, fr]");
  const auto read = read_configuration_text(text, "a.yaml");
  INFO(printed(read));
  REQUIRE(errors_in(read) == 1);
  CHECK(read.findings[0].key == "tasks.triage.ladder[1]");
  CHECK_THAT(read.findings[0].message, Catch::Contains("the language `de-AT`"));
  text = with(text, "languages: [en, fr]", "languages: [en, de]");
  CHECK(read_configuration_text(text, "a.yaml").config);
}

TEST_CASE("tools are not called by a fallback whose arguments nobody checks", "[config]") {
  auto text = with(with_ladder("[compact, backup, message: x]"), "capability: classification",
                   "capability: tool_execution");
  const auto unchecked = read_configuration_text(text, "a.yaml");
  REQUIRE(errors_in(unchecked) == 1);
  CHECK(unchecked.findings[0].key == "tasks.triage.ladder");
  text = with(text, "    contract: ticket", "    contract: call");
  text = with(text, "contracts:\n", "contracts:\n  call: { format: tool_call }\n");
  const auto read = read_configuration_text(text, "a.yaml");
  INFO(printed(read));
  CHECK(read.config);
}

TEST_CASE("rules that answer always leave nothing to the rungs behind them", "[config]") {
  const std::string rules{"- answer: { category: other }\n"};
  const auto read = read_ladder("[compact, rules: some.rules.yaml, message: x]", rules);
  REQUIRE(errors_in(read) == 1);
  CHECK(is_about(read.findings.front(), severity::error, 47, "tasks.triage.ladder[2]",
                 "can never be reached"));
  CHECK(read_ladder("[compact, rules: some.rules.yaml]", rules).config);
}

TEST_CASE("a rules file is read as strictly as the configuration", "[config]") {
  struct broken {
    std::string_view rules;
    int line;
    std::string_view key;
    std::string_view fragment;
  };
  const std::vector<broken> all{
      {"answer: x\n", 1, "", "a list of rules"},
      {"", 0, "", "is empty"},
      {"- when: { contains_any: [a] }\n", 1, "[0].answer", "is missing"},
      {"- whn: { matches: a }\n  answer: 1\n", 1, "[0].whn", "did you mean `when`?"},
      {"- when: {}\n  answer: { category: other }\n", 1, "[0].when", "has no condition"},
      {"- when: { contains_any: a }\n  answer: 1\n", 1, "[0].when.contains_any", "a list"},
      {"- when: { matches: \"(\" }\n  answer: { category: other }\n", 1, "[0].when.matches",
       "pattern"},
      {"- when: { matches: a }\n  answer: { category: other, summary: $input.all }\n", 2,
       "[0].answer", "`$input.all`"},
      {"- when: { matches: a }\n  answer: { category: other, n: 007 }\n", 2, "[0].answer",
       "no number in JSON"},
      {"- answer: { category: other }\n- answer: { category: other }\n", 2, "[1]",
       "can never be reached"},
      {"- answer: { category: other }\n  answer: { category: other }\n", 2, "[0].answer", "twice"},
      {"- answer: [\n", 2, "", "is not YAML"},
  };
  for (const auto& x : all) {
    const auto read = read_ladder("[compact, rules: some.rules.yaml]", x.rules);
    INFO(x.rules << printed(read));
    CHECK(std::ranges::any_of(read.findings, [&](const finding& found) {
      return found.file == "some.rules.yaml"
             && is_about(found, severity::error, x.line, x.key, x.fragment);
    }));
    CHECK_FALSE(read.config);
  }
}

TEST_CASE("rules answer what the contract allows, or could for some input", "[config]") {
  const auto answer = [](std::string_view text) {
    return read_ladder("[compact, rules: some.rules.yaml]",
                       "- when: { matches: a }\n  answer: " + std::string{text} + "\n");
  };
  for (const auto* good : {"{ category: other }", "{ category: billing, summary: \"$input\" }",
                           "{ category: other, summary: \"$input.first_sentence\", score: 1 }"}) {
    INFO(good << printed(answer(good)));
    CHECK(answer(good).config);
  }
  for (const auto* bad : {"{ category: sales }", "{ summary: \"$input\" }", "other", "[]",
                          "{ category: other, score: \"$input\" }", "{ category: \"$input\" }"}) {
    const auto read = answer(bad);
    INFO(bad << printed(read));
    REQUIRE(errors_in(read) == 1);
    CHECK(is_about(read.findings.back(), severity::error, 2, "[0].answer",
                   "breaks the contract `ticket` of the task `triage`"));
    CHECK(read.findings.back().file == "some.rules.yaml");
  }
}

TEST_CASE("the worst case follows from the ladder, the retries and the budgets", "[config]") {
  const auto read = read_good("deadline: 4s", "deadline: 1h");
  REQUIRE(read.config);
  const auto& x = *read.config;
  const auto& task = x.tasks.at("triage");
  const auto worst = [&](failure_class kind) { return worst_of(x, task, kind); };
  CHECK(worst(failure_class::transport).attempts == 6);
  // Three calls of 3 s, three of 30 s, and waits of at most 250 and 500 ms on each rung.
  CHECK(worst(failure_class::transport).time == 3 * 3s + 3 * 30s + 2 * 750ms);
  CHECK(worst(failure_class::quota).attempts == 2);
  CHECK(worst(failure_class::quota).cost == 0);
  CHECK(worst(failure_class::latency).time == 33s);
  // The hedge is under way before anybody knows; the broken output is asked about once.
  CHECK(worst(failure_class::contract).attempts == 3);
  CHECK(worst(failure_class::contract).time == 6s);
  CHECK(worst(failure_class::policy).attempts == 2);
  // 128000 − 16384 tokens in, 16384 out, and a second route without a price.
  CHECK(worst(failure_class::policy).cost == Approx((111616 * 0.15 + 16384 * 0.60) / 1e6));
  CHECK(worst(failure_class::policy).unpriced);
}

TEST_CASE("the budget and the deadline bound the worst case", "[config]") {
  const auto read = read_good("attempts: 6", "attempts: 2");
  REQUIRE(read.config);
  const auto most =
      worst_of(*read.config, read.config->tasks.at("triage"), failure_class::transport);
  CHECK(most.attempts == 2);
  CHECK(most.time == 4s);
}

TEST_CASE("the check command says all of it and returns its status", "[config]") {
  const auto file = std::filesystem::temp_directory_path()
                    / ("hedgerow-check-" + std::to_string(::getpid()) + ".yaml");
  const auto run = [&](std::string_view text, check_options how, int status) {
    std::ofstream{file} << text;
    std::ostringstream out;
    CHECK(check(file.string(), how, out) == status);
    return out.str();
  };
  const auto fine = with_ladder("[compact, backup, message: x]");
  const auto doubtful = with_ladder("[compact, backup]");
  const auto broken = with(fine, "deadline: 4s", "deadlin: 4s");
  CHECK(run(fine, {}, 0).find("ladder  compact → backup → message") != std::string::npos);
  CHECK(run(fine, {}, 0).find("transport        6 attempts   4s") != std::string::npos);
  CHECK(run(fine, {.strict = true}, 0).find("0 errors, 0 warnings") != std::string::npos);
  CHECK(run(doubtful, {}, 0).find("0 errors, 1 warning\n") != std::string::npos);
  CHECK(run(fine, {.files_allowed = 1000}, 0).find("server.limits: ") != std::string::npos);
  CHECK(run(doubtful, {.strict = true}, 1).find("1 error, 0 warnings") != std::string::npos);
  CHECK(run(broken, {}, 1).find("2 errors") != std::string::npos);
  const auto machine = json::parse(run(broken, {.as_json = true}, 1));
  REQUIRE(machine.has_value());
  CHECK(json::at(*machine, "/findings/1/key") != nullptr);
  const auto good = json::parse(run(fine, {.as_json = true}, 0));
  REQUIRE(good.has_value());
  CHECK(json::at(*good, "/tasks/triage/worst/transport/attempts")->GetInt() == 6);
  std::filesystem::remove(file);
}
