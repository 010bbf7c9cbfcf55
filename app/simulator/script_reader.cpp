#include "app/simulator/script_reader.hpp"

#include "app/config/fields.hpp"
#include "app/config/yaml.hpp"
#include "app/simulator/behaviour_reader.hpp"
#include "app/simulator/content_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hedgerow::simulated {

namespace {

/// Where a step stands among the steps of its model.
struct step_place {
  std::string path;
  bool last = false;
  /// Among steps that come again and again: none of them holds on.
  bool round = false;
};

void check_extent(fields& from, const step& made, const step_place& place, findings_of_file& found,
                  const config::node& x) {
  const bool calls = from.has("calls");
  const bool time = from.has("for");
  if (calls && time)
    from.report("for", "goes not with `calls`: a step holds for calls or for a time");
  else if (place.last && !place.round && (made.calls || made.lasts))
    from.report(calls ? "calls" : "for", "the last step holds on: leave this out, or add a step");
  if ((!place.last || place.round) && !calls && !time)
    found.add(x, place.path, "needs `calls` or `for`, since another step follows");
  if (place.round && made.lasts == milliseconds{0})
    from.report("for", "has to be longer than nothing");
}

step read_step(const config::node& x, const step_place& place, findings_of_file& found,
               const std::filesystem::path& folder) {
  fields from{x, place.path, found};
  step made;
  if (!x.is_mapping())
    return made;
  made.calls = from.whole("calls", 1, 1'000'000'000);
  made.lasts = from.duration("for");
  check_extent(from, made, place, found, x);
  made.then = std::make_shared<const behaviour>(read_behaviour(from, found, folder));
  from.finish();
  return made;
}

steps read_list(const config::node& x, const std::string& path, bool round, findings_of_file& found,
                const std::filesystem::path& folder) {
  steps all;
  for (std::size_t i = 0; i < x.items.size(); ++i) {
    const step_place place{path + "[" + std::to_string(i) + "]", i + 1 == x.items.size(), round};
    all.push_back(read_step(x.items[i], place, found, folder));
  }
  if (all.empty())
    found.add(x, path, "needs at least one step");
  const bool by_calls = std::ranges::any_of(all, [](auto& s) { return s.calls.has_value(); });
  const bool by_time = std::ranges::any_of(all, [](auto& s) { return s.lasts.has_value(); });
  if (by_calls && by_time)
    found.add(x, path, "counts some steps in calls and others in time; use one of the two");
  return all;
}

/// `repeat: [ … ]`, which stands alone.
steps read_round(const config::node& x, const std::string& path, findings_of_file& found,
                 const std::filesystem::path& folder) {
  fields from{x, path, found};
  const auto* list = from.take("repeat");
  from.finish();
  if (!list->is_sequence()) {
    from.report("repeat", "has to be a list of steps");
    return {};
  }
  auto all = read_list(*list, from.key_of("repeat"), true, found, folder);
  return all.empty() ? all : in_turns(std::move(all));
}

steps read_steps(const config::node& x, const std::string& path, findings_of_file& found,
                 const std::filesystem::path& folder) {
  if (x.is_sequence())
    return read_list(x, path, false, found, folder);
  if (x.is_mapping() && config::find(x, "repeat"))
    return read_round(x, path, found, folder);
  return {read_step(x, {path, true}, found, folder)};
}

void read_models(const config::node& x, script& into, findings_of_file& found,
                 const std::filesystem::path& folder) {
  fields models{x, "models", found};
  for (const auto& model : x.items) {
    models.take(model.key);
    into.models.insert_or_assign(model.key,
                                 read_steps(model, models.key_of(model.key), found, folder));
  }
  if (x.is_mapping() && x.items.empty())
    found.add(x, "models", "needs at least one model; `\"*\"` stands for any");
  models.finish();
}

void read_root(const config::node& root, script& into, findings_of_file& found,
               const std::filesystem::path& folder) {
  fields members{root, "", found};
  into.api_key = members.text("api_key").value_or("");
  if (const auto prefix = members.text("prefix")) {
    into.prefix = *prefix;
    if (!prefix->empty() && (!prefix->starts_with('/') || prefix->ends_with('/')))
      members.report("prefix", "has to be empty, or begin with a slash and end without one");
  }
  into.seed = members.whole("seed", 0, std::numeric_limits<std::uint64_t>::max()).value_or(1);
  if (const auto* models = members.take("models"))
    read_models(*models, into, found, folder);
  else if (root.is_mapping())
    found.add(root, "models", "is missing: a script says what each model does");
  members.finish();
}

} // namespace

std::variant<script, std::vector<finding>>
read_script(std::string_view yaml, const std::filesystem::path& folder, std::string file) {
  findings_of_file found{std::move(file), {}};
  const auto tree = config::tree_of(yaml, found);
  if (!tree)
    return std::move(found.all);
  script made;
  read_root(*tree, made, found, folder);
  if (!found.all.empty())
    return std::move(found.all);
  return made;
}

std::variant<script, std::vector<finding>> load_script(const std::filesystem::path& file) {
  const auto text = config::bytes_of_file(file);
  if (!text)
    return std::vector<finding>{
        {severity::error, file.string(), 0, 0, "", "cannot be read; is the path right?"}};
  return read_script(*text, file.parent_path(), file.string());
}

} // namespace hedgerow::simulated
