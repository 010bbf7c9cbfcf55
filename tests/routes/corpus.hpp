#pragma once

#include "contracts/json.hpp"
#include "routes/dialect.hpp"

#include <string>
#include <variant>
#include <vector>

/// The whole replies of providers that were recorded by others, in ../shared/data/providers.
namespace hedgerow::corpus {

struct recording {
  std::string file;
  provider_kind kind = provider_kind::openai;
  http_reply reply;
  /// What of the recorded request decides how its answer is read.
  model_call call;
  /// The classes that are right; `ok` for an answer.
  std::vector<std::string> classes;
};

/// All whole replies of the chat, Messages and generateContent APIs, refused streams among them.
/// None, with a warning, where the folder is absent.
const std::vector<recording>& recordings();

/// How `x` is read.
std::variant<completion, failure> decoded(const recording& x);

std::string class_of(const std::variant<completion, failure>& x);

} // namespace hedgerow::corpus
