#pragma once

#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <optional>
#include <string_view>

/// Which language an answer is in, by majority.
///
/// What votes is prose: not code (fenced or between backticks), not web and mail addresses, not
/// mark-up, not tokens with digits or underscores. Letters have a vote for each byte of UTF-8, in
/// the first 16 KiB that vote. The language of each run of letters is told by Compact Language
/// Detector 2, which knows some eighty languages by the frequency of their letter groups.
///
/// The verdicts, of a text that must be in `tag`:
/// - *short*: fewer than 16 letters vote (a letter of Chinese, Japanese or Korean counts as three).
///   It passes: names, codes and single words have no language.
/// - *clear majority*: at least 60 % of what could be told apart is in `tag`. It passes.
/// - *undecided*: nothing could be told, or the detector gives another language but changes its
///   mind when it is told to expect `tag`. It passes, except between languages that are so close
///   that expecting one always wins (Spanish and Portuguese, Danish and Norwegian): there the first
///   word stands.
/// - *mixed* or *other*: everything else. It is a violation. Where languages change, the detector
///   sees no finer than a sentence or two.
///
/// No state, no I/O; any thread may ask at any time.
namespace hedgerow {

/// Whether answers can be held to `tag`: a BCP 47 tag whose primary language is one that the
/// detector tells apart (`en`, `pt-BR`, `zh-Hant`; only the primary language counts).
bool language_known(std::string_view tag);

/// How `text` breaks the term that it must be in the language `tag`, keyword `language`. A tag that
/// is not known breaks nothing.
std::optional<violation> language_fault(std::string_view text, std::string_view tag);

/// The same for a JSON answer. Its strings vote, wherever they are, if they hold at least three
/// words, or six characters of a script that is written without spaces; names of members do not,
/// and neither do enum values and other labels, which are shorter.
std::optional<violation> language_fault(const json::value& answer, std::string_view tag);

} // namespace hedgerow
