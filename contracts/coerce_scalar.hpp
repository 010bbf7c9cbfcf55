#pragma once

#include "contracts/json.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What a scalar says in another type. None of these guesses: what is not plainly said is not
/// there.
namespace hedgerow::coercion {

using memory = json::document::AllocatorType;

/// The number that all of `text` spells, also with a plus sign, leading zeros or `1,234`.
std::optional<json::value> number_in(std::string_view text, memory& to);

/// What `text` says: true, false, yes or no, by the rules of `meant_by`.
std::optional<bool> boolean_in(std::string_view text);

/// 1 and 0.
std::optional<bool> boolean_of(const json::value& number);

/// Whether `text` spells null, in JSON or in Python.
bool is_null_in(std::string_view text);

/// The object or array that `text` holds as JSON, also as broken JSON if all of it is that.
std::optional<json::value> container_in(std::string_view text, memory& to);

/// `text` in lower case, separators alike, and without white space and punctuation around it: words
/// with the same folded form are the same word.
std::string folded(std::string_view text);

/// The one of `values` that `x` means: the same word; or the only one that `x` mentions, where `x`
/// starts with it and a colon, a dash or the like follows, or where it is all that stands after the
/// last colon or line break. That a word is mentioned is not enough: the text may deny it. Null:
/// none, or several.
const json::value* meant_by(const json::value& x, const json::value& values);

} // namespace hedgerow::coercion
