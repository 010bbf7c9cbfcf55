#include "app/commands/validate.hpp"

#include "app/commands/validate_suite.hpp"
#include "app/commands/validate_verdict.hpp"
#include "app/config/read.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <optional>
#include <ostream>
#include <streambuf>

namespace hedgerow {
namespace {

namespace fs = std::filesystem;

constexpr int some_invalid = 1;
constexpr int cannot_check = 2;

error unusable(std::string message) {
  return {.code = errc::config_invalid, .message = std::move(message), .param = {}};
}

result<std::string> content(const fs::path& file) {
  std::error_code ignored;
  std::ifstream in{file, std::ios::binary};
  if (!in.is_open() || fs::is_directory(file, ignored)) // A folder opens, and throws when read.
    return unusable(file.string() + " cannot be read");
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

/// All files below `folder`, by the address that the official suite gives them.
result<schema_documents> documents_below(const fs::path& folder) {
  std::error_code failed;
  schema_documents out;
  for (fs::recursive_directory_iterator i{folder, failed}, end; i != end; i.increment(failed)) {
    if (failed)
      break;
    if (!i->is_regular_file(failed))
      continue;
    auto text = content(i->path());
    if (!text)
      return text.error();
    const auto path = i->path().lexically_relative(folder).generic_string();
    out.emplace("http://localhost:1234/" + path, std::move(*text));
  }
  if (failed)
    return unusable(folder.string() + " cannot be read: " + failed.message());
  return out;
}

result<schema> compiled(const validate_options& options, const schema_documents& remotes) {
  const auto text = content(options.schema_file);
  if (!text)
    return text.error();
  auto shape = schema::compile(
      std::string_view{*text},
      {.without_schema = options.without_schema, .formats = options.formats, .remotes = &remotes});
  if (!shape)
    return unusable(options.schema_file
                    + (shape.error().param.empty() ? "" : " at " + shape.error().param) + ": "
                    + shape.error().message);
  return shape;
}

/// The contract `name` of the configuration in `file`.
result<std::shared_ptr<const contract>> configured(const std::string& file,
                                                   const std::string& name) {
  const auto read = read_configuration(file);
  if (!read.config) {
    for (const auto& x : read.findings)
      if (x.level == severity::error)
        return unusable(fmt::format("{}:{}: {}: {}; `hedgerow check` says all that is wrong",
                                    x.file, x.line, x.key, x.message));
    return unusable(file + " cannot be read");
  }
  const auto found = read.config->contracts.find(name);
  if (found != read.config->contracts.end())
    return found->second;
  std::string known;
  for (const auto& [other, _] : read.config->contracts)
    known += (known.empty() ? "" : ", ") + other;
  return unusable(fmt::format("{} has no contract `{}`; known: {}", file, name,
                              known.empty() ? "none" : known));
}

result<line_judge> judge_for(const validate_options& options, const schema_documents& remotes) {
  if (!options.contract.empty()) {
    auto must = configured(options.config_file, options.contract);
    if (!must)
      return must.error();
    auto judge = judge_by_contract(std::move(*must), options.raw);
    return options.raw ? unwrapped(std::move(judge)) : judge;
  }
  auto shape = compiled(options, remotes);
  if (!shape)
    return shape.error();
  auto judge = judge_by_schema(std::move(*shape), options.repair);
  return options.raw ? unwrapped(std::move(judge)) : judge;
}

/// One line of the input.
struct line {
  std::string text;
  /// Longer than is kept; `text` is its start.
  bool too_long = false;
};

/// The next line without its end, LF or CRLF; nothing at the end of the input. The last line needs
/// no end. Memory is bounded by `bytes_max`, however long the line is.
std::optional<line> next_line(std::istream& in, std::size_t bytes_max) {
  using traits = std::istream::traits_type;
  auto& bytes = *in.rdbuf();
  if (traits::eq_int_type(bytes.sgetc(), traits::eof()))
    return std::nullopt;
  line out;
  for (auto c = bytes.sbumpc(); !traits::eq_int_type(c, traits::eof()); c = bytes.sbumpc()) {
    if (c == '\n')
      break;
    if (out.text.size() < bytes_max)
      out.text += traits::to_char_type(c);
    else if (c != '\r' || bytes.sgetc() != '\n')
      out.too_long = true;
  }
  if (!out.too_long && out.text.ends_with('\r'))
    out.text.pop_back();
  return out;
}

line_verdict verdict_on(const line& x, const line_judge& judge, std::size_t bytes_max) {
  if (x.too_long)
    return unreadable(
        fmt::format("the line is longer than {} bytes, which is the most that is read", bytes_max));
  if (x.text.find_first_not_of(" \t") == std::string::npos)
    return unreadable("the line is empty");
  return judge(x.text);
}

int validate_lines(const validate_options& options, const line_judge& judge, std::istream& in,
                   std::ostream& out, std::ostream& err) {
  std::size_t lines = 0;
  std::size_t repaired = 0;
  std::size_t invalid = 0;
  while (const auto next = next_line(in, options.line_bytes_max)) {
    const auto verdict = verdict_on(*next, judge, options.line_bytes_max);
    ++lines;
    repaired += verdict.repaired ? 1 : 0;
    invalid += verdict.valid ? 0 : 1;
    if (options.as_json)
      out << as_json(verdict) << '\n';
    else
      out << lines << ": " << in_words(verdict) << '\n';
    // Who feeds lines by hand or through a pipe wants each verdict at once.
    if (in.rdbuf()->in_avail() <= 0)
      out.flush();
  }
  if (!options.as_json)
    err << fmt::format("{} lines: {} valid, {} repaired, {} invalid\n", lines,
                       lines - invalid - repaired, repaired, invalid);
  return invalid == 0 ? 0 : some_invalid;
}

int refuse(const error& why, std::ostream& err) {
  err << "hedgerow validate: " << why.message << '\n';
  return cannot_check;
}

} // namespace

int validate(const validate_options& options, std::istream& in, std::ostream& out,
             std::ostream& err) {
  schema_documents remotes;
  if (!options.remotes.empty()) {
    auto read = documents_below(options.remotes);
    if (!read)
      return refuse(read.error(), err);
    remotes = std::move(*read);
  }
  if (!options.suite.empty()) {
    const schema_options defaults{
        .without_schema = options.without_schema, .formats = options.formats, .remotes = &remotes};
    const auto ran = run_suite(options.suite, defaults, options.as_json, out);
    if (!ran)
      return refuse(ran.error(), err);
    return ran->wrong == 0 ? 0 : some_invalid;
  }
  const auto judge = judge_for(options, remotes);
  if (!judge)
    return refuse(judge.error(), err);
  return validate_lines(options, *judge, in, out, err);
}

} // namespace hedgerow
