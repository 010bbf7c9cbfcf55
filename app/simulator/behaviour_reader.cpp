#include "app/simulator/behaviour_reader.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace hedgerow::simulated {

namespace {

constexpr std::size_t file_bytes_max = 64u << 20;

bool is_token(std::string_view x) {
  return !x.empty() && std::ranges::all_of(x, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c))
                  != std::string_view::npos;
  });
}

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Reads one step. Every part that is wrong is reported and left out.
class reader {
public:
  reader(fields& from, findings_of_file& found, const std::filesystem::path& folder)
      : from_{from},
        found_{found},
        folder_{folder} {}

  behaviour read() {
    read_content();
    const auto status = from_.whole("status", 200, 599);
    made_.status = static_cast<int>(status.value_or(200));
    status_read_ = status || !from_.has("status");
    made_.headers = read_headers();
    if (const auto* x = from_.take("latency"))
      made_.wait = read_latency(*x);
    made_.pace = read_drip();
    made_.reset_after = from_.whole("reset", 0, file_bytes_max);
    made_.cut_after = from_.whole("cut", 0, file_bytes_max);
    made_.silent = from_.flag("silence");
    check();
    return std::move(made_);
  }

private:
  /// The four ways of saying something; the first that is there is read.
  void read_content() {
    answered_ = read_answer();
    if (answered_)
      ways_.push_back("answer");
    read_way("error", [this](auto& x) { read_error(x); });
    read_way("malformed", [this](auto& x) { read_malformed(x); });
    read_way("body", [this](auto& x) { read_body(x); });
    read_way("replay", [this](auto& x) { read_replay(x); });
    if (ways_.size() > 1)
      from_.report(ways_.back(),
                   "says something else than `" + ways_.front() + "`; a step says one thing");
  }

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
    provider_error why;
    why.message = members.text("message").value_or("");
    why.type = members.text("type").value_or("");
    why.code = members.text("code").value_or("");
    why.param = members.text("param").value_or("");
    members.finish();
    made_.says = std::move(why);
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
    if (!x.is_scalar()) {
      from_.report("replay", "has to be the path of a recorded body");
      return;
    }
    const auto extension = std::filesystem::path{x.text}.extension();
    std::string type = "application/json";
    if (extension == ".txt")
      type = "text/plain; charset=utf-8";
    else if (extension == ".html")
      type = "text/html; charset=utf-8";
    made_.says = raw_body{bytes_of(x.text, "replay"), std::move(type)};
  }

  std::string bytes_of(const std::string& path, std::string_view name) {
    auto bytes = bytes_of_file(folder_ / path);
    if (!bytes)
      from_.report(name, "`" + path + "` cannot be read");
    return std::move(bytes).value_or("");
  }

  http_headers read_headers() {
    const auto* x = from_.take("headers");
    if (!x)
      return {};
    http_headers all;
    fields members{*x, from_.key_of("headers"), found_};
    for (const auto& item : x->items) {
      members.take(item.key);
      if (auto problem = problem_of(item); !problem.empty())
        members.report(item.key, std::move(problem));
      else
        all.emplace_back(item.key, item.text);
    }
    members.finish();
    return all;
  }

  static std::string problem_of(const config::node& field) {
    constexpr std::array<std::string_view, 3> own{"content-length", "transfer-encoding",
                                                  "connection"};
    if (!is_token(field.key))
      return "is not a header name";
    if (std::ranges::any_of(own, [&](auto name) { return same(name, field.key); }))
      return "is the simulator's own; use `cut` for a body that ends early";
    if (!field.is_scalar())
      return "has to be a text";
    if (field.text.find_first_of("\r\n") != std::string::npos)
      return "has to be a text of one line";
    return {};
  }

  latency read_latency(const config::node& x) {
    latency wait;
    if (x.is_scalar() || config::find(x, "lognormal")) {
      wait.usual = read_spread(x, "latency");
      return wait;
    }
    fields members{x, from_.key_of("latency"), found_};
    const auto* usual = members.take("usual");
    const auto* slow = members.take("slow");
    const auto share = members.share("slow_share");
    members.finish();
    if (!usual || !slow || !members.has("slow_share")) {
      from_.report("latency", "has to be a duration, { lognormal: { median, sigma } } or "
                              "{ usual, slow, slow_share }");
      return wait;
    }
    wait.usual = read_spread(*usual, "latency.usual");
    wait.slow = read_spread(*slow, "latency.slow");
    wait.slow_share = share.value_or(0);
    return wait;
  }

  spread read_spread(const config::node& x, std::string_view name) {
    if (x.is_scalar()) {
      const auto fixed = duration_of(x.text);
      if (!fixed)
        found_.add(x, from_.key_of(name),
                   "`" + x.text.substr(0, 40) + "` is not a duration such as 250ms, 4s, 2m or 1h");
      return {fixed.value_or(milliseconds{0}), 0};
    }
    fields outer{x, from_.key_of(name), found_};
    const auto* inside = outer.take("lognormal");
    outer.finish();
    if (!inside) {
      if (x.is_mapping())
        found_.add(x, from_.key_of(name), "has to be a duration or { lognormal: … }");
      return {};
    }
    fields members{*inside, outer.key_of("lognormal"), found_};
    const auto median = members.duration("median");
    const auto sigma = members.number("sigma", 0, 4);
    if (!members.has("median") && inside->is_mapping())
      found_.add(*inside, outer.key_of("lognormal"), "needs a median");
    members.finish();
    return {median.value_or(milliseconds{0}), sigma.value_or(0)};
  }

  std::optional<drip> read_drip() {
    const auto* x = from_.take("drip");
    if (!x)
      return std::nullopt;
    fields members{*x, from_.key_of("drip"), found_};
    const auto bytes = members.whole("bytes", 1, file_bytes_max);
    const auto every = members.duration("every");
    if (x->is_mapping() && !(members.has("bytes") && members.has("every")))
      from_.report("drip", "needs both `bytes` and `every`");
    members.finish();
    return drip{bytes.value_or(1), every.value_or(milliseconds{0})};
  }

  /// What contradicts itself, or would say nothing.
  void check() {
    if (made_.silent)
      return check_silence();
    if (made_.reset_after && made_.cut_after)
      from_.report("cut", "goes not with `reset`: a connection ends once");
    if (!ways_.empty()) {
      if (answered_ && made_.status >= 300)
        from_.report("status", "an answer comes with a status from 200 to 299");
      return;
    }
    if (made_.status >= 300)
      made_.says = provider_error{};
    else if (made_.reset_after != 0u && status_read_)
      from_.report(from_.has("status") ? "status" : "answer",
                   "a step needs `answer`, `tool_call`, `refusal`, `error`, `malformed`, `body`, "
                   "`replay`, `silence`, `reset: 0` or an error `status`");
  }

  void check_silence() {
    for (const auto* name : {"status", "headers", "latency", "drip", "reset", "cut"})
      if (from_.has(name))
        from_.report(name, "has no meaning beside `silence`");
    if (!ways_.empty())
      from_.report(ways_.front(), "has no meaning beside `silence`");
  }

  fields& from_;
  findings_of_file& found_;
  const std::filesystem::path& folder_;
  behaviour made_;
  std::vector<std::string> ways_;
  bool answered_ = false;
  bool status_read_ = false;
};

} // namespace

std::optional<std::string> bytes_of_file(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size > file_bytes_max)
    return std::nullopt;
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  return in.bad() || bytes.size() != size ? std::nullopt : std::optional{std::move(bytes)};
}

behaviour read_behaviour(fields& from, findings_of_file& found,
                         const std::filesystem::path& folder) {
  return reader{from, found, folder}.read();
}

} // namespace hedgerow::simulated
