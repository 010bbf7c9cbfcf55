#include "app/commands/validate_suite.hpp"

#include "app/commands/validate_verdict.hpp"
#include "contracts/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

namespace hedgerow {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, draft>, 5> draft_folders{{
    {"draft4", draft::draft4},
    {"draft6", draft::draft6},
    {"draft7", draft::draft7},
    {"draft2019-09", draft::draft2019},
    {"draft2020-12", draft::draft2020},
}};

std::string_view name_of(draft x) {
  return std::ranges::find(draft_folders, x, &std::pair<std::string_view, draft>::second)->first;
}

/// One file of the suite and how it went.
struct suite_file {
  fs::path path;
  /// As it is shown: from the suite's folder.
  std::string name;
  schema_options options;
  suite_tally sum = {};
  /// A sentence for each test that is wrong, or for each schema that does not compile.
  std::vector<std::string> wrong = {};
};

error unusable(std::string message) {
  return {.code = errc::config_invalid, .message = std::move(message), .param = {}};
}

schema_options options_for(const fs::path& file, schema_options out) {
  const auto path = fs::absolute(file).lexically_normal();
  for (const auto& folder : path.parent_path())
    for (const auto& [name, meant] : draft_folders)
      if (folder == name)
        out.without_schema = meant;
  const auto above = path.parent_path();
  out.formats |= above.filename() == "format" && above.parent_path().filename() == "optional";
  return out;
}

result<std::vector<suite_file>> files_below(const fs::path& folder,
                                            const schema_options& defaults) {
  std::error_code failed;
  std::vector<suite_file> out;
  for (fs::recursive_directory_iterator i{folder, failed}, end; !failed && i != end;
       i.increment(failed))
    if (i->path().extension() == ".json" && i->is_regular_file(failed))
      out.push_back({.path = i->path(),
                     .name = i->path().lexically_relative(folder).generic_string(),
                     .options = options_for(i->path(), defaults)});
  if (failed)
    return unusable(folder.string() + " cannot be read: " + failed.message());
  std::ranges::sort(out, {}, &suite_file::name);
  return out;
}

bool is_group(const json::value& x) {
  const auto* tests = json::find(x, "tests");
  return json::find(x, "schema") != nullptr && tests != nullptr && tests->IsArray();
}

void run_group(const json::value& group, suite_file& file) {
  const auto& tests = *json::find(group, "tests");
  const std::string name{json::find_text(group, "description")};
  const auto shape = schema::compile(*json::find(group, "schema"), file.options);
  if (!shape) {
    file.sum.wrong += tests.Size();
    file.wrong.push_back(fmt::format("{}: the schema does not compile: {}{}{}", name,
                                     shape.error().param, shape.error().param.empty() ? "" : ": ",
                                     shape.error().message));
    return;
  }
  for (const auto& test : tests.GetArray()) {
    const auto* data = json::find(test, "data");
    const auto* valid = json::find(test, "valid");
    const auto right = data != nullptr && valid != nullptr && valid->IsBool()
                       && shape->check(*data, 1).empty() == valid->GetBool();
    ++(right ? file.sum.right : file.sum.wrong);
    if (!right)
      file.wrong.push_back(fmt::format("{}: {}", name, json::find_text(test, "description")));
  }
}

result<void> run_file(suite_file& file) {
  std::ifstream in{file.path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto groups = json::parse(text, {.depth = 1000});
  if (!groups)
    return unusable(file.path.string() + " is " + groups.error().message);
  if (!groups->IsArray() || !std::ranges::all_of(groups->GetArray(), is_group))
    return unusable(file.path.string() + " is not in the suite's format: a list of groups");
  for (const auto& group : groups->GetArray())
    run_group(group, file);
  return {};
}

std::string tally_as_json(draft of, const suite_tally& x) {
  return fmt::format(R"("draft":"{}","right":{},"wrong":{})", name_of(of), x.right, x.wrong);
}

void print(const suite_file& file, bool as_json, std::ostream& out) {
  const auto of = file.options.without_schema;
  if (!as_json) {
    out << fmt::format("{:<13} {}: {} right, {} wrong\n", name_of(of), file.name, file.sum.right,
                       file.sum.wrong);
    for (const auto& sentence : file.wrong)
      out << "    wrong: " << sentence << '\n';
    return;
  }
  std::string wrong;
  for (const auto& sentence : file.wrong)
    wrong += (wrong.empty() ? "" : ",") + in_json(sentence);
  out << fmt::format(R"({{"file":{},{},"tests":[{}]}})", in_json(file.name),
                     tally_as_json(of, file.sum), wrong)
      << '\n';
}

void print(const std::map<draft, suite_tally>& by_draft, bool as_json, std::ostream& out) {
  for (const auto& [of, sum] : by_draft)
    if (as_json)
      out << '{' << tally_as_json(of, sum) << "}\n";
    else
      out << fmt::format("{:<13} {} right, {} wrong, of {}\n", name_of(of), sum.right, sum.wrong,
                         sum.right + sum.wrong);
}

} // namespace

result<suite_tally> run_suite(const std::string& folder, const schema_options& defaults,
                              bool as_json, std::ostream& out) {
  auto files = files_below(folder, defaults);
  if (!files)
    return files.error();
  suite_tally all;
  std::map<draft, suite_tally> by_draft;
  for (auto& file : *files) {
    if (auto ran = run_file(file); !ran)
      return ran.error();
    print(file, as_json, out);
    auto& sum = by_draft[file.options.without_schema];
    for (auto* to : {&sum, &all}) {
      to->right += file.sum.right;
      to->wrong += file.sum.wrong;
    }
  }
  if (all.right + all.wrong == 0)
    return unusable(folder + " holds no test");
  print(by_draft, as_json, out);
  return all;
}

} // namespace hedgerow
