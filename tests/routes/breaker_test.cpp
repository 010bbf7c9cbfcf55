#include "routes/breaker.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

/// A virtual clock that starts at zero, as those of simulations do.
struct timeline {
  time_point now{};
  void advance(milliseconds by) { now += by; }
};

struct fixture : timeline {
  breaker gate{};

  void call(call_effect effect, bool slow = false) {
    const auto as = gate.admit(now, 30s);
    REQUIRE(as != permit::refused);
    gate.ended(as, effect, slow, now);
  }

  void calls(int n, call_effect effect, bool slow = false) {
    for (int i = 0; i < n && gate.state(now) == breaker_state::closed; ++i)
      call(effect, slow);
  }

  /// Moves to the moment the first probe is let through.
  milliseconds cool_down() {
    const auto before = now;
    now = gate.admits_at(now);
    return std::chrono::duration_cast<milliseconds>(now - before);
  }

  void recover() {
    cool_down();
    for (int i = 0; i < 3; ++i)
      call(call_effect::good);
    REQUIRE(gate.state(now) == breaker_state::closed);
  }

  /// `bad` of every `of` calls fail, spread evenly, ten calls a second.
  void traffic(int n, int bad, int of) {
    for (int i = 0; i < n && gate.state(now) == breaker_state::closed; ++i) {
      call(i * bad / of != (i + 1) * bad / of ? call_effect::bad : call_effect::good);
      advance(100ms);
    }
  }
};

constexpr auto good = call_effect::good;
constexpr auto bad = call_effect::bad;
constexpr auto ignored = call_effect::ignored;

} // namespace

TEST_CASE_METHOD(fixture, "a breaker opens on the fifth failure in a row", "[breaker]") {
  calls(4, bad);
  CHECK(gate.state(now) == breaker_state::closed);
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "consecutive");
  CHECK(gate.refuses(now));
  CHECK(gate.admit(now, 1s) == permit::refused);
}

TEST_CASE_METHOD(fixture, "a good call ends a row of failures", "[breaker]") {
  calls(4, bad);
  advance(5s);
  call(good);
  calls(4, bad);
  CHECK(gate.state(now) == breaker_state::closed);
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
}

TEST_CASE_METHOD(fixture, "failures in a row count only within the window", "[breaker]") {
  calls(4, bad);
  advance(31s);
  call(bad);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "an ignored call neither counts nor ends a row", "[breaker]") {
  calls(4, bad);
  calls(100, ignored);
  CHECK(gate.state(now) == breaker_state::closed);
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
}

TEST_CASE_METHOD(fixture, "without the row only a rate opens", "[breaker]") {
  gate = breaker{{.consecutive = 0}};
  calls(19, bad);
  CHECK(gate.state(now) == breaker_state::closed);
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "failure_rate");
}

TEST_CASE_METHOD(fixture, "half of at least twenty calls failing opens", "[breaker]") {
  for (int i = 0; i < 9; ++i) {
    call(bad);
    call(good);
  }
  call(good);
  CHECK(gate.state(now) == breaker_state::closed);
  call(bad); // 10 of 20
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "failure_rate");
}

TEST_CASE_METHOD(fixture, "failures that have left the window are forgotten", "[breaker]") {
  traffic(18, 1, 2);
  advance(30s);
  calls(11, good);
  calls(4, bad);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "a climb above the own baseline opens below half", "[breaker]") {
  traffic(600, 1, 200);
  REQUIRE(gate.state(now) == breaker_state::closed);
  advance(31s);
  traffic(40, 1, 4); // 25 % against 0.5 %
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "above_baseline");
}

