#include "app/config/read.hpp"

#include "app/config/checks.hpp"
#include "app/config/parts.hpp"
#include "app/config/section.hpp"
#include "contracts/json.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hedgerow {

namespace {

using config::described;
using config::node;
using config::reading;
using config::section;

std::optional<std::string> contents(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in || std::filesystem::is_directory(path))
    return std::nullopt;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::optional<std::string> environment(const std::string& name) {
  const auto* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

/// Everything there is, in one pass: reads `root`, or describes the file if there is none.
configuration read_all(reading& all, const node* root, described* into) {
  configuration out;
  section file{all, root, "", into};
  config::read_server(file, out);
  config::read_store(file, out);
  config::read_log(file, out);
  config::read_providers(file, out);
  config::read_routes(file, out);
  config::read_contracts(file, out);
  config::read_tasks(file, out);
  file.not_built("telemetry", "traces over OTLP");
  file.require("providers");
  file.require("routes");
  file.require("tasks");
  file.close();
  return out;
}

read_result read_with(const std::string& text, reading all) {
  auto parsed = config::parse_yaml(text);
  if (const auto* problem = std::get_if<config::yaml_problem>(&parsed)) {
    all.findings.push_back(
        {severity::error, all.file, problem->at.line, problem->at.column, {}, problem->message});
    return {std::nullopt, std::move(all.findings)};
  }
  auto& root = std::get<node>(parsed);
  if (!root.is_mapping()) {
    all.findings.push_back(
        {severity::error, all.file, 1, 1, {}, "has to be a mapping with keys such as `tasks`"});
    return {std::nullopt, std::move(all.findings)};
  }
  config::substitute(root, all, "");
  auto read = read_all(all, &root, nullptr);
  config::check_all(all, root, read);
  read_result out{std::nullopt, std::move(all.findings)};
  if (!has_errors(out.findings))
    out.config = std::move(read);
  return out;
}

void append_schema(std::string& out, const described& x) {
  out += '{' + x.form;
  auto comma = [&out] {
    if (out.back() != '{')
      out += ',';
  };
  if (!x.doc.empty()) {
    comma();
    out += R"("description":)";
    json::append_quoted(out, x.doc);
  }
  if (!x.members.empty()) {
    std::string members;
    std::string required;
    std::string any = "false";
    for (const auto& [name, y] : x.members) {
      if (name == "*") {
        any.clear();
        append_schema(any, y);
        continue;
      }
      members += members.empty() ? "" : ",";
      json::append_quoted(members, name);
      members += ':';
      append_schema(members, y);
      if (y.required) {
        required += required.empty() ? "" : ",";
        json::append_quoted(required, name);
      }
    }
    comma();
    out += R"("properties":{)" + members + R"(},"additionalProperties":)" + any;
    if (!required.empty())
      out += R"(,"required":[)" + required + "]";
  }
  out += '}';
}

} // namespace

read_result read_configuration(const std::string& path) {
  reading all;
  all.file = path;
  all.environment = environment;
  auto text = contents(path);
  if (!text) {
    all.findings.push_back({severity::error, path, 0, 0, {}, "cannot be read; does it exist?"});
    return {std::nullopt, std::move(all.findings)};
  }
  auto folder = std::filesystem::path{path}.parent_path();
  all.open = [folder](const std::string& name) { return contents(folder / name); };
  return read_with(*text, std::move(all));
}

read_result read_configuration_text(const std::string& text, const std::string& name,
                                    const std::map<std::string, std::string>& files) {
  reading all;
  all.file = name;
  all.environment = environment;
  all.open = [&files](const std::string& wanted) -> std::optional<std::string> {
    auto i = files.find(wanted);
    return i == files.end() ? std::nullopt : std::optional{i->second};
  };
  return read_with(text, std::move(all));
}

std::string configuration_schema() {
  reading nothing;
  nothing.open = [](const std::string&) { return std::nullopt; };
  nothing.environment = nothing.open;
  described top;
  top.form =
      R"("$schema":"https://json-schema.org/draft/2020-12/schema","title":"Hedgerow configuration","type":"object")";
  read_all(nothing, nullptr, &top);
  std::string out;
  append_schema(out, top);
  return out;
}

} // namespace hedgerow
