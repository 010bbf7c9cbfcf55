// Puts a number of requests (the argument, 100000 without one) through actors on four threads and
// checks that each ends exactly once.

#include "actors/runtime/runtime.hpp"
#include "tests/actors/load.hpp"
#include "tests/actors/stress_stubs.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

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

void print(const load& traffic, std::uint64_t crashes, double seconds) {
  std::cout << traffic.count(ending::answered) << " answered, " << traffic.count(ending::cancelled)
            << " cancelled, " << traffic.count(ending::timed_out) << " timed out, "
            << traffic.count(ending::failed) << " failed; " << crashes
            << " actors crashed and were replaced; " << seconds << " s\n";
}

} // namespace

int main(int argc, char** argv) {
  const auto requests = number(argc > 1 ? argv[1] : "100000");
  if (!requests) {
    std::cerr << "stress: the number of requests must be a positive number\n";
    return EXIT_FAILURE;
  }
  load traffic{{.requests = *requests}};
  runtime world{threads};
  stress_stubs stubs{world};
  const auto start = std::chrono::steady_clock::now();
  if (!traffic.run(stubs.target())) {
    std::cerr << "stress: stuck, no request ended for a minute\n";
    std::quick_exit(EXIT_FAILURE); // the runtime would wait for the stuck ones
  }
  stubs.leave();
  world.stop();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  print(traffic, stubs.crashes(), took.count());
  const auto violations = traffic.violations();
  for (std::size_t i = 0; i < violations.size() && i < 10; ++i)
    std::cerr << "stress: " << violations[i] << '\n';
  return violations.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}
