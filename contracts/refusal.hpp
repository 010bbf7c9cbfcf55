#pragma once

#include <string_view>

namespace hedgerow {

/// The refusal phrase in `text` as it starts with it, apologies before it included, or an empty
/// view. Only short texts (at most 400 characters) without a JSON object or array in them can
/// refuse. The list is anchored at the start, per language, and ignores case and the shape of
/// quotes. It wants somebody who will not help, comply or go on, not a fact that is missing:
/// "I cannot find the invoice number in the text" is no refusal.
std::string_view refusal_in(std::string_view text);

} // namespace hedgerow
