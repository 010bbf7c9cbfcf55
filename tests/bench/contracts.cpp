// Measures how fast answers are checked against their schemas, beside RapidJSON's own validator,
// and how fast schemas compile. Writes the pairs that it measured to a file, for others to measure.
// bench_contracts DATA PAIRS, with the result as JSON on standard output.
#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <rapidjson/schema.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

/// Each set is measured so often for so long, and the fastest time counts: what others do on the
/// machine meanwhile only ever makes it slower.
constexpr int rounds = 400;
constexpr auto round_time = std::chrono::milliseconds{2};
constexpr int compile_rounds = 40;

std::string content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    throw std::runtime_error{"cannot read " + path.string()};
  return {std::istreambuf_iterator<char>{in}, {}};
}

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

/// An answer and the schema that it was asked to keep.
struct pair {
  std::string set;
  std::size_t shape = 0;
  std::string text;
};

/// All that is measured.
class corpus {
public:
  explicit corpus(const fs::path& data) : data_{data} {
    add_tool_calls();
    add_structured_outputs();
    add_bodies();
  }

  const std::vector<std::string>& shapes() const { return shapes_; }
  const std::vector<pair>& pairs() const { return pairs_; }

private:
  std::size_t shape(std::string text) {
    const auto [i, is_new] = known_.emplace(std::move(text), shapes_.size());
    if (is_new)
      shapes_.push_back(i->first);
    return i->second;
  }

  void add(const char* set, const json::value& shape_source, const json::value& x) {
    pairs_.push_back(
        {.set = set, .shape = shape(json::compact(shape_source)), .text = json::compact(x)});
  }

  void add_tool_calls() {
    for (const auto& entry : fs::directory_iterator{data_ / "bfcl"}) {
      if (entry.path().extension() != ".jsonl" || entry.path().stem() == "derived_invalid_calls")
        continue;
      std::ifstream in{entry.path()};
      for (std::string line; std::getline(in, line);) {
        const auto x = parsed(line);
        const auto* calls = json::find(x, "first_acceptable_calls");
        if (calls != nullptr && calls->IsArray())
          for (const auto& call : calls->GetArray())
            add_call(*json::find(x, "tools"), call);
      }
    }
  }

  void add_call(const json::value& tools, const json::value& call) {
    for (const auto& tool : tools.GetArray()) {
      const auto& function = *json::find(tool, "function");
      if (json::find_text(function, "name") == json::find_text(call, "name"))
        return add("tool calls (bfcl)", *json::find(function, "parameters"),
                   *json::find(call, "arguments"));
    }
  }

  void add_structured_outputs() {
    const auto cases = parsed(content(data_ / "contracts-real" / "structured_outputs.json"));
    for (const auto& x : cases.GetArray())
      if (const auto answer = json::parse(json::find_text(x, "text")))
        add("structured outputs", *json::find(x, "schema"), *answer);
  }

  void add_bodies() {
    const std::map<std::string_view, const char*> shape_files{
        {"chat", "openai/CreateChatCompletionResponse.wire.schema.json"},
        {"responses", "openai/Response.wire.schema.json"},
        {"messages", "anthropic/Message.wire.schema.json"},
        {"gemini", "google/GenerateContentResponse.wire.schema.json"}};
    const auto index = parsed(content(data_ / "providers" / "index.json"));
    for (const auto& x : index.GetArray()) {
      const auto file = shape_files.find(json::find_text(x, "api"));
      if (file == shape_files.end() || json::find(x, "stream")->GetBool()
          || json::find_text(x, "expected_taxonomy_class") != "ok")
        continue;
      const auto body = json::parse(content(data_ / "providers" / json::find_text(x, "file")));
      if (body)
        add("provider bodies", parsed(content(data_ / "api-schemas" / file->second)), *body);
    }
  }

  fs::path data_;
  std::vector<std::string> shapes_;
  std::map<std::string, std::size_t> known_;
  std::vector<pair> pairs_;
};

/// Our engine, ready to run.
struct ours {
  std::vector<schema> shapes;
  std::vector<json::document> answers;

  explicit ours(const corpus& all) {
    for (const auto& text : all.shapes())
      shapes.push_back(schema::compile(std::string_view{text}).value());
    for (const auto& x : all.pairs())
      answers.push_back(parsed(x.text));
  }

  bool accepts(const pair& x, std::size_t i) { return shapes[x.shape].check(answers[i]).empty(); }
};

/// RapidJSON's, the same.
struct rapid {
  struct compiled {
    rapidjson::Document source;
    std::unique_ptr<rapidjson::SchemaDocument> shape;
    std::unique_ptr<rapidjson::SchemaValidator> validator;
  };

  std::vector<compiled> shapes;
  std::vector<rapidjson::Document> answers;

  explicit rapid(const corpus& all) {
    for (const auto& text : all.shapes()) {
      compiled made;
      made.source.Parse(text.data(), text.size());
      made.shape = std::make_unique<rapidjson::SchemaDocument>(made.source);
      made.validator = std::make_unique<rapidjson::SchemaValidator>(*made.shape);
      shapes.push_back(std::move(made));
    }
    for (const auto& x : all.pairs())
      answers.emplace_back().Parse(x.text.data(), x.text.size());
  }

