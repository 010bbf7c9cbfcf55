#pragma once

#include "actors/request.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The events of a streamed answer in the words of each surface. Each function appends whole events
/// to `out`.
namespace hedgerow {

/// Whose answer a stream is.
struct stream_identity {
  std::string_view id;
  std::string_view model;
};

/// How a stream ends: the sentence or the calls that come after the text, and the word for it.
struct stream_ending {
  std::string_view refusal;
  std::string_view finish;
};

namespace openai_surface {

/// What every chunk of one stream carries.
struct chunk_words {
  /// Up to the choices.
  std::string head;
  bool wants_usage = false;
};

/// `created`: seconds since 1970.
chunk_words words_of(const stream_identity& of, std::int64_t created, bool wants_usage);

void append_opening(std::string& out, const chunk_words& of);
void append_text(std::string& out, const chunk_words& of, std::string_view text);
void append_ending(std::string& out, const chunk_words& of, const stream_ending& how,
                   const answer& x);
void append_break(std::string& out, const answer& x);

} // namespace openai_surface

namespace anthropic_surface {

void append_opening(std::string& out, const stream_identity& of);
void append_text(std::string& out, bool is_first, std::string_view text);
/// `withheld`: what there is besides the text stays back.
void append_ending(std::string& out, bool has_text, bool withheld, const answer& x);
void append_break(std::string& out, const answer& x);

} // namespace anthropic_surface

namespace native {

void append_text(std::string& out, std::string_view text);
void append_ending(std::string& out, const answer& x);
void append_break(std::string& out, const answer& x);

} // namespace native

} // namespace hedgerow
