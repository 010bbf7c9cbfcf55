#pragma once

#include "app/config/grammar.hpp"
#include "app/config/units.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The types of single values in the configuration file.
namespace hedgerow::config {

/// Text on one line, not empty. What YAML takes for a number or a boolean has to stand in quotes.
value<std::string> text();

/// Text of any length and any number of lines, not empty.
value<std::string> long_text();

/// The name of something else in the file.
value<std::string> name_of(std::string_view what);

/// Text that is never shown, may be empty, and gets a warning if it stands there in plain.
value<std::string> secret();

/// The name of a file that can be read; yields its path.
value<std::string> readable_file();

/// Text that `accepts` takes, described to people by `wanted` and to editors by `pattern`.
value<std::string> text_like(std::string wanted, std::string pattern,
                             std::function<bool(std::string_view)> accepts);

value<bool> boolean();

/// Whole numbers from `least` to `most`.
value<std::int64_t> whole(std::int64_t least, std::int64_t most);

/// The same for fields of another type.
template <class Int>
value<Int> integer(std::int64_t least, std::int64_t most) {
  auto from = whole(least, most);
  return {[read = from.read](reader& in, const place& at) -> std::optional<Int> {
            const auto x = read(in, at);
            return x ? std::optional{static_cast<Int>(*x)} : std::nullopt;
          },
          from.schema, [](const Int& x) { return std::to_string(x); }};
}

value<double> number(double least, double most);

/// `250ms`, `4s`, `2m`, `1h`.
value<milliseconds> duration(milliseconds least, milliseconds most);

/// `64KiB`, `4MiB`.
value<std::size_t> bytes(std::size_t least, std::size_t most);

/// `5%`.
value<double> share(double least = 0, double most = 1);

/// `$0.02`.
value<double> money();

/// `3x`; `0x` where `or_off`.
value<double> multiple(bool or_off);

/// A time, or else what `other` makes of the text, described by `wanted` and, for editors, by
/// `pattern`. Both are kept apart by their units.
using time_or_figure = std::variant<milliseconds, double>;
value<time_or_figure> duration_or(std::optional<double> (*other)(std::string_view),
                                  std::string wanted, std::string_view pattern);

/// A word and what it stands for.
template <class E>
struct choice {
  std::string_view word;
  E meaning;
  bool built = true;
};

/// Reports that `at` is none of `words`.
void report_choice(reader& in, const place& at, const std::vector<std::string>& words);

/// One of several words.
template <class E>
value<E> one_of(std::vector<choice<E>> choices) {
  std::vector<std::string> words;
  std::string list;
  for (const auto& x : choices) {
    if (!x.built)
      continue;
    words.emplace_back(x.word);
    list += list.empty() ? "" : ",";
    json::append_quoted(list, x.word);
  }
  auto read = [choices, words](reader& in, const place& at) -> std::optional<E> {
    for (const auto& x : choices) {
      if (!at.what.is_scalar() || at.what.text != x.word)
        continue;
      if (x.built)
        return x.meaning;
      in.error(at, "`" + at.what.key + ": " + std::string{x.word}
                       + "` is not built yet; write one of: " + listed(words));
      return std::nullopt;
    }
    report_choice(in, at, words);
    return std::nullopt;
  };
  auto show = [choices](const E& x) -> std::string {
    for (const auto& known : choices)
      if (known.meaning == x)
        return '"' + std::string{known.word} + '"';
    return {};
  };
  return {std::move(read), "\"enum\":[" + list + "]", std::move(show)};
}

} // namespace hedgerow::config
