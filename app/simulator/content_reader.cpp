#include "app/simulator/content_reader.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace hedgerow::simulated {

namespace {

/// Reads what a step says. Every part that is wrong is reported and left out.
class reader {
public:
  reader(fields& from, findings_of_file& found, const std::filesystem::path& folder)
      : from_{from},
        found_{found},
        folder_{folder} {}

  /// The ways of saying something; one of them is taken.
  said_by_step read() {
    made_.answered = read_answer();
    if (made_.answered)
      ways_.push_back("answer");
    read_way("error", [this](auto& x) { read_error(x); });
    read_way("malformed", [this](auto& x) { read_malformed(x); });
    read_way("body", [this](auto& x) { read_body(x); });
    read_way("replay", [this](auto& x) { read_replay(x); });
    if (ways_.size() > 1)
      from_.report(ways_.back(),
                   "says something else than `" + ways_.front() + "`; a step says one thing");
    made_.ways = std::move(ways_);
    return std::move(made_);
  }

private:
  template <class Read>
  void read_way(const char* name, Read read) {
    const auto* x = from_.take(name);
    if (!x)
      return;
    ways_.emplace_back(name);
    read(*x);
  }

  bool read_answer() {
    answer said;
    bool any = false;
    if (const auto* x = from_.take("answer")) {
      any = true;
      said.text = text_or_json(*x, "answer");
    }
    if (const auto* x = from_.take("tool_call")) {
      any = true;
      said.tool_calls = read_tool_calls(*x);
    }
    if (auto x = from_.text("refusal")) {
      any = true;
      said.refusal = std::move(*x);
    }
    if (auto x = from_.text("finish_reason")) {
      any = true;
      said.finish_reason = std::move(*x);
    }
    made_.says = std::move(said);
    return any;
  }

  std::vector<tool_call> read_tool_calls(const config::node& x) {
    if (!x.is_sequence())
      return {read_tool_call(x, from_.key_of("tool_call"))};
    std::vector<tool_call> all;
    for (std::size_t i = 0; i < x.items.size(); ++i)
      all.push_back(
          read_tool_call(x.items[i], from_.key_of("tool_call") + "[" + std::to_string(i) + "]"));
    return all;
  }

  tool_call read_tool_call(const config::node& x, std::string path) {
    fields members{x, std::move(path), found_};
    tool_call made;
    made.id = members.text("id").value_or("");
    made.name = members.text("name").value_or("");
    if (made.name.empty() && x.is_mapping())
      members.report("name", "a tool call needs the name of the tool");
    if (const auto* arguments = members.take("arguments"))
      made.arguments = text_or_json(*arguments, "tool_call");
    members.finish();
    return made;
  }

  std::string text_or_json(const config::node& x, std::string_view name) {
    if (x.is_scalar())
      return x.text;
    auto json = config::to_json(x);
    if (auto* text = std::get_if<std::string>(&json))
      return std::move(*text);
    from_.report(name, std::get<config::yaml_problem>(json).message);
    return {};
  }

  void read_error(const config::node& x) {
    fields members{x, from_.key_of("error"), found_};
    made_.says = read_provider_error(members);
    members.finish();
  }

  void read_malformed(const config::node& x) {
    answer said;
    if (x.text == "prose")
      said.text = "Certainly. The customer seems to have been charged twice, so this looks like a "
                  "billing matter of medium urgency.";
    else if (x.text == "json")
      said.text = R"({"category": billing, "urgency": "medium", "summary": "Charged tw)";
    else if (x.text != "html")
      from_.report("malformed", "has to be prose, json or html");
    made_.says = std::move(said);
    if (x.text == "html")
      made_.says = raw_body{"<!DOCTYPE html><html><head><title>Just a moment</title></head>"
                            "<body><h1>Checking your browser</h1></body></html>\n",
                            "text/html; charset=utf-8"};
  }

  void read_body(const config::node& x) {
    if (x.is_scalar()) {
      made_.says = raw_body{x.text, "application/json"};
      return;
    }
    fields members{x, from_.key_of("body"), found_};
    const auto file = members.text("file");
    if (file)
      made_.says = raw_body{bytes_of(*file, "body"), "application/json"};
    else if (x.is_mapping() && !members.has("file"))
      from_.report("body", "has to be a text or { file: path }");
    members.finish();
  }

