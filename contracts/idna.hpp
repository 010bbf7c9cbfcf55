#pragma once

#include <string_view>

/// Internationalised domain names: IDNA 2008 (RFC 5890 to 5893).
namespace hedgerow::idna {

/// What a character is for the Bidi rule (RFC 5893), as far as it tells labels apart.
enum class direction { left, right, arabic_number, european_number, mark, neutral };

direction direction_of(char32_t c);

/// Whether a label may hold `label[i]` (RFC 5892, with the rules for its neighbours).
bool allows(std::u32string_view label, std::size_t i);

/// Whether `c` is a combining mark, with which no label starts.
bool is_mark(char32_t c);

} // namespace hedgerow::idna
