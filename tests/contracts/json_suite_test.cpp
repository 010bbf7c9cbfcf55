#include "contracts/json.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// What the suite leaves open and we take: a number whose double is the nearest one.
const std::set<std::string> taken_by_choice{
    "i_number_double_huge_neg_exp.json",   "i_number_real_underflow.json",
    "i_number_too_big_neg_int.json",       "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json",
    "i_structure_500_nested_arrays.json", // Only with a limit that deep.
};

} // namespace

TEST_CASE("JSONTestSuite: all of y_ is taken, all of n_ refused, i_ as we chose", "[unit]") {
  const fs::path folder = shared_data / "json-test-suite" / "test_parsing";
  if (is_absent(folder))
    return;
  std::map<char, int> seen;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    CAPTURE(name);
    ++seen[name[0]];
    const auto taken = json::parse(content(entry.path()), {.depth = 1000}).has_value();
    CHECK(taken == (name[0] == 'y' || taken_by_choice.count(name) == 1));
  }
  CHECK(seen['y'] > 0);
  CHECK(seen['n'] > 0);
  CHECK(seen['i'] > 0);
}

TEST_CASE("a hundred thousand open brackets are refused and do not grow the stack", "[unit]") {
  std::string objects;
  for (int i = 0; i < 100'000; ++i)
    objects += R"([{"":)";
  CHECK_FALSE(json::parse(objects).has_value());
  CHECK_FALSE(json::parse(std::string(100'000, '[')).has_value());
  CHECK_FALSE(json::parse(std::string(1'000'000, '['), {.depth = 2'000'000}).has_value());
}
