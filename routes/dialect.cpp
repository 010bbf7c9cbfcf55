#include "routes/dialect.hpp"

#include "routes/anthropic.hpp"
#include "routes/azure.hpp"
#include "routes/gemini.hpp"
#include "routes/openai.hpp"

namespace hedgerow {

namespace {

template <class Assembly>
stream_assembly empty() {
  return Assembly{};
}

constexpr dialect openai_dialect{.objection = openai::objection,
                                 .encode = openai::encode,
                                 .decode = openai::decode,
                                 .assembly = empty<openai::stream_assembly>,
                                 .request_id = "x-request-id"};
constexpr dialect anthropic_dialect{.objection = anthropic::objection,
                                    .encode = anthropic::encode,
                                    .decode = anthropic::decode,
                                    .assembly = empty<anthropic::stream_assembly>,
                                    .request_id = "request-id"};
constexpr dialect gemini_dialect{.objection = gemini::objection,
                                 .encode = gemini::encode,
                                 .decode = gemini::decode,
                                 .assembly = empty<gemini::stream_assembly>,
                                 .request_id = {}};
constexpr dialect azure_dialect{.objection = azure::objection,
                                .encode = azure::encode,
                                .decode = openai::decode,
                                .assembly = empty<openai::stream_assembly>,
                                .request_id = "x-request-id"};

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
