// fuzz_seeds DATA OUT: writes a corpus for each entry from what ../shared/data holds, one file a
// seed. What is absent is left out.
#include "contracts/json.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

/// Larger seeds make a fuzzer slow.
constexpr std::size_t seed_bytes_max = 4096;
constexpr std::size_t files_max = 1500;

/// A corpus being written.
class corpus {
public:
  explicit corpus(fs::path folder) : folder_{std::move(folder)} { fs::create_directories(folder_); }

  void add(const std::string& seed) {
    if (seed.size() <= seed_bytes_max && written_ < files_max)
      std::ofstream{folder_ / std::to_string(written_++), std::ios::binary} << seed;
  }

private:
  fs::path folder_;
  std::size_t written_ = 0;
};

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

json::document read(const fs::path& file) {
  auto parsed = json::parse(text_of(file), {.depth = 1000});
  return parsed ? std::move(*parsed) : json::document{};
}

template <class Use>
void each_item(const json::value& list, Use use) {
  if (list.IsArray())
    for (const auto& item : list.GetArray())
      use(item);
}

/// Calls `use` with each entry of each JSON file below `folder`, if it is there.
template <class Use>
void each_entry(const fs::path& folder, Use use) {
  if (fs::exists(folder))
    for (const auto& file : fs::recursive_directory_iterator{folder})
      if (file.path().extension() == ".json")
        each_item(read(file.path()), use);
}

void write_schema_seeds(const fs::path& data, const fs::path& out) {
  corpus compile{out / "schema_compile"};
  corpus check{out / "schema_check"};
  each_entry(data / "json-schema-test-suite" / "tests", [&](const json::value& group) {
    const auto* schema = json::find(group, "schema");
    const auto* tests = json::find(group, "tests");
    if (schema == nullptr || tests == nullptr || !tests->IsArray() || tests->Empty())
      return;
    compile.add(json::compact(*schema));
    if (const auto* instance = json::find((*tests)[0], "data"))
      check.add(json::compact(*schema) + '\n' + json::compact(*instance));
  });
}

void write_repair_seeds(const fs::path& data, const fs::path& out) {
  corpus repair{out / "repair"};
  for (const auto* folder : {"json-repair", "faults"})
    each_entry(data / folder, [&](const json::value& x) {
      const auto* schema = json::find(x, "schema");
      repair.add((schema == nullptr ? "" : json::compact(*schema)) + '\n'
                 + std::string{json::find_text(x, "input")});
    });
}

void write_tool_seeds(const fs::path& data, const fs::path& out) {
  corpus calls{out / "tool_calls"};
  each_entry(data / "contracts-real", [&](const json::value& x) {
    const auto* tools = json::find(x, "tools");
    const auto* call = json::find(x, "call");
    if (tools == nullptr || call == nullptr)
      return;
    const auto* arguments = json::find(*call, "arguments");
    const auto* parameters = json::find(*tools, json::find_text(*call, "name"));
    if (parameters != nullptr && arguments != nullptr)
      calls.add(json::compact(*parameters) + "\nf\n"
                + (arguments->IsString() ? std::string{json::text_of(*arguments)}
                                         : json::compact(*arguments)));
  });
}

std::string_view dialect_letter(std::string_view api) {
  if (api == "messages")
    return "a";
  return api == "gemini" ? "g" : "o";
}

void write_reply_seeds(const fs::path& data, const fs::path& out) {
  corpus replies{out / "decode"};
  corpus streams{out / "stream"};
  const auto folder = data / "providers";
  each_item(read(folder / "index.json"), [&](const json::value& x) {
    const auto* stream = json::find(x, "stream");
    const auto* status = json::find(x, "http_status");
    if (stream == nullptr || status == nullptr || !status->IsInt())
      return;
    const auto dialect = std::string{dialect_letter(json::find_text(x, "api"))};
    const auto body = text_of(folder / json::find_text(x, "file"));
    if (stream->IsFalse())
      replies.add(dialect + ' ' + std::to_string(status->GetInt()) + '\n' + body);
    else
      streams.add(dialect + " 11\n" + body);
  });
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fuzz_seeds DATA OUT\n";
    return 2;
  }
  write_schema_seeds(argv[1], argv[2]);
  write_repair_seeds(argv[1], argv[2]);
  write_tool_seeds(argv[1], argv[2]);
  write_reply_seeds(argv[1], argv[2]);
  return 0;
}
