// Recorded streams, and scripts that go round.

#include "app/simulator/content_reader.hpp"
#include "app/simulator/transcript.hpp"
#include "tests/app/simulator_dialects.hpp"

#include <fstream>
#include <iterator>

#include <unistd.h>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace hedgerow::simulator_test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view recording = "data: {\"a\":1}\n\ndata: {\"b\":2}\r\n\r\n: note\n\ntail";

/// A folder with one recorded stream, gone with the test.
struct recorded_folder {
  recorded_folder()
      : path{std::filesystem::temp_directory_path()
             / ("hedgerow-replay-" + std::to_string(::getpid()))} {
    std::filesystem::create_directories(path);
    std::ofstream{path / "one.sse", std::ios::binary} << recording;
  }
  ~recorded_folder() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};

std::string bytes_in(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("a recorded stream falls into its events", "[simulator]") {
  const auto pieces = event_pieces(recording, 5ms);
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0].bytes == 15);
  CHECK(pieces[0].after == 0ms);
  CHECK(pieces[1].bytes == 17);
  CHECK(pieces[1].after == 5ms);
  CHECK(pieces[2].bytes == 8);
  CHECK(event_pieces("", 0ms).empty());
  CHECK(event_pieces("data: x\n", 0ms).empty());
}

TEST_CASE("pieces that say too much or too little still give the bytes", "[simulator]") {
  raw_body x{std::string{recording}};
  x.pieces = {{10, 0ms}, {1'000'000, 0ms}, {5, 0ms}};
  std::string all;
  for (const auto& each : transcript_of(x))
    all += each.bytes;
  CHECK(all == recording);
  x.pieces = {{3, 0ms}};
  REQUIRE(transcript_of(x).size() == 2);
  CHECK(transcript_of(x)[1].bytes == recording.substr(3));
}

TEST_CASE("a recorded stream is replayed in the chunks that are asked for", "[simulator]") {
  const recorded_folder folder;
  const world x{world::read(R"(
models:
  events: { replay: one.sse }
  gaps: { replay: { file: one.sse, chunks: events, gap: 10ms } }
  sizes: { replay: { file: one.sse, chunks: [3, { bytes: 20, after: 20ms }, 4] } }
  cut: { replay: { file: one.sse }, cut: 20 }
)",
                            folder.path)};
  struct row {
    std::string model;
    std::size_t chunks;
    std::chrono::milliseconds least;
  };
  for (const auto& row :
       std::vector<row>{{"events", 4, 0ms}, {"gaps", 4, 20ms}, {"sizes", 4, 20ms}}) {
    CAPTURE(row.model);
    const auto said = ask(x, openai_caller, row.model, true);
    CHECK(said.body == recording);
    CHECK(said.chunks.size() == row.chunks);
    CHECK(said.head.find("content-type: text/event-stream\r\n") != said.head.npos);
    CHECK(x.provider.calls().back().took() >= row.least);
    CHECK(x.provider.calls().back().events == row.chunks);
  }
  CHECK(ask(x, openai_caller, "sizes", true).chunks[1].size() == 20);
  CHECK(ask(x, openai_caller, "cut", true).body == recording.substr(0, 20));
}

TEST_CASE("every recorded stream is replayed byte for byte in its own chunks", "[simulator]") {
  const std::filesystem::path folder = HEDGEROW_SHARED_DATA "/providers";
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: " << folder << " is absent");
    return;
  }
  const auto index = parsed(bytes_in(folder / "index.json"));
  std::vector<const json::value*> recorded;
  std::string yaml = "models:\n";
  for (const auto& entry : index.GetArray()) {
    const auto* cuts = json::at(entry, "/extra/chunk_boundaries");
    if (!cuts)
      continue;
    yaml += "  m" + std::to_string(recorded.size()) + ": { replay: { file: \""
            + std::string{json::find_text(entry, "file")} + "\", chunks: " + json::compact(*cuts)
            + " } }\n";
    recorded.push_back(&entry);
  }
  REQUIRE(recorded.size() > 100);
  const world x{world::read(yaml, folder)};
  client caller{x.provider.port()};
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    CAPTURE(json::find_text(*recorded[i], "id"));
    post(caller, openai_caller, "m" + std::to_string(i), true);
    const auto said = caller.receive();
    CHECK((said.body == bytes_in(folder / std::string{json::find_text(*recorded[i], "file")})));
    CHECK(said.chunks.size() == json::at(*recorded[i], "/extra/chunk_boundaries")->Size());
  }
}

TEST_CASE("steps that repeat go round by time or by calls", "[simulator]") {
  const auto flaps = world::read(R"(
models:
  time: { repeat: [ { for: 2s, answer: up }, { for: 1s, status: 503 } ] }
  calls: { repeat: [ { calls: 2, answer: up }, { calls: 1, status: 500 } ] }
)");
  const auto status = [&](std::string_view model, std::uint64_t call, microseconds elapsed) {
    return behaviour_of(flaps, model, call, elapsed, 1)->how->status;
  };
  for (const auto round : {0s, 3s, 3000s}) {
    CHECK(status("time", 1, round) == 200);
    CHECK(status("time", 1, round + 1999ms) == 200);
    CHECK(status("time", 1, round + 2s) == 503);
    CHECK(status("time", 1, round + 2999ms) == 503);
  }
  std::vector<int> met;
  for (std::uint64_t i = 1; i <= 7; ++i)
    met.push_back(status("calls", i, 0s));
  CHECK(met == std::vector{200, 200, 500, 200, 200, 500, 200});
}
