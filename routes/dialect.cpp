#include "routes/dialect.hpp"

#include "routes/anthropic.hpp"
#include "routes/azure.hpp"
#include "routes/gemini.hpp"
#include "routes/openai.hpp"

namespace hedgerow {

namespace {

constexpr dialect openai_dialect{openai::objection, openai::encode, openai::decode, "x-request-id"};
constexpr dialect anthropic_dialect{anthropic::objection, anthropic::encode, anthropic::decode,
                                    "request-id"};
constexpr dialect gemini_dialect{gemini::objection, gemini::encode, gemini::decode, {}};
constexpr dialect azure_dialect{azure::objection, azure::encode, openai::decode, "x-request-id"};

} // namespace

const dialect* dialect_of(provider_kind x) {
  switch (x) {
  case provider_kind::openai:
    return &openai_dialect;
  case provider_kind::anthropic:
    return &anthropic_dialect;
  case provider_kind::gemini:
    return &gemini_dialect;
  case provider_kind::azure_openai:
    return &azure_dialect;
  case provider_kind::in_process:
    return nullptr;
  }
  return nullptr;
}

} // namespace hedgerow
