#include "actors/contract_tally.hpp"

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;

TEST_CASE_METHOD(world, "verdicts are counted per task and route", "[contract_tally]") {
  add("a", {says(good_json), says("```" + good_json + "```"), says("prose"), withheld()});
  add("s", {}, rung_role::stronger)->otherwise = says(good_json);
  job().must = wants_ok();
  for (int i = 0; i < 4; ++i)
    play();
  contract_tally tally;
  for (const auto& x : records)
    tally.add(x.about->of->name, x.facts.steps);
  REQUIRE(tally.all().size() == 2);
  const auto& primary = tally.all().at({"t", "a"});
  CHECK(primary.valid == 1);
  CHECK(primary.repaired == 1);
  CHECK(primary.invalid == 1);
  CHECK(primary.blocked == 1);
  CHECK(tally.all().at({"t", "s"}).valid == 1);
}