TEST_CASE_METHOD(fixture, "what is usual for a route opens nothing", "[breaker]") {
  traffic(3000, 1, 5);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "a baseline needs two hundred calls", "[breaker]") {
  traffic(150, 0, 1);
  advance(31s);
  traffic(40, 1, 4);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "the baseline can be switched off", "[breaker]") {
  gate = breaker{{.above_baseline = 0}};
  traffic(600, 0, 1);
  advance(31s);
  traffic(40, 1, 4);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "an outage is no part of what is usual", "[breaker]") {
  traffic(600, 1, 200);
  for (int i = 0; i < 20; ++i) {
    advance(61s);
    call(good);
    calls(5, bad);
    REQUIRE(gate.state(now) == breaker_state::open);
    recover();
  }
  advance(31s);
  traffic(40, 1, 4);
  CHECK(gate.cause() == "above_baseline");
}

TEST_CASE("the Wilson lower bound follows its vectors", "[breaker]") {
  struct row {
    int bad;
    int calls;
    double bound;
  };
  for (const auto& x : {row{2, 20, 0.0226}, row{5, 20, 0.0963}, row{10, 20, 0.2690},
                        row{4, 40, 0.0336}, row{6, 100, 0.0242}, row{10, 100, 0.0495}}) {
    INFO(x.bad << "/" << x.calls);
    CHECK(wilson_lower_bound(x.bad, x.calls) == Approx(x.bound).margin(0.00006));
  }
  CHECK(wilson_lower_bound(0, 0) == 0);
}

TEST_CASE_METHOD(fixture, "slow calls open, good and ignored ones alike", "[breaker]") {
  calls(4, good);
  calls(8, good, true);
  calls(7, ignored, true);
  CHECK(gate.state(now) == breaker_state::closed);
  call(ignored, true); // 16 of 20
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "slow_rate");
}

TEST_CASE_METHOD(fixture, "three good probes in a row close it", "[breaker]") {
  calls(5, bad);
  CHECK(cool_down() >= 2500ms);
  CHECK(gate.state(now) == breaker_state::half_open);
  call(good);
  call(ignored);
  call(good);
  CHECK(gate.state(now) == breaker_state::half_open);
  call(good);
  CHECK(gate.state(now) == breaker_state::closed);
}

TEST_CASE_METHOD(fixture, "the first bad probe opens it for the next cool-down", "[breaker]") {
  gate = breaker{{.max_cooldown = 1h}};
  calls(5, bad);
  cool_down();
  call(good);
  call(good);
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
  CHECK(gate.cause() == "probe");
  CHECK(cool_down() >= 5s);
}

TEST_CASE_METHOD(fixture, "a slow probe is no sign of health", "[breaker]") {
  calls(5, bad);
  cool_down();
  call(good, true);
  CHECK(gate.state(now) == breaker_state::open);
}

TEST_CASE_METHOD(fixture, "at most three probes are out, and an ignored one comes back",
                 "[breaker]") {
  calls(5, bad);
  cool_down();
  for (int i = 0; i < 3; ++i)
    CHECK(gate.admit(now, 10s) == permit::probe);
  CHECK(gate.refuses(now));
  CHECK(gate.admit(now, 10s) == permit::refused);
  CHECK(gate.admits_at(now) == now + 10s);
  gate.ended(permit::probe, ignored, false, now);
  CHECK_FALSE(gate.refuses(now));
  CHECK(gate.admit(now, 10s) == permit::probe);
}

TEST_CASE_METHOD(fixture, "a probe that never ends loses its lease", "[breaker]") {
  gate = breaker{{.probes = 1}};
  calls(5, bad);
  cool_down();
  CHECK(gate.admit(now, 4s) == permit::probe);
  advance(3999ms);
  CHECK(gate.refuses(now));
  advance(1ms);
  CHECK_FALSE(gate.refuses(now));
  CHECK(gate.admit(now, 4s) == permit::probe);
}

TEST_CASE_METHOD(fixture, "late results neither close nor extend it", "[breaker]") {
  calls(5, bad);
  const auto until = gate.admits_at(now);
  for (int i = 0; i < 10; ++i)
    gate.ended(permit::passed, bad, true, now);
  CHECK(gate.admits_at(now) == until);
  cool_down();
  REQUIRE(gate.admit(now, 10s) == permit::probe);
  for (int i = 0; i < 10; ++i)
    gate.ended(permit::passed, good, false, now);
  CHECK(gate.state(now) == breaker_state::half_open);
  gate.ended(permit::passed, bad, false, now);
  CHECK(gate.state(now) == breaker_state::half_open);
}

