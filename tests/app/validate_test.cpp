#include "app/commands/validate.hpp"
#include "contracts/json.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

const std::string ticket = R"({"type":"object","required":["category"],"properties":
  {"category":{"enum":["billing","other"]},"zip":{"type":"string"}}})";

/// A folder that goes away with its files.
class folder {
public:
  folder() {
    std::string name = (fs::temp_directory_path() / "hedgerow-validate-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~folder() { fs::remove_all(path_); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = path_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }
  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

private:
  fs::path path_;
};

/// What a run said.
struct said {
  int status = 0;
  std::vector<std::string> lines;
  std::string err;
};

said run(const validate_options& options, const std::string& input = {}) {
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  said x{.status = validate(options, in, out, err), .lines = {}, .err = {}};
  std::istringstream lines{out.str()};
  for (std::string line; std::getline(lines, line);)
    x.lines.push_back(line);
  x.err = err.str();
  return x;
}

/// The verdicts on `input`, by a schema, for machines.
said checked(const std::string& schema_text, const std::string& input,
             validate_options options = {}) {
  const folder files;
  options.schema_file = files.file("schema.json", schema_text);
  options.as_json = true;
  return run(options, input);
}

} // namespace

TEST_CASE("each line gets its verdict, in order", "[validate]") {
  const auto x = checked(ticket, R"({"category":"billing","zip":"04109"})"
                                 "\n"
                                 R"({"zip":4109})"
                                 "\n"
                                 R"({"category":)"
                                 "\n");
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 3);
  CHECK(x.lines[0]
        == R"({"valid":true,"repaired":false,"value":{"category":"billing","zip":"04109"},)"
           R"("changes":[],"violations":[]})");
  const auto second = std::move(json::parse(x.lines[1]).value());
  CHECK_FALSE(json::at(second, "/valid")->GetBool());
  CHECK(json::compact(*json::at(second, "/value")) == R"({"zip":4109})");
  CHECK(json::at(second, "/violations")->Size() == 2);
  CHECK(json::at(second, "/violations/0/keyword") != nullptr);
  CHECK(json::at(second, "/violations/0/message") != nullptr);
  CHECK(json::at(second, "/violations/0/pointer") != nullptr);
  CHECK(json::at(second, "/violations/0/schema_pointer") != nullptr);
  const auto third = std::move(json::parse(x.lines[2]).value());
  CHECK(json::at(third, "/value")->IsNull());
  CHECK(json::text_of(*json::at(third, "/violations/0/keyword")) == "json");
}

TEST_CASE("the status says whether all was valid", "[validate]") {
  CHECK(checked(ticket, R"({"category":"other"})").status == 0);
  CHECK(checked(ticket, "").status == 0);
  CHECK(checked(ticket, "{}\n{\"category\":\"other\"}\n").status == 1);
}

TEST_CASE("lines may end in LF, CRLF or not at all", "[validate]") {
  const auto x = checked("true", "1\r\n2\n3");
  CHECK(x.status == 0);
  REQUIRE(x.lines.size() == 3);
  CHECK(x.lines[0].find(R"("value":1,)") != std::string::npos);
  CHECK(x.lines[2].find(R"("value":3,)") != std::string::npos);
}

TEST_CASE("an empty line is said to be empty and counts", "[validate]") {
  const auto x = checked("true", "1\n\n \t\r\n2\n");
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 4);
  for (const auto i : {1, 2})
    CHECK(x.lines[i].find("the line is empty") != std::string::npos);
  CHECK(x.lines[3].starts_with(R"({"valid":true)"));
}

TEST_CASE("a line that is too long is refused whole and the next one is read", "[validate]") {
  const auto x = checked("true", "12345678\r\n123456789\n\"" + std::string(100'000, 'x') + "\"\n7",
                         {.line_bytes_max = 8});
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 4);
  CHECK(x.lines[0].starts_with(R"({"valid":true)"));
  for (const auto i : {1, 2})
    CHECK(x.lines[i].find("longer than 8 bytes") != std::string::npos);
  CHECK(x.lines[3].starts_with(R"({"valid":true)"));
}

TEST_CASE("raw lines are strings that hold the text", "[validate]") {
  const auto x = checked(ticket,
                         R"("{\"category\":\"billing\"}")"
                         "\n"
                         R"({"category":"billing"})"
                         "\n"
                         R"("{\"category\":")"
                         "\n",
                         {.raw = true});
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 3);
  CHECK(x.lines[0].starts_with(R"({"valid":true,"repaired":false,"value":{"category")"));
  CHECK(x.lines[1].find("must be a JSON string") != std::string::npos);
  CHECK(x.lines[2].starts_with(R"({"valid":false)"));
}

TEST_CASE("bytes that are no UTF-8 are a verdict, not an end", "[validate]") {
  const auto x = checked("true", "\"\xff\"\n" + std::string("\0\n", 2) + "1\n");
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 3);
  for (const auto& line : x.lines)
    CHECK(json::parse(line).has_value());
  CHECK(x.lines[2].starts_with(R"({"valid":true)"));
}

