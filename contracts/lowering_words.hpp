#pragma once

#include "contracts/json.hpp"

#include <string>
#include <string_view>

namespace hedgerow::lowering {

/// A keyword that a dialect has not, as a sentence for a model: `At least 5.`. Empty where the
/// value is too long for one. For `if` the value is the schema that has it, with `then` and `else`.
std::string sentence(std::string_view keyword, const json::value& value);

/// That the member must not be there, as `sentence`.
std::string absence_sentence(std::string_view name);

/// The default value as a sentence, as `sentence`.
std::string default_sentence(const json::value& value);

} // namespace hedgerow::lowering