TEST_CASE("cool-downs double up to the cap and are drawn from their upper half", "[breaker]") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  fixture x;
  x.gate = breaker{{.cooldown = 4s, .max_cooldown = 20s}, seed};
  x.calls(5, bad);
  for (const auto span : {4s, 8s, 16s, 20s, 20s, 20s}) {
    const auto drawn = x.cool_down();
    CHECK(drawn >= span / 2);
    CHECK(drawn <= span);
    x.call(bad);
  }
}

TEST_CASE("the same seed draws the same cool-downs, another one others", "[breaker]") {
  const auto draws = [](std::uint64_t seed) {
    fixture x;
    x.gate = breaker{{}, seed};
    x.calls(5, bad);
    std::vector<milliseconds> all;
    for (int i = 0; i < 8; ++i) {
      all.push_back(x.cool_down());
      x.call(bad);
    }
    return all;
  };
  CHECK(draws(7) == draws(7));
  CHECK(draws(7) != draws(8));
}

TEST_CASE_METHOD(fixture, "each healthy minute takes back one doubling", "[breaker]") {
  gate = breaker{{.cooldown = 4s, .max_cooldown = 1h}};
  calls(5, bad);
  for (int i = 0; i < 3; ++i) {
    cool_down();
    call(bad);
  }
  recover(); // four openings
  advance(119s);
  calls(5, bad); // one forgotten, the fourth again: 32 s
  const auto fourth = cool_down();
  CHECK(fourth >= 16s);
  CHECK(fourth <= 32s);
  for (int i = 0; i < 3; ++i)
    call(good);
  advance(1h);
  calls(5, bad);
  CHECK(cool_down() <= 4s);
}

TEST_CASE_METHOD(fixture, "tripping opens at once for the hint, at most an hour", "[breaker]") {
  gate = breaker{{.cooldown = 4s, .max_cooldown = 1h}};
  gate.trip(now, 15min, "quota");
  CHECK(gate.cause() == "quota");
  CHECK(gate.admits_at(now) == now + 15min);
  gate.trip(now, 1min, "auth");
  CHECK(gate.admits_at(now) == now + 15min);
  gate.reset(now);
  CHECK(gate.state(now) == breaker_state::closed);
  gate.trip(now, 24h);
  CHECK(gate.admits_at(now) == now + 1h);
  gate.reset(now);
  gate.trip(now, 0ms);
  CHECK(gate.admits_at(now) >= now + 2s);
  CHECK(gate.admits_at(now) <= now + 4s); // closing by hand forgets the openings
}

TEST_CASE_METHOD(fixture, "a breaker works before the clock's zero and far behind it",
                 "[breaker]") {
  for (const auto start : {time_point{-3600s}, time_point{1ms}, time_point{876000h}}) {
    gate = breaker{};
    now = start;
    calls(4, bad);
    CHECK(gate.state(now) == breaker_state::closed);
    call(bad);
    CHECK(gate.state(now) == breaker_state::open);
    recover();
  }
}

TEST_CASE_METHOD(fixture, "a copy remembers the same and goes its own way", "[breaker]") {
  calls(4, bad);
  auto copy = gate;
  call(bad);
  CHECK(copy.state(now) == breaker_state::closed);
  copy.ended(permit::passed, bad, false, now);
  CHECK(copy.state(now) == breaker_state::open);
}

TEST_CASE_METHOD(fixture, "new limits hold for what is remembered", "[breaker]") {
  calls(4, bad);
  gate.reconfigure({.consecutive = 3});
  call(bad);
  CHECK(gate.state(now) == breaker_state::open);
  gate.reconfigure({.window = 10s, .probes = 1});
  cool_down();
  call(good);
  CHECK(gate.state(now) == breaker_state::closed);
}
