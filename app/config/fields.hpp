#pragma once

#include "app/config/finding.hpp"
#include "app/config/yaml.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The members of a mapping in a file that goes with the configuration (a simulator's script, a
/// scenario), each asked for by name; what nobody asked for is an error.
namespace hedgerow::config {

/// The findings of one file.
struct findings_of_file {
  std::string file;
  std::vector<finding> all;

  void add(const node& at, const std::string& key, std::string message);
};

/// The tree of such a file; nothing, and a finding, if it is no YAML that we take.
std::optional<node> tree_of(std::string_view yaml, findings_of_file& found);

/// Reads one mapping. The getters report what they find wrong and then return nothing, as they do
/// for what is absent.
class fields {
public:
  /// `path` is the key of `x` itself, empty for the whole file.
  fields(const node& x, std::string path, findings_of_file& found);

  const node* take(std::string_view name);
  bool has(std::string_view name) const { return find(x_, name) != nullptr; }

  std::optional<std::string> text(std::string_view name);
  std::optional<std::uint64_t> whole(std::string_view name, std::uint64_t least,
                                     std::uint64_t most);
  std::optional<double> number(std::string_view name, double least, double most);
  /// `5%`, as 0.05.
  std::optional<double> share(std::string_view name);
  /// `250ms`, `4s`, `2m`, `1h`.
  std::optional<std::chrono::milliseconds> duration(std::string_view name);
  /// `true`, or absent; `false` would say nothing.
  bool flag(std::string_view name);

  /// Reports every member that was given twice or not asked for.
  void finish();

  /// The key of the member `name`.
  std::string key_of(std::string_view name) const;

  void report(std::string_view name, std::string message);

private:
  const node* scalar(std::string_view name, std::string_view wanted);

  const node& x_;
  std::string path_;
  findings_of_file& found_;
  std::vector<std::string> taken_;
};

/// A whole number in these bounds; nothing if `text` is none.
std::optional<std::uint64_t> whole_of(std::string_view text, std::uint64_t least,
                                      std::uint64_t most);

/// `250ms`, `4s`, `2m` or `1h`; nothing if `text` is none of these or longer than a day.
std::optional<std::chrono::milliseconds> duration_of(std::string_view text);

/// The largest file that is read beside a configuration.
inline constexpr std::size_t file_bytes_max = 64u << 20;

/// All of the file, or nothing if it cannot be read or is larger than that.
std::optional<std::string> bytes_of_file(const std::filesystem::path& file);

} // namespace hedgerow::config