  bool accepts(const pair& x, std::size_t i) {
    auto& validator = *shapes[x.shape].validator;
    validator.Reset();
    return answers[i].Accept(validator);
  }
};

template <class Engine>
std::string verdicts(Engine& engine, const corpus& all) {
  std::string out;
  for (std::size_t i = 0; i < all.pairs().size(); ++i)
    out += engine.accepts(all.pairs()[i], i) ? '1' : '0';
  return out;
}

/// Nanoseconds for one pass over the pairs numbered `wanted`.
template <class Engine>
double measured(Engine& engine, const corpus& all, const std::vector<std::size_t>& wanted) {
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const auto began = steady::now();
    int passes = 0;
    std::size_t accepted = 0;
    while (steady::now() - began < round_time) {
      for (const auto i : wanted)
        accepted += engine.accepts(all.pairs()[i], i) ? 1 : 0;
      ++passes;
    }
    const std::chrono::duration<double, std::nano> spent = steady::now() - began;
    if (accepted > wanted.size() * static_cast<std::size_t>(passes))
      throw std::logic_error{"more was accepted than was asked"};
    best = std::min(best, spent.count() / passes);
  }
  return best;
}

struct selection {
  std::string name;
  std::vector<std::size_t> wanted;
};

/// Valid answers by where they are from, and those of 1 to 4 KB from anywhere.
std::vector<selection> selections(const corpus& all, const std::string& valid) {
  std::vector<selection> out{{.name = "1 to 4 KB", .wanted = {}}};
  for (std::size_t i = 0; i < all.pairs().size(); ++i) {
    const auto& x = all.pairs()[i];
    if (valid[i] != '1')
      continue;
    if (out.back().name != x.set)
      out.push_back({.name = x.set, .wanted = {}});
    out.back().wanted.push_back(i);
    if (x.text.size() >= 1024 && x.text.size() <= 4096)
      out.front().wanted.push_back(i);
  }
  return out;
}

void write_pairs(const corpus& all, const fs::path& path) {
  std::ofstream out{path, std::ios::binary};
  for (const auto& text : all.shapes())
    out << "{\"shape\":" << text << "}\n";
  for (const auto& x : all.pairs())
    out << "{\"of\":" << x.shape << ",\"answer\":" << x.text << "}\n";
}

double compile_milliseconds(const std::string& text) {
  double best = 1e18;
  for (int i = 0; i < compile_rounds; ++i) {
    const auto began = steady::now();
    const auto made = schema::compile(std::string_view{text});
    const std::chrono::duration<double, std::milli> spent = steady::now() - began;
    if (!made)
      throw std::runtime_error{made.error().message};
    best = std::min(best, spent.count());
  }
  return best;
}

void report_compiling(const fs::path& data) {
  const char* comma = "";
  for (const auto* file :
       {"anthropic/MessageCreateParams.schema.json", "openai/CreateResponse.schema.json",
        "openai/Response.schema.json", "openai/ResponseStreamEvent.schema.json"}) {
    const auto text = content(data / "api-schemas" / file);
    std::printf("%s\n  {\"file\":\"%s\",\"bytes\":%zu,\"ms\":%.3f}", comma, file, text.size(),
                compile_milliseconds(text));
    comma = ",";
  }
}

void run(const fs::path& data, const fs::path& pairs_file) {
  const corpus all{data};
  write_pairs(all, pairs_file);
  ours mine{all};
  rapid theirs{all};
  const auto valid = verdicts(mine, all);
  std::printf("{\"verdicts\":{\"hedgerow\":\"%s\",\"rapidjson\":\"%s\"},\n\"sets\":[",
              valid.c_str(), verdicts(theirs, all).c_str());
  const char* comma = "";
  for (const auto& x : selections(all, valid)) {
    std::size_t bytes = 0;
    for (const auto i : x.wanted)
      bytes += all.pairs()[i].text.size();
    std::printf(
        "%s\n "
        "{\"name\":\"%s\",\"bytes\":%zu,\"hedgerow_ns\":%.0f,\"rapidjson_ns\":%.0f,\"pairs\":[",
        comma, x.name.c_str(), bytes, measured(mine, all, x.wanted),
        measured(theirs, all, x.wanted));
    for (std::size_t i = 0; i < x.wanted.size(); ++i)
      std::printf("%s%zu", i == 0 ? "" : ",", x.wanted[i]);
    std::printf("]}");
    comma = ",";
  }
  std::printf("],\n\"compile\":[");
  report_compiling(data);
  std::printf("]}\n");
}

} // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: bench_contracts DATA PAIRS\n", stderr);
    return 2;
  }
  try {
    run(arguments[1], arguments[2]);
  } catch (const std::exception& x) {
    std::fprintf(stderr, "bench_contracts: %s\n", x.what());
    return 1;
  }
  return 0;
}
