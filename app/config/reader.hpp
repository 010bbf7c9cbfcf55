#pragma once

#include "app/config/environment.hpp"
#include "app/config/finding.hpp"
#include "app/config/yaml.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow::config {

/// A node and the way to it from the root. A place lives no longer than the one around it.
struct place {
  const node& what;
  const place* around = nullptr;
  /// Of an item of a sequence.
  std::size_t index = 0;

  /// For example `tasks.chat.ladder[1].route`.
  std::string path() const;
};

/// `x` as it was written, between backticks.
std::string shown(const node& x);

/// A path from the root, one key or index (`[1]`) each; for what is looked at after reading.
using key_path = std::vector<std::string>;

std::string to_string(const key_path& x);

/// What stands at `at`, or the nearest thing around it: a default stands nowhere.
const node& nearest_to(const node& root, const key_path& at);

/// The contents of a file that the configuration names, if it can be read.
using file_opener = std::function<std::optional<std::string>(const std::string& name)>;

/// Collects what is wrong while a file is read. Reading goes on after each finding.
class reader {
public:
  /// `file` is shown in findings; the paths of other files are relative to its folder.
  reader(std::filesystem::path file, file_opener open, environment variables);

  /// The text of the file that `at` names, or a finding.
  std::optional<std::string> open(const place& at);

  /// `name`, relative to the folder of the configuration.
  std::string resolve(const std::string& name) const;

  /// Puts environment variables into every scalar below `x` (none if there is no environment) and
  /// reports keys given twice.
  void prepare(node& x);

  void error(const place& at, std::string message);
  void warn(const place& at, std::string message);
  /// The same for a spot inside of `at`.
  void error(const place& at, position spot, std::string message);
  /// `at` is a key that none of `known` is.
  void error_unknown(const place& at, const std::vector<std::string>& known);
  /// The mapping `at` lacks the key `name`.
  void error_missing(const place& at, const std::string& name);
  /// For what stands in another file.
  void error_in(const std::string& file, position at, const std::string& key, std::string message);

  /// For what is found after reading: `root` gives the line.
  void error(const node& root, const key_path& at, std::string message);
  void warn(const node& root, const key_path& at, std::string message);

  /// Whether no error was found at `at` or below; what could not be read is not judged further.
  bool sound(const key_path& at) const;

  /// All of them, in the order of the file.
  std::vector<finding> take_findings();

  /// A reader for another file, found next to this one, without environment variables in it.
  reader for_file(const std::string& name) const;

  /// Takes over what was found in another file; whether any of that is an error.
  bool take_over(reader other);

private:
  void add(finding x);
  void prepare(node& x, const place& at);
  void report(const node& root, const key_path& at, severity level, std::string message);

  std::filesystem::path file_;
  file_opener open_;
  environment variables_;
  /// Where a variable is not set: what is there now needs no second finding.
  std::set<std::pair<int, int>> unset_;
  std::vector<finding> findings_;
};

} // namespace hedgerow::config
