#pragma once

#include "app/config/finding.hpp"
#include "app/config/yaml.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reading a mapping key by key. The same calls that read a file describe it: run over no file,
/// they leave the tree that `hedgerow schema` prints, so the two cannot drift apart.
namespace hedgerow::config {

/// What is known of one key: its JSON type(s) and what it means.
struct described {
  /// JSON Schema keywords as text, without braces: `"type":"string"`.
  std::string form;
  std::string doc;
  bool required = false;
  /// Of a mapping: its members; `*` stands for names the user chooses.
  std::map<std::string, described> members;
};

/// What reading one file shares.
struct reading {
  std::string file;
  std::vector<finding> findings;
  /// Reads a file that the configuration names, relative to its own folder.
  std::function<std::optional<std::string>(const std::string&)> open;
  /// Of `${NAME}`.
  std::function<std::optional<std::string>(const std::string&)> environment;

  void error(const node& x, const std::string& key, std::string message);
  void warning(const node& x, const std::string& key, std::string message);
};

/// A mapping of the file, or, over no file, the description of one. Every key that is asked for is
/// a known one; `close` reports the others.
class section {
public:
  /// `here` may be null: the mapping is absent, or nothing is read and `into` described.
  section(reading& all, const node* here, std::string path, described* into);

  const std::string& path() const { return path_; }
  const node* here() const { return here_; }
  bool present() const { return here_ != nullptr; }

  /// Reads `key` if it stands there. A value that is no such thing is a finding and leaves `out`.
  void text(std::string_view key, std::string& out, std::string_view doc);
  void flag(std::string_view key, bool& out, std::string_view doc);
  void integer(std::string_view key, std::int64_t& out, std::int64_t least, std::int64_t most,
               std::string_view doc);
  void number(std::string_view key, double& out, double least, double most, std::string_view doc);
  void duration(std::string_view key, std::chrono::milliseconds& out, std::string_view doc,
                std::chrono::milliseconds least = std::chrono::milliseconds{1});
  void bytes(std::string_view key, std::size_t& out, std::string_view doc);
  void percent(std::string_view key, double& out, std::string_view doc);
  void money(std::string_view key, double& out, std::string_view doc);
  void multiple(std::string_view key, double& out, std::string_view doc);
  void texts(std::string_view key, std::vector<std::string>& out, std::string_view doc);

  /// One of a few words; returns its index if it stands there.
  std::optional<std::size_t>
  choice(std::string_view key, const std::vector<std::string_view>& words, std::string_view doc);

  /// The node of `key`, for what has no simple form; `form` describes it.
  const node* raw(std::string_view key, std::string_view form, std::string_view doc);

  /// The mapping under `key`.
  section child(std::string_view key, std::string_view doc);

  /// Calls `each` with the name and section of every member of the mapping under `key`.
  void entries(std::string_view key, std::string_view doc,
               const std::function<void(const std::string&, section&)>& each);

  /// A key that is known and whose feature is not built: an error where it stands.
  void not_built(std::string_view key, std::string_view doc);

  /// A key that has to be there.
  void require(std::string_view key);

  /// Reports keys that nobody asked for, and those given twice.
  void close();

  void error(std::string_view key, std::string message);
  void warning(std::string_view key, std::string message);

  reading& all() { return *all_; }

private:
  const node* take(std::string_view key, std::string_view form, std::string_view doc);
  const node* scalar(std::string_view key, std::string_view form, std::string_view doc,
                     std::string_view wanted);
  std::string sub(std::string_view key) const;
  const node* at(std::string_view key) const;

  reading* all_;
  const node* here_;
  std::string path_;
  described* into_;
  std::vector<std::string> known_;
};

/// `x`, in quotes, shortened.
std::string shown(const node& x);

/// The text of `x` with `${NAME}` and `${NAME:-default}` replaced in all scalars below it.
void substitute(node& x, reading& all, const std::string& path);

} // namespace hedgerow::config
