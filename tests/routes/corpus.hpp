#pragma once

#include "contracts/json.hpp"
#include "routes/dialect.hpp"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

/// The replies of providers that were recorded by others, in ../shared/data/providers.
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

/// The streams of the same APIs; the body is the stream.
const std::vector<recording>& streams();

/// The replies of all other APIs, whole or streamed.
std::vector<std::string> foreign_bodies();

/// What came of a stream.
struct heard_stream {
  /// The pieces of its text, joined.
  std::string text;
  bool has_content = false;
  std::variant<completion, failure> end;
};

/// How the stream `x` is read if it comes in pieces of `bytes`.
heard_stream heard(const recording& x, std::size_t bytes);

/// How `x` is read.
std::variant<completion, failure> decoded(const recording& x);

std::string class_of(const std::variant<completion, failure>& x);

} // namespace hedgerow::corpus
