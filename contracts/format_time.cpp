#include "contracts/format_reader.hpp"
#include "contracts/format_rules.hpp"

namespace hedgerow::formats {
namespace {

constexpr int minutes_a_day = 24 * 60;

int days_in(int month, int year) {
  if (month == 2)
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool take_date(reader& in) {
  const auto century = in.take_two(99);
  const auto year = century ? in.take_two(99) : std::nullopt;
  if (!year || !in.take("-"))
    return false;
  const auto month = in.take_two(12);
  if (!month || *month == 0 || !in.take("-"))
    return false;
  const auto day = in.take_two(31);
  return day && *day > 0 && *day <= days_in(*month, *century * 100 + *year);
}

/// `Z` or what the clock is ahead of UTC, in minutes.
std::optional<int> take_offset(reader& in) {
  if (in.take("Zz"))
    return 0;
  const auto behind = in.take("-");
  if (!behind && !in.take("+"))
    return std::nullopt;
  const auto hours = in.take_two(23);
  if (!hours || !in.take(":"))
    return std::nullopt;
  const auto minutes = in.take_two(59);
  if (!minutes)
    return std::nullopt;
  const auto ahead = *hours * 60 + *minutes;
  return behind ? -ahead : ahead;
}

bool take_time(reader& in) {
  const auto hours = in.take_two(23);
  if (!hours || !in.take(":"))
    return false;
  const auto minutes = in.take_two(59);
  if (!minutes || !in.take(":"))
    return false;
  const auto seconds = in.take_two(60);
  if (!seconds || (in.take(".") && in.take_while(is_digit).empty()))
    return false;
  const auto ahead = take_offset(in);
  if (!ahead)
    return false;
  // A leap second is the last one of a day in UTC.
  const auto minute = (*hours * 60 + *minutes - *ahead + 2 * minutes_a_day) % minutes_a_day;
  return *seconds < 60 || minute == minutes_a_day - 1;
}

/// Takes `1Y2M3D`: units in their order, none left out between two that are given.
bool take_units(reader& in, std::string_view units) {
  bool some = false;
  while (!in.at_end() && is_digit(in.rest()[0])) {
    in.take_while(is_digit);
    const auto i = in.at_end() ? units.npos : units.find(in.rest()[0]);
    if (i == units.npos || (some && i != 0))
      return false;
    in.take(units);
    units.remove_prefix(i + 1);
    some = true;
  }
  return some;
}

} // namespace

bool is_date(std::string_view text) {
  reader in{text};
  return take_date(in) && in.at_end();
}

bool is_time(std::string_view text) {
  reader in{text};
  return take_time(in) && in.at_end();
}

bool is_date_time(std::string_view text) {
  reader in{text};
  return take_date(in) && in.take("Tt") && take_time(in) && in.at_end();
}

bool is_duration(std::string_view text) {
  reader in{text};
  if (!in.take("P"))
    return false;
  if (text.ends_with('W'))
    return !in.take_while(is_digit).empty() && in.take("W") && in.at_end();
  const auto has_date = !in.at_end() && in.rest()[0] != 'T';
  if (has_date && !take_units(in, "YMD"))
    return false;
  if (in.take("T"))
    return take_units(in, "HMS") && in.at_end();
  return has_date && in.at_end();
}

} // namespace hedgerow::formats
