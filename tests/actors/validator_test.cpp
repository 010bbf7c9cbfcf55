#include "actors/validator.hpp"

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

class one_validator : public deterministic {
public:
  attempt_over judge(completion output) {
    auto about = std::make_shared<question>();
    about->must.task = wants_ok();
    auto reply = ask<attempt_over>(actor, candidate{7, std::move(about), std::move(output), 200});
    run();
    REQUIRE(reply->times == 1);
    REQUIRE(reply->answer);
    return *reply->answer;
  }

  validator_actor actor = spawn(validator);
};

} // namespace

TEST_CASE_METHOD(one_validator, "a validator replies for the attempt it was given", "[validator]") {
  completion x{.text = good_json};
  x.usage = {.input = 3, .output = 4};
  auto reply = judge(x);
  CHECK(reply.id == 7);
  CHECK(reply.status == 200);
  CHECK(reply.output.text == good_json);
  auto judged = std::get<attempt_judged>(reply.how);
  CHECK(judged.said.kind == verdict_kind::valid);
  CHECK(judged.usage.output == 4);
}

TEST_CASE_METHOD(one_validator, "a validator holds outputs against the contract", "[validator]") {
  auto verdict_of = [this](completion x) {
    return std::get<attempt_judged>(judge(std::move(x)).how).said;
  };
  CHECK(verdict_of({.text = "{}"}).kind == verdict_kind::invalid);
  CHECK(verdict_of({.text = "{}"}).violations.size() == 1);
  CHECK(verdict_of({.text = "Hello."}).kind == verdict_kind::invalid);
  CHECK(verdict_of({.text = good_json, .finish = finish_reason::content_filter}).kind
        == verdict_kind::blocked);
}
