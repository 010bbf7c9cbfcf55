#include "contracts/language.hpp"

#include "contracts/prose.hpp"

#include <algorithm>
#include <array>
#include <cstdio> // The detector's header uses FILE and does not include it.
#include <string>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

namespace hedgerow {
namespace {

constexpr std::size_t letters_min = 16;
constexpr int majority_percent = 60;

/// What the detector's standard tables tell apart, as its documentation lists them, without those
/// that it knows by one script alone and few would name; ISO 639-1 where there is one. Sorted.
constexpr std::array known_tags = std::to_array<std::string_view>(
    {"af", "ar", "az", "be", "bg", "bn",  "bs", "ca", "ceb", "cs", "cy", "da", "de", "el", "en",
     "es", "et", "eu", "fa", "fi", "fil", "fr", "ga", "gl",  "gu", "he", "hi", "hr", "ht", "hu",
     "hy", "id", "is", "it", "ja", "jv",  "ka", "km", "kn",  "ko", "lo", "lt", "lv", "mk", "ml",
     "mr", "ms", "mt", "nb", "ne", "nl",  "nn", "no", "pa",  "pl", "pt", "ro", "ru", "si", "sk",
     "sl", "sq", "sr", "sv", "sw", "ta",  "te", "th", "tl",  "tr", "uk", "ur", "vi", "yi", "zh"});

struct alias {
  std::string_view tag;
  std::string_view counts_as;
};

/// Tags that the detector, or BCP 47, has two of.
constexpr std::array same = std::to_array<alias>(
    {{"he", "iw"}, {"jv", "jw"}, {"nb", "no"}, {"nn", "no"}, {"fil", "tl"}, {"zh-Hant", "zh"}});

/// Languages that are told apart too badly to refuse one where the other was asked for.
constexpr std::array twins = std::to_array<alias>(
    {{"es", "gl"}, {"pt", "gl"}, {"id", "ms"}, {"hr", "bs"}, {"hr", "sr"}, {"bs", "sr"}});

std::string_view canonical(std::string_view tag) {
  const auto i = std::ranges::find(same, tag, &alias::tag);
  return i == same.end() ? tag : i->counts_as;
}

std::string primary(std::string_view tag) {
  std::string out{tag.substr(0, tag.find_first_of("-_"))};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

bool counts_as(std::string_view found, std::string_view wanted) {
  return found == wanted || std::ranges::any_of(twins, [&](const auto& x) {
           return (x.tag == wanted && x.counts_as == found)
                  || (x.tag == found && x.counts_as == wanted);
         });
}

/// The languages of a text, most letters first, as the detector sees them.
struct ballot {
  std::array<CLD2::Language, 3> languages{};
  std::array<int, 3> percents{};
};

ballot count(std::string_view prose, CLD2::Language expected) {
  const CLD2::CLDHints hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, expected};
  ballot out;
  std::array<double, 3> scores{};
  int bytes = 0;
  int valid_bytes = 0;
  bool reliable = false;
  CLD2::ExtDetectLanguageSummaryCheckUTF8(prose.data(), static_cast<int>(prose.size()), true,
                                          &hints, CLD2::kCLDFlagBestEffort, out.languages.data(),
                                          out.percents.data(), scores.data(), nullptr, &bytes,
                                          &reliable, &valid_bytes);
  return out;
}

/// Whether expecting one of the two is enough for the detector to find it in place of the other.
bool are_close(CLD2::Language a, CLD2::Language b) {
  return CLD2::LanguageCloseSet(a) != 0 && CLD2::LanguageCloseSet(a) == CLD2::LanguageCloseSet(b);
}

/// Percent of what could be told apart that is in `wanted`; nothing if nothing could.
std::optional<int> share_of(std::string_view wanted, const ballot& x) {
  int told = 0;
  int right = 0;
  for (std::size_t i = 0; i < x.languages.size(); ++i) {
    if (x.languages[i] == CLD2::UNKNOWN_LANGUAGE)
      continue;
    told += x.percents[i];
    if (counts_as(canonical(CLD2::LanguageCode(x.languages[i])), wanted))
      right += x.percents[i];
  }
  return told == 0 ? std::nullopt : std::optional{100 * right / told};
}

bool has_majority(std::string_view wanted, const ballot& x) {
  return share_of(wanted, x).value_or(100) >= majority_percent;
}

/// The first language of `x` that is not `wanted`.
CLD2::Language rival_of(std::string_view wanted, const ballot& x) {
  const auto i = std::ranges::find_if(x.languages, [&](auto language) {
    return language != CLD2::UNKNOWN_LANGUAGE
           && !counts_as(canonical(CLD2::LanguageCode(language)), wanted);
  });
  return i == x.languages.end() ? CLD2::UNKNOWN_LANGUAGE : *i;
}

/// `German (de)`.
std::string words_for(CLD2::Language x) {
  std::string name = CLD2::LanguageName(x);
  std::transform(name.begin() + 1, name.end(), name.begin() + 1, [](char c) {
    return c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  });
  return name + " (" + CLD2::LanguageCode(x) + ')';
}

violation fault(CLD2::Language wanted, CLD2::Language rival, int share) {
  auto message = "the text must be in " + words_for(wanted);
  message += share > 0 ? ", but only " + std::to_string(share) + " % of it is; much of it is in "
                       : ", but is in ";
  return {.pointer = {},
          .keyword = "language",
          .message = message + words_for(rival),
          .schema_pointer = {}};
}

std::optional<violation> fault_of(const prose& said, std::string_view tag) {
  if (!language_known(tag) || said.letters() < letters_min)
    return std::nullopt;
  const std::string wanted{canonical(primary(tag))};
  const auto expected = CLD2::GetLanguageFromName(wanted.c_str());
  const auto first = count(said.text(), CLD2::UNKNOWN_LANGUAGE);
  if (has_majority(wanted, first))
    return std::nullopt;
  const auto rival = rival_of(wanted, first);
  if (!are_close(expected, rival) && has_majority(wanted, count(said.text(), expected)))
    return std::nullopt;
  return fault(expected, rival, *share_of(wanted, first));
}

} // namespace

bool language_known(std::string_view tag) {
  return std::ranges::binary_search(known_tags, primary(tag));
}

std::optional<violation> language_fault(std::string_view text, std::string_view tag) {
  prose said;
  said.add(text);
  return fault_of(said, tag);
}

std::optional<violation> language_fault(const json::value& answer, std::string_view tag) {
  prose said;
  said.add_strings(answer);
  return fault_of(said, tag);
}

} // namespace hedgerow
