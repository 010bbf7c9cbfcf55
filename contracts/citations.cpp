#include "contracts/citations.hpp"

#include "contracts/schema_words.hpp"
#include "contracts/utf8.hpp"

#include <utility>

namespace hedgerow {
namespace {

constexpr std::size_t tokens_max = 32;
constexpr std::size_t name_bytes_max = 60;

error bad_pointer(std::string message) {
  return {.code = errc::config_invalid, .message = std::move(message), .param = "citations"};
}

/// One walk over an answer along the tokens of a pointer.
class walk {
public:
  walk(const std::vector<std::string>& tokens, const url_set* among, std::size_t most)
      : tokens_{tokens},
        among_{among},
        most_{most} {}

  /// Visits what the tokens from `depth` on match below `x`, which is at `where`. As deep as there
  /// are tokens.
  void visit(const json::value& x, std::string& where, std::size_t depth) {
    if (found_.size() >= most_)
      return;
    if (depth == tokens_.size())
      return cite(x, where);
    const auto& token = tokens_[depth];
    if (token == "*")
      visit_all(x, where, depth);
    else if (const auto* child = json::child(x, token))
      step(*child, token, where, depth);
  }

  std::size_t cited() const { return cited_; }
  std::vector<violation> found() && { return std::move(found_); }

private:
  void visit_all(const json::value& x, std::string& where, std::size_t depth) {
    if (x.IsArray())
      for (rapidjson::SizeType i = 0; i < x.Size() && found_.size() < most_; ++i)
        step(x[i], std::to_string(i), where, depth);
    if (x.IsObject())
      for (auto i = x.MemberBegin(); i != x.MemberEnd() && found_.size() < most_; ++i)
        step(i->value, json::text_of(i->name), where, depth);
  }

  void step(const json::value& x, std::string_view name, std::string& where, std::size_t depth) {
    const auto length = where.size();
    json::append_token(where, utf8::head(name, name_bytes_max));
    where += name.size() > name_bytes_max ? "…" : "";
    visit(x, where, depth + 1);
    where.resize(length);
  }

  void cite(const json::value& x, const std::string& where) {
    ++cited_;
    if (!x.IsString())
      return add(where,
                 "the citation must be a string that holds a URL, not " + std::string{kind_of(x)});
    const auto url = json::text_of(x);
    if (const auto fault = url_fault(url))
      return add(where, "the URL " + shown(url) + ' ' + std::string{*fault});
    if (among_ != nullptr && !among_->contains(url))
      add(where, "the URL " + shown(url) + " must be one that the request supplied"
                     + (among_->empty() ? ", and the request supplied none" : ""));
  }

  void add(const std::string& where, std::string message) {
    found_.push_back({.pointer = where,
                      .keyword = "citations",
                      .message = std::move(message),
                      .schema_pointer = {}});
  }

  const std::vector<std::string>& tokens_;
  const url_set* among_;
  std::size_t most_;
  std::size_t cited_ = 0;
  std::vector<violation> found_;
};

std::vector<violation> checked(const json::value& answer, const std::string& pointer,
                               const std::vector<std::string>& tokens, const url_set* among,
                               std::size_t most) {
  walk steps{tokens, among, most};
  std::string where;
  steps.visit(answer, where, 0);
  const auto cited = steps.cited();
  auto found = std::move(steps).found();
  if (cited == 0 && most > 0)
    found.push_back({.pointer = pointer.substr(0, pointer.find("/*")),
                     .keyword = "citations",
                     .message = "there must be at least one citation at " + shown(pointer),
                     .schema_pointer = {}});
  return found;
}

} // namespace

result<citations> citations::compile(std::string_view pointer) {
  if (!pointer.starts_with('/'))
    return bad_pointer("the pointer must start with /, for example /sources/*/url");
  citations out;
  out.pointer_ = pointer;
  while (!pointer.empty()) {
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    auto token = json::decoded_token(pointer.substr(1, end - 1));
    if (!token)
      return bad_pointer("the pointer has a ~ that neither 0 nor 1 follows");
    if (out.tokens_.size() == tokens_max)
      return bad_pointer("the pointer must have at most " + counted(tokens_max, "token"));
    out.tokens_.push_back(std::move(*token));
    pointer.remove_prefix(end);
  }
  return out;
}

std::vector<violation> citations::check(const json::value& answer, std::size_t most) const {
  return checked(answer, pointer_, tokens_, nullptr, most);
}

std::vector<violation> citations::check(const json::value& answer, const url_set& among,
                                        std::size_t most) const {
  return checked(answer, pointer_, tokens_, &among, most);
}

url_set supplied_urls(const prompt& asked) {
  url_set out;
  for (const auto& said : asked.messages)
    if (said.from != role::assistant)
      for (const auto& piece : said.parts)
        out.add_from(piece.text);
  return out;
}

} // namespace hedgerow
