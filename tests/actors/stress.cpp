// Puts a number of requests (the argument, 100000 without one) through the engine on four threads
// and checks that each request and each call of a model ends exactly once.

#include "tests/actors/load.hpp"
#include "tests/actors/stress_world.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

constexpr std::size_t threads = 4;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t x = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (wrong != std::errc{} || end != text.data() + text.size() || x == 0)
    return std::nullopt;
  return x;
}

void print(const load& traffic, const stress_world& world, double seconds) {
  std::cout << traffic.count(ending::answered) << " answered, " << traffic.count(ending::cancelled)
            << " cancelled, " << traffic.count(ending::timed_out) << " timed out, "
            << traffic.count(ending::failed) << " failed; " << world.calls() << " calls of models; "
            << world.crashes() << " routes crashed and were replaced; " << seconds << " s\n";
}

} // namespace

int main(int argc, char** argv) {
  const auto requests = number(argc > 1 ? argv[1] : "100000");
  if (!requests) {
    std::cerr << "stress: the number of requests must be a positive number\n";
    return EXIT_FAILURE;
  }
  // Few enough at once that a slow machine, too, answers each long before its deadline.
  load traffic{{.requests = *requests, .in_flight_max = 100, .silent_share = 0.02}};
  stress_world world{threads};
  const auto start = std::chrono::steady_clock::now();
  if (!traffic.run(world.target())) {
    std::cerr << "stress: stuck, no request ended for a minute\n";
    std::quick_exit(EXIT_FAILURE); // the runtime would wait for the stuck ones
  }
  world.stop();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  print(traffic, world, took.count());
  auto violations = traffic.violations();
  for (auto& x : world.violations())
    violations.push_back(std::move(x));
  for (std::size_t i = 0; i < violations.size() && i < 10; ++i)
    std::cerr << "stress: " << violations[i] << '\n';
  return violations.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