TEST_CASE("people read one line a verdict and a summary apart from them", "[validate]") {
  const folder files;
  const auto x = run({.schema_file = files.file("schema.json", ticket)},
                     "{\"category\":\"other\"}\n{\"category\":\"other\",\"zip\":4}\n");
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 2);
  CHECK(x.lines[0] == "1: valid");
  CHECK(x.lines[1].starts_with("2: invalid: /zip: "));
  CHECK(x.err == "2 lines: 1 valid, 0 repaired, 1 invalid\n");
}

TEST_CASE("without a schema that compiles nothing is checked", "[validate]") {
  const folder files;
  const auto broken =
      run({.schema_file = files.file("schema.json", R"({"type":"nothing"})")}, "1\n");
  CHECK(broken.status == 2);
  CHECK(broken.lines.empty());
  CHECK(broken.err.starts_with("hedgerow validate: " + files.path("schema.json")));
  CHECK(run({.schema_file = files.file("schema.json", "{")}, "1\n").status == 2);
  CHECK(run({.schema_file = files.path("absent.json")}, "1\n").status == 2);
  CHECK(run({.schema_file = files.path()}, "1\n").status == 2);
  CHECK(run({.schema_file = files.file("s.json", "true"), .remotes = files.path("absent")}, "1\n")
            .status
        == 2);
}

