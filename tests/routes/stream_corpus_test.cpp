// Every recorded stream of ../shared/data/providers, read.
#include "tests/routes/corpus.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace hedgerow;

namespace {

std::string reason_of(const std::variant<completion, failure>& x) {
  const auto* bad = std::get_if<failure>(&x);
  return bad == nullptr ? "" : bad->reason;
}

constexpr std::size_t at_once = 1u << 30;

/// The same events, with blanks behind the JSON of each, so many that no two neighbours have the
/// same.
std::string with_blanks(std::string_view body) {
  std::string out;
  std::size_t lines = 0;
  for (const char c : body) {
    if (c == '\n' && out.ends_with('}'))
      out.append(++lines % 7, ' ');
    out += c;
  }
  return out;
}

} // namespace

TEST_CASE("every recorded stream is classified as its label says", "[corpus]") {
  std::map<provider_kind, int> seen;
  for (const auto& x : corpus::streams()) {
    ++seen[x.kind];
    const auto found = corpus::heard(x, at_once);
    INFO(x.file << ": " << reason_of(found.end));
    INFO("found " << corpus::class_of(found.end) << ", expected " << x.classes.front());
    CHECK(std::ranges::find(x.classes, corpus::class_of(found.end)) != x.classes.end());
    if (const auto* good = std::get_if<completion>(&found.end)) {
      CHECK(found.text == good->text);
      CHECK((found.has_content || (good->text.empty() && good->tool_calls.empty())));
    }
  }
  if (seen.empty())
    return;
  CHECK(seen[provider_kind::openai] == 84);
  CHECK(seen[provider_kind::anthropic] == 68);
  CHECK(seen[provider_kind::gemini] == 25);
}

TEST_CASE("what other APIs reply is an error or an answer, whole or streamed", "[corpus]") {
  for (const auto& body : corpus::foreign_bodies())
    for (const auto kind :
         {provider_kind::openai, provider_kind::anthropic, provider_kind::gemini}) {
      corpus::recording x{
          .file = {}, .kind = kind, .reply = {.status = 200}, .call = {}, .classes = {}};
      x.reply.body = body;
      x.call.ask = std::make_shared<const prompt>();
      CHECK_FALSE(corpus::class_of(corpus::decoded(x)).empty());
      CHECK_FALSE(corpus::class_of(corpus::heard(x, at_once).end).empty());
    }
}

TEST_CASE("a stream is read the same, however its bytes are cut", "[corpus]") {
  for (const auto& x : corpus::streams()) {
    INFO(x.file);
    const auto whole = corpus::heard(x, at_once);
    const auto* good = std::get_if<completion>(&whole.end);
    for (const std::size_t bytes : {1u, 7u, 4096u}) {
      const auto cut = corpus::heard(x, bytes);
      CHECK(cut.text == whole.text);
      CHECK(corpus::class_of(cut.end) == corpus::class_of(whole.end));
      if (good == nullptr)
        continue;
      const auto& other = std::get<completion>(cut.end);
      CHECK(other.text == good->text);
      CHECK(other.usage.output == good->usage.output);
      REQUIRE(other.tool_calls.size() == good->tool_calls.size());
      for (std::size_t i = 0; i < good->tool_calls.size(); ++i)
        CHECK(other.tool_calls[i].arguments == good->tool_calls[i].arguments);
    }
  }
}

TEST_CASE("what is known of an event that came before changes nothing", "[corpus]") {
  for (auto x : corpus::streams()) {
    INFO(x.file);
    const auto found = corpus::heard(x, at_once);
    x.reply.body = with_blanks(x.reply.body);
    const auto each_parsed = corpus::heard(x, at_once);
    CHECK(each_parsed.text == found.text);
    CHECK(each_parsed.has_content == found.has_content);
    CHECK(corpus::class_of(each_parsed.end) == corpus::class_of(found.end));
    if (const auto* good = std::get_if<completion>(&found.end)) {
      const auto& other = std::get<completion>(each_parsed.end);
      CHECK(other.text == good->text);
      CHECK(other.usage.output == good->usage.output);
      CHECK(other.tool_calls.size() == good->tool_calls.size());
    }
  }
}
