#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What we need to know about UTF-8, and no more.
namespace hedgerow::utf8 {

/// The bytes of the well-formed sequence that `text` starts with; 0 if there is none.
std::size_t sequence_length(std::string_view text);

/// Where `text` first holds bytes that are no UTF-8; its size: nowhere.
std::size_t fault(std::string_view text);

/// How many bytes of `text` are no ASCII.
std::size_t wide_bytes(std::string_view text);

/// The character that a well-formed sequence stands for; of anything else its first byte.
char32_t character(std::string_view sequence);

/// Appends `x`, which is no surrogate.
void append(std::string& out, char32_t x);

/// The characters (code points) in `text`, which is taken to be well-formed.
std::size_t length(std::string_view text);

/// The longest start of `text` that has at most `bytes` bytes and splits no sequence.
std::string_view head(std::string_view text, std::size_t bytes);

} // namespace hedgerow::utf8
