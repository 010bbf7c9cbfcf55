#include "contracts/ecma_property.hpp"

#include <algorithm>
#include <array>
#include <utility>

/// Names of Unicode properties: PropertyValueAliases.txt and PropList.txt of Unicode 14, the
/// version that RE2's tables have.
namespace hedgerow::ecma {
namespace {

using names = std::pair<std::string_view, std::string_view>;

/// General categories: the long name and the one that RE2 knows.
constexpr std::array<names, 36> categories{{
    {"Close_Punctuation", "Pe"},
    {"Combining_Mark", "M"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Uppercase_Letter", "Lu"},
}};

/// Categories whose short names RE2 lacks or, as for `C`, reads otherwise.
constexpr std::string_view assigned_visible = R"(\pL\pM\pN\pP\pS\pZ)";
constexpr std::string_view assigned = R"(\pL\pM\pN\pP\pS\pZ\p{Cc}\p{Cf}\p{Co}\p{Cs})";
constexpr std::string_view cased = R"(\p{Lu}\p{Ll}\p{Lt})";

/// Scripts: the code of ISO 15924 and the name.
constexpr std::array<names, 66> scripts{{
    {"Arab", "Arabic"},
    {"Armn", "Armenian"},
    {"Avst", "Avestan"},
    {"Bali", "Balinese"},
    {"Bamu", "Bamum"},
    {"Batk", "Batak"},
    {"Beng", "Bengali"},
    {"Bopo", "Bopomofo"},
    {"Brai", "Braille"},
    {"Bugi", "Buginese"},
    {"Buhd", "Buhid"},
    {"Cans", "Canadian_Aboriginal"},
    {"Cham", "Cham"},
    {"Cher", "Cherokee"},
    {"Copt", "Coptic"},
    {"Cyrl", "Cyrillic"},
    {"Deva", "Devanagari"},
    {"Dsrt", "Deseret"},
    {"Egyp", "Egyptian_Hieroglyphs"},
    {"Ethi", "Ethiopic"},
    {"Geor", "Georgian"},
    {"Glag", "Glagolitic"},
    {"Goth", "Gothic"},
    {"Grek", "Greek"},
    {"Gujr", "Gujarati"},
    {"Guru", "Gurmukhi"},
    {"Hang", "Hangul"},
    {"Hani", "Han"},
    {"Hano", "Hanunoo"},
    {"Hebr", "Hebrew"},
    {"Hira", "Hiragana"},
    {"Ital", "Old_Italic"},
    {"Java", "Javanese"},
    {"Kana", "Katakana"},
    {"Khmr", "Khmer"},
    {"Knda", "Kannada"},
    {"Laoo", "Lao"},
    {"Latn", "Latin"},
    {"Limb", "Limbu"},
    {"Linb", "Linear_B"},
    {"Lisu", "Lisu"},
    {"Mlym", "Malayalam"},
    {"Mong", "Mongolian"},
    {"Mymr", "Myanmar"},
    {"Nkoo", "Nko"},
    {"Ogam", "Ogham"},
    {"Olck", "Ol_Chiki"},
    {"Orya", "Oriya"},
    {"Osma", "Osmanya"},
    {"Phnx", "Phoenician"},
    {"Qaac", "Coptic"},
    {"Runr", "Runic"},
    {"Sinh", "Sinhala"},
    {"Sund", "Sundanese"},
    {"Syrc", "Syriac"},
    {"Taml", "Tamil"},
    {"Telu", "Telugu"},
    {"Tfng", "Tifinagh"},
    {"Thaa", "Thaana"},
    {"Thai", "Thai"},
    {"Tibt", "Tibetan"},
    {"Vaii", "Vai"},
    {"Xsux", "Cuneiform"},
    {"Yiii", "Yi"},
    {"Zinh", "Inherited"},
    {"Zyyy", "Common"},
}};

struct listed {
  std::string_view name;
  std::string_view alias;
  std::string_view members;
};

constexpr std::array<listed, 7> binary{{
    {"Any", "Any", R"(\x{0}-\x{10ffff})"},
    {"ASCII", "ASCII", R"(\x{0}-\x{7f})"},
    {"ASCII_Hex_Digit", "AHex", "0-9A-Fa-f"},
    {"Hex_Digit", "Hex", R"(0-9A-Fa-f\x{ff10}-\x{ff19}\x{ff21}-\x{ff26}\x{ff41}-\x{ff46})"},
    {"Noncharacter_Code_Point", "NChar",
     R"(\x{fdd0}-\x{fdef}\x{fffe}\x{ffff}\x{1fffe}\x{1ffff}\x{2fffe}\x{2ffff}\x{3fffe}\x{3ffff})"
     R"(\x{4fffe}\x{4ffff}\x{5fffe}\x{5ffff}\x{6fffe}\x{6ffff}\x{7fffe}\x{7ffff}\x{8fffe}\x{8ffff})"
     R"(\x{9fffe}\x{9ffff}\x{afffe}\x{affff}\x{bfffe}\x{bffff}\x{cfffe}\x{cffff}\x{dfffe}\x{dffff})"
     R"(\x{efffe}\x{effff}\x{ffffe}\x{fffff}\x{10fffe}\x{10ffff})"},
    {"Regional_Indicator", "RI", R"(\x{1f1e6}-\x{1f1ff})"},
    {"White_Space", "space",
     R"(\t\n\x{b}\f\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})"},
}};

character_set named(std::string_view name) {
  return {.members = R"(\p{)" + std::string{name} + '}'};
}

std::optional<character_set> category(std::string_view name) {
  if (name == "C" || name == "Other")
    return character_set{.members = std::string{assigned_visible}, .is_complement = true};
  if (name == "Cn" || name == "Unassigned")
    return character_set{.members = std::string{assigned}, .is_complement = true};
  if (name == "LC" || name == "Cased_Letter")
    return character_set{.members = std::string{cased}};
  if (name == "punct")
    return named("P");
  if (name == "cntrl")
    return named("Cc");
  if (name == "digit")
    return named("Nd");
  for (const auto& [longer, shorter] : categories)
    if (name == longer || name == shorter)
      return named(shorter);
  return std::nullopt;
}

/// RE2 knows scripts by their names, and is left to refuse what is none.
std::optional<character_set> script(std::string_view name) {
  const auto i = std::ranges::find(scripts, name, &names::first);
  if (i != scripts.end())
    return named(i->second);
  const auto is_word = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  const auto looks_like_one =
      name.size() > 4 && std::ranges::all_of(name, [&](char c) { return is_word(c) || c == '_'; });
  const auto is_known = std::ranges::find(scripts, name, &names::second) != scripts.end();
  return looks_like_one || is_known ? std::optional{named(name)} : std::nullopt;
}

} // namespace

std::optional<character_set> property(std::string_view name) {
  if (const auto equals = name.find('='); equals != name.npos) {
    const auto key = name.substr(0, equals);
    const auto value = name.substr(equals + 1);
    if (key == "General_Category" || key == "gc")
      return category(value);
    return key == "Script" || key == "sc" ? script(value) : std::nullopt;
  }
  if (name == "Assigned")
    return character_set{.members = std::string{assigned}};
  for (const auto& x : binary)
    if (name == x.name || name == x.alias)
      return character_set{.members = std::string{x.members}};
  return category(name);
}

} // namespace hedgerow::ecma
