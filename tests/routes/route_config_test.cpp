#include "routes/attempt.hpp"
#include "routes/route_config.hpp"
#include "routes/traffic_class.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace hedgerow;

TEST_CASE("cached input has its own price and never makes a cost negative", "[price]") {
  const price x{.input = 2, .cached_input = 0.5, .output = 10};
  CHECK(cost_of(x, 1000000, 0, 0) == Approx(2));
  CHECK(cost_of(x, 1000000, 400000, 0) == Approx(1.4));
  CHECK(cost_of(x, 0, 0, 1000000) == Approx(10));
  CHECK(cost_of(x, 100, 1000, 0) == Approx(100 * 0.5 / 1e6));
  CHECK(cost_of({}, 5, 0, 5) == 0);
}

TEST_CASE("traffic is classed by its heaviest trait", "[traffic_class]") {
  prompt x;
  CHECK(classify(x, 8000, true) == traffic_class::short_stream);
  CHECK(classify(x, 8001, true) == traffic_class::long_stream);
  CHECK(classify(x, 8000, false) == traffic_class::short_whole);
  CHECK(classify(x, 8001, false) == traffic_class::long_whole);
  x.tools.push_back({"t", {}, {}, {}});
  CHECK(classify(x, 9000, true) == traffic_class::tools_stream);
  CHECK(classify(x, 0, false) == traffic_class::tools_whole);
  x.messages.push_back({role::user, {{part::kind::image, "https://x/y.png", {}}}, {}, {}, {}});
  CHECK(classify(x, 0, true) == traffic_class::vision_stream);
  CHECK(classify(x, 0, false) == traffic_class::vision_whole);
}

TEST_CASE("every name is there once and none is empty", "[names]") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < traffic_classes; ++i)
    names.insert(to_string(static_cast<traffic_class>(i)));
  CHECK(names.size() == traffic_classes);
  CHECK(to_string(traffic_class::short_stream) == "short");
  CHECK(to_string(traffic_class::vision_whole) == "vision_whole");
  std::set<std::string_view> kinds;
  for (int i = 0; i <= static_cast<int>(attempt_kind::shadow); ++i)
    kinds.insert(to_string(static_cast<attempt_kind>(i)));
  CHECK(kinds.size() == 9);
  CHECK(to_string(provider_kind::azure_openai) == "azure_openai");
  CHECK(to_string(safety_level::strict) == "strict");
}