  void read_replay(const config::node& x) {
    raw_body made;
    if (x.is_scalar()) {
      made = recorded(x.text);
      if (made.content_type == "text/event-stream")
        made.pieces = event_pieces(made.bytes, {});
    } else {
      made = read_recording({x, from_.key_of("replay"), found_});
    }
    made_.says = std::move(made);
  }

  raw_body read_recording(fields members) {
    const auto file = members.text("file");
    const auto gap = members.duration("gap").value_or(milliseconds{0});
    const auto* chunks = members.take("chunks");
    members.finish();
    if (!file) {
      from_.report("replay", "has to be the path of a recorded body, or { file, chunks, gap }");
      return {};
    }
    auto made = recorded(*file);
    if (!chunks || (chunks->is_scalar() && chunks->text == "events"))
      made.pieces = event_pieces(made.bytes, gap);
    else
      made.pieces = read_chunks(*chunks, members.key_of("chunks"), gap);
    return made;
  }

  std::vector<raw_piece> read_chunks(const config::node& x, const std::string& path,
                                     milliseconds gap) {
    if (!x.is_sequence())
      found_.add(x, path, "has to be `events` or a list of sizes in bytes");
    std::vector<raw_piece> all;
    for (std::size_t i = 0; x.is_sequence() && i < x.items.size(); ++i)
      all.push_back(read_chunk(x.items[i], path + "[" + std::to_string(i) + "]",
                               i == 0 ? milliseconds{0} : gap));
    return all;
  }

  raw_piece read_chunk(const config::node& x, const std::string& path, milliseconds gap) {
    if (x.is_scalar()) {
      const auto bytes = config::whole_of(x.text, 1, config::file_bytes_max);
      if (!bytes)
        found_.add(x, path, "has to be a size in bytes or { bytes, after }");
      return {bytes.value_or(1), gap};
    }
    fields members{x, path, found_};
    const auto bytes = members.whole("bytes", 1, config::file_bytes_max);
    if (x.is_mapping() && !members.has("bytes"))
      found_.add(x, path, "needs `bytes`");
    const auto after = members.duration("after");
    members.finish();
    return {bytes.value_or(1), after.value_or(gap)};
  }

  raw_body recorded(const std::string& path) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> types{
        {{".txt", "text/plain; charset=utf-8"},
         {".html", "text/html; charset=utf-8"},
         {".sse", "text/event-stream"}}};
    raw_body made{bytes_of(path, "replay")};
    for (const auto& [extension, type] : types)
      if (path.ends_with(extension))
        made.content_type = type;
    return made;
  }

  std::string bytes_of(const std::string& path, std::string_view name) {
    auto bytes = config::bytes_of_file(folder_ / path);
    if (!bytes)
      from_.report(name, "`" + path + "` cannot be read");
    return std::move(bytes).value_or("");
  }

  fields& from_;
  findings_of_file& found_;
  const std::filesystem::path& folder_;
  said_by_step made_;
  std::vector<std::string> ways_;
};

} // namespace

std::vector<raw_piece> event_pieces(std::string_view bytes, milliseconds gap) {
  std::vector<raw_piece> all;
  std::size_t begin = 0;
  for (std::size_t i = bytes.find('\n'); i != bytes.npos; i = bytes.find('\n', i + 1)) {
    const auto rest = bytes.substr(i + 1);
    if (!rest.starts_with('\n') && !rest.starts_with("\r\n"))
      continue;
    i = bytes.find('\n', i + 1);
    all.push_back({i + 1 - begin, all.empty() ? milliseconds{0} : gap});
    begin = i + 1;
  }
  return all;
}

provider_error read_provider_error(fields& members) {
  provider_error why;
  why.message = members.text("message").value_or("");
  why.type = members.text("type").value_or("");
  why.code = members.text("code").value_or("");
  why.param = members.text("param").value_or("");
  why.retry_delay = members.duration("retry_delay");
  return why;
}

said_by_step read_content(fields& from, findings_of_file& found,
                          const std::filesystem::path& folder) {
  return reader{from, found, folder}.read();
}

} // namespace hedgerow::simulated