TEST_CASE("a contract of a configuration judges as the gateway does", "[validate]") {
  const folder files;
  const auto config = files.file("hedgerow.yaml", R"(
store: memory
providers: { local: { kind: openai, base_url: http://127.0.0.1:1/v1 } }
routes: { one: { provider: local, model: m } }
contracts:
  ticket: { format: json, schema: { required: [category] }, repair: [] }
  note: { format: text, max_length: 5, not_empty: true }
tasks: { t: { deadline: 2s, contract: ticket, ladder: [ { route: one }, { message: Sorry. } ] } }
)");
  const auto json =
      run({.contract = "ticket", .config_file = config, .as_json = true}, "{\"category\":1}\n{}\n");
  CHECK(json.err.empty());
  CHECK(json.status == 1);
  REQUIRE(json.lines.size() == 2);
  CHECK(json.lines[0].starts_with(R"({"valid":true,"repaired":false,"value":{"category":1})"));
  CHECK(json.lines[1].find("required") != std::string::npos);
  const auto text = run({.contract = "note", .config_file = config, .as_json = true},
                        "\"hello\"\n\"hello!\"\n\"\"\n");
  REQUIRE(text.lines.size() == 3);
  CHECK(text.lines[0].starts_with(R"({"valid":true,"repaired":false,"value":"hello")"));
  CHECK(text.lines[1].find("max_length") != std::string::npos);
  CHECK(text.lines[2].find("not_empty") != std::string::npos);
  const auto refused =
      run({.contract = "ticket", .config_file = config, .raw = true, .as_json = true},
          "\"I'm sorry, but I can't help with that.\"\n");
  REQUIRE(refused.lines.size() == 1);
  CHECK(refused.lines[0].find("the model refused") != std::string::npos);
  const auto unknown = run({.contract = "tickets", .config_file = config}, "{}\n");
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find("has no contract `tickets`; known: note, ticket") != std::string::npos);
  CHECK(run({.contract = "ticket", .config_file = files.path("no.yaml")}, "{}\n").status == 2);
}

TEST_CASE("tool calls are judged as the message that makes them", "[validate]") {
  const folder files;
  const auto config = files.file("hedgerow.yaml", R"(
store: memory
providers: { local: { kind: openai, base_url: http://127.0.0.1:1/v1 } }
routes: { one: { provider: local, model: m } }
contracts: { call: { format: tool_call } }
tasks: { t: { deadline: 2s, contract: call, ladder: [ { route: one }, { message: Sorry. } ] } }
)");
  const auto x = run({.contract = "call", .config_file = config, .as_json = true},
                     "{\"content\":\"no call\",\"tool_calls\":[]}\n[]\nx\n");
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 3);
  for (const auto& line : x.lines)
    CHECK(line.starts_with(R"({"valid":false)"));
}

TEST_CASE("a suite is counted per file and draft", "[validate]") {
  const folder files;
  const auto group = [](const std::string& schema, const std::string& tests) {
    return R"([{"description":"g","schema":)" + schema + R"(,"tests":[)" + tests + "]}]";
  };
  const std::string one = R"({"description":"one","data":1,"valid":true})";
  files.file("tests/draft7/type.json", group(R"({"type":"integer"})", one));
  files.file("tests/draft2020-12/wrong.json", group("false", one + "," + one));
  files.file("tests/draft4/broken.json", group(R"({"type":1})", one));
  files.file("tests/draft7/notes.txt", "no test");
  const auto x = run({.suite = files.path("tests")});
  CHECK(x.status == 1);
  const std::vector<std::string> wanted{"draft2020-12  draft2020-12/wrong.json: 0 right, 2 wrong",
                                        "    wrong: g: one", "    wrong: g: one",
                                        "draft4        draft4/broken.json: 0 right, 1 wrong"};
  REQUIRE(x.lines.size() == 9);
  CHECK(std::vector(x.lines.begin(), x.lines.begin() + 4) == wanted);
  CHECK(x.lines[4].starts_with("    wrong: g: the schema does not compile: "));
  const std::vector<std::string> rest{
      "draft7        draft7/type.json: 1 right, 0 wrong", "draft4        0 right, 1 wrong, of 1",
      "draft7        1 right, 0 wrong, of 1", "draft2020-12  0 right, 2 wrong, of 2"};
  CHECK(std::vector(x.lines.begin() + 5, x.lines.end()) == rest);
  const auto right = run({.suite = files.path("tests/draft7"), .as_json = true});
  CHECK(right.status == 0);
  REQUIRE(right.lines.size() == 2);
  CHECK(right.lines[0]
        == R"({"file":"type.json","draft":"draft7","right":1,"wrong":0,"tests":[]})");
  CHECK(right.lines[1] == R"({"draft":"draft7","right":1,"wrong":0})");
}

TEST_CASE("a folder that is no suite is refused", "[validate]") {
  const folder files;
  CHECK(run({.suite = files.path("absent")}).status == 2);
  CHECK(run({.suite = files.path()}).status == 2);
  files.file("x.json", "{}");
  const auto x = run({.suite = files.path()});
  CHECK(x.status == 2);
  CHECK(x.err.find("not in the suite's format") != std::string::npos);
}

TEST_CASE("a schema without a draft of its own is of the one asked for", "[validate]") {
  // Draft 4 takes a boolean here, and draft 2020-12 a number.
  const auto schema = R"({"maximum":3,"exclusiveMaximum":true})";
  CHECK(checked(schema, "2\n", {.without_schema = draft::draft4}).status == 0);
  CHECK(checked(schema, "3\n", {.without_schema = draft::draft4}).status == 1);
  CHECK(checked(schema, "2\n", {.without_schema = draft::draft2020}).status == 2);
}

TEST_CASE("formats are assertions only when asked", "[validate]") {
  const auto schema = R"({"format":"ipv4"})";
  CHECK(checked(schema, "\"1.2.3.400\"\n").status == 0);
  CHECK(checked(schema, "\"1.2.3.400\"\n", {.formats = true}).status == 1);
  CHECK(checked(schema, "\"1.2.3.4\"\n", {.formats = true}).status == 0);
}

TEST_CASE("files below the folder of remotes can be referred to", "[validate]") {
  const folder files;
  files.file("remotes/nested/integer.json", R"({"type":"integer"})");
  const auto schema = R"({"$ref":"http://localhost:1234/nested/integer.json"})";
  CHECK(checked(schema, "1\n", {.remotes = files.path("remotes")}).status == 0);
  CHECK(checked(schema, "\"1\"\n", {.remotes = files.path("remotes")}).status == 1);
  CHECK(checked(schema, "1\n").status == 2);
}

TEST_CASE("what can be mended is repaired when asked, and said", "[validate]") {
  const std::string fenced = "\"```json\\n{'category': 'billing',}\\n```\"\n";
  CHECK(checked(ticket, fenced, {.raw = true}).status == 1);
  const auto x = checked(ticket, fenced, {.repair = true, .raw = true});
  CHECK(x.status == 0);
  REQUIRE(x.lines.size() == 1);
  CHECK(x.lines[0].starts_with(
      R"({"valid":true,"repaired":true,"value":{"category":"billing"},"changes":[{"pointer":)"));
  const auto coerced =
      checked(ticket, "{\"category\":\"Billing\",\"zip\":4109}\n", {.repair = true});
  REQUIRE(coerced.lines.size() == 1);
  CHECK(coerced.lines[0].starts_with(
      R"({"valid":true,"repaired":true,"value":{"category":"billing","zip":"4109"})"));
  const auto sound = checked(ticket, "{\"category\":\"other\"}\n", {.repair = true});
  REQUIRE(sound.lines.size() == 1);
  CHECK(sound.lines[0].starts_with(R"({"valid":true,"repaired":false)"));
  const auto prose = checked(ticket, "\"I would say billing.\"\n", {.repair = true, .raw = true});
  CHECK(prose.status == 1);
  const auto lacking = checked(ticket, "{'zip': '1'}\n", {.repair = true});
  REQUIRE(lacking.lines.size() == 1);
  CHECK(lacking.lines[0].starts_with(R"({"valid":false,"repaired":false,"value":{"zip":"1"})"));
}

TEST_CASE("below optional/format a suite's formats are assertions", "[validate]") {
  const folder files;
  for (const auto* name : {"draft7/optional/format/ipv4.json", "draft7/format.json"})
    files.file(name, R"([{"description":"g","schema":{"format":"ipv4"},
                          "tests":[{"description":"bad","data":"1","valid":false}]}])");
  const auto x = run({.suite = files.path(), .as_json = true});
  CHECK(x.status == 1);
  REQUIRE(x.lines.size() == 3);
  CHECK(x.lines[0].find(R"("right":0,"wrong":1)") != std::string::npos);
  CHECK(x.lines[1].find(R"("right":1,"wrong":0)") != std::string::npos);
}
