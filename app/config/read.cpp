#include "app/config/read.hpp"

#include "app/config/link.hpp"
#include "app/config/reader.hpp"
#include "app/config/sections.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace hedgerow {

namespace {

using config::file_opener;
using config::node;
using config::reader;

/// The bytes of a file. What is larger than any configuration is not read to its end.
std::optional<std::string> contents(const std::filesystem::path& path) {
  constexpr std::size_t most = (4u << 20) + 1;
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem))
    return std::nullopt; // It opens like a file, and reads like none.
  std::ifstream in{path, std::ios::binary};
  std::string out(most, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (!in.is_open() || in.bad())
    return std::nullopt;
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

/// The environment's word where the file says nothing, as in the reference.
void add_admin_token(const node& root, server_config& out) {
  const auto* server = find(root, "server");
  if (server == nullptr || find(*server, "admin_token") == nullptr)
    out.admin_token = config::process_environment()("HEDGEROW_ADMIN_TOKEN").value_or("");
}

configuration read_tree(reader& in, node& root) {
  in.prepare(root);
  const config::place whole{root};
  auto read = config::with_names(config::whole_file().read(in, whole).value_or(config::draft{}));
  add_admin_token(root, read.server);
  // Names first: what hangs in the air is not judged.
  auto out = config::link(in, root, read);
  config::check_server(in, root, out);
  config::check_tasks(in, root, read);
  return out;
}

read_result read_text(const std::string& text, const std::string& name, const file_opener& open) {
  reader in{name, open, config::process_environment()};
  std::optional<configuration> read;
  auto parsed = config::parse_yaml(text);
  if (const auto* problem = std::get_if<config::yaml_problem>(&parsed))
    in.error_in(name, problem->at, "", problem->message);
  else
    read = read_tree(in, std::get<node>(parsed));
  read_result out{std::nullopt, in.take_findings()};
  if (!has_errors(out.findings))
    out.config = std::move(read);
  return out;
}

/// The environment's proxies are part of what a file means on this machine.
read_result with_proxies(read_result x) {
  auto proxies = read_proxies(config::process_environment());
  if (!proxies) {
    auto [code, message, variable] = proxies.error();
    message.pop_back(); // No finding ends with a full stop.
    x.findings.push_back({severity::error, "environment", 0, 0, variable, message});
    x.config.reset();
  }
  if (x.config)
    x.config->proxies = std::move(*proxies);
  return x;
}

} // namespace

read_result read_configuration(const std::string& path) {
  const auto text = contents(path);
  if (!text)
    return {std::nullopt,
            {{severity::error, path, 0, 0, {}, "cannot be read; is the path right?"}}};
  const auto folder = std::filesystem::path{path}.parent_path();
  return with_proxies(read_text(
      *text, path, [folder](const std::string& name) { return contents(folder / name); }));
}

read_result read_configuration_text(const std::string& text, const std::string& name,
                                    const std::map<std::string, std::string>& files) {
  return read_text(text, name, [&files](const std::string& wanted) -> std::optional<std::string> {
    const auto i = files.find(wanted);
    return i == files.end() ? std::nullopt : std::optional{i->second};
  });
}

std::string configuration_schema() {
  const std::string head =
      R"("$schema":"https://json-schema.org/draft/2020-12/schema","title":"Hedgerow configuration",)";
  return "{" + head + config::whole_file().schema + "}";
}

} // namespace hedgerow
