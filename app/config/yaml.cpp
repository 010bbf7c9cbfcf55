#include "app/config/yaml.hpp"

#include "contracts/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace hedgerow::config {

namespace {

position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// Builds the tree from the parser's events; throws a `yaml_problem` to stop the parser.
class tree_builder : public YAML::EventHandler {
public:
  explicit tree_builder(yaml_limits most) : most_{most} {}

  node take_root() { return std::move(root_); }

  /// Byte offset of the last scalar in quotes, which the parser accepts without its end.
  std::optional<std::size_t> last_quoted() const { return last_quoted_; }

  position last_quoted_at() const { return last_quoted_at_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      throw yaml_problem{position_of(mark), "a second document starts here; the file is to be one"};
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    node x;
    x.at = position_of(mark);
    add(std::move(x), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto i = anchors_.find(anchor);
    if (i == anchors_.end())
      throw yaml_problem{position_of(mark), "an alias stands inside of what it names"};
    count(i->second.size, position_of(mark));
    auto copy = i->second.tree;
    copy.at = position_of(mark);
    if (copy.is_scalar() && awaits_key())
      throw yaml_problem{copy.at, "an alias cannot be a key; write the key out"};
    attach(std::move(copy));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(tag, mark);
    node x;
    x.what = node::kind::scalar;
    x.at = position_of(mark);
    x.text = value;
    x.quoted = tag == "!";
    if (x.quoted) {
      last_quoted_ = static_cast<std::size_t>(mark.pos);
      last_quoted_at_ = x.at;
    }
    add(std::move(x), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(node::kind::sequence, mark, tag, anchor);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(node::kind::mapping, mark, tag, anchor);
  }

  void OnMapEnd() override { close(); }

private:
  struct frame {
    node tree;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    std::optional<node> key;
  };

  struct anchored {
    node tree;
    std::size_t size = 0;
  };

  bool awaits_key() const {
    return !open_.empty() && open_.back().tree.is_mapping() && !open_.back().key;
  }

  void refuse_tag(const std::string& tag, const YAML::Mark& mark) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw yaml_problem{position_of(mark),
                         "tags such as `" + tag.substr(0, 40) + "` are not used here; remove it"};
  }

  void count(std::size_t nodes, position at) {
    nodes_ += nodes;
    if (nodes_ > most_.nodes)
      throw yaml_problem{at, "the file holds more than " + std::to_string(most_.nodes)
                                 + " values, aliases counted as often as they are used"};
  }

  void open(node::kind what, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_tag(tag, mark);
    if (awaits_key())
      throw yaml_problem{position_of(mark), "a key has to be plain text"};
    if (open_.size() >= most_.depth)
      throw yaml_problem{position_of(mark),
                         "is nested more than " + std::to_string(most_.depth) + " levels deep"};
    frame x;
    x.tree.what = what;
    x.tree.at = position_of(mark);
    x.anchor = anchor;
    x.nodes_before = nodes_;
    open_.push_back(std::move(x));
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    count(1, done.tree.at);
    remember(done.anchor, done.tree, nodes_ - done.nodes_before);
    attach(std::move(done.tree));
  }

  void add(node x, YAML::anchor_t anchor) {
    count(1, x.at);
    remember(anchor, x, 1);
    attach(std::move(x));
  }

  void remember(YAML::anchor_t anchor, const node& x, std::size_t size) {
    if (anchor == 0)
      return;
    count(size, x.at); // The copy takes as much room again.
    anchors_[anchor] = {x, size};
  }

  void attach(node x) {
    if (open_.empty()) {
      root_ = std::move(x);
      return;
    }
    auto& top = open_.back();
    if (top.tree.is_sequence()) {
      top.tree.items.push_back(std::move(x));
      return;
    }
    if (!top.key) {
      if (!x.is_scalar())
        throw yaml_problem{x.at, "a key has to be plain text"};
      if (x.text == "<<" && !x.quoted)
        throw yaml_problem{x.at, "merge keys (`<<`) are not part of YAML 1.2; write the keys out"};
      top.key = std::move(x);
      return;
    }
    x.key = std::move(top.key->text);
    x.key_at = top.key->at;
    top.key.reset();
    top.tree.items.push_back(std::move(x));
  }

  yaml_limits most_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  node root_;
  std::vector<frame> open_;
  std::map<YAML::anchor_t, anchored> anchors_;
  std::optional<std::size_t> last_quoted_;
  position last_quoted_at_;
};

/// The parser takes some control characters for its own signs (4 for the end of the file), so that
/// they are looked for first.
std::optional<yaml_problem> problem_in_bytes(std::string_view text) {
  position at{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8::sequence_length(text.substr(i));
    if (length == 0)
      return yaml_problem{at, "the file is not UTF-8 from here on"};
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
      return yaml_problem{at, "a control character stands here; remove it"};
    i += length;
    at = c == '\n' ? position{at.line + 1, 1} : position{at.line, at.column + 1};
  }
  return std::nullopt;
}

/// Whether the quote that opens at `start` is closed somewhere. Block scalars are fine as they are.
bool is_closed(std::string_view text, std::size_t start) {
  if (start >= text.size())
    return true;
  const char quote = text[start];
  if (quote != '"' && quote != '\'')
    return true;
  for (auto i = start + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (text[i] == quote && quote == '\'' && i + 1 < text.size() && text[i + 1] == '\'')
      ++i;
    else if (text[i] == quote)
      return true;
  }
  return false;
}

std::string_view line_of(std::string_view text, int number) {
  for (; number > 1; --number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
      return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// The parser's own words, and the two mistakes behind most of them.
std::string explain(std::string_view text, position at, const std::string& reason) {
  const auto line = line_of(text, at.line);
  const auto indent = line.substr(0, line.find_first_not_of(" \t"));
  std::string message = "is not YAML: " + reason;
  if (indent.find('\t') != std::string_view::npos)
    message += "; this line is indented with a tab, YAML wants spaces";
  else if (line.find("${") != std::string_view::npos)
    message += "; within { } put quotes around \"${NAME}\"";
  return message;
}

} // namespace

const node* find(const node& x, std::string_view key) {
  if (!x.is_mapping())
    return nullptr;
  const auto i = std::ranges::find(x.items, key, &node::key);
  return i == x.items.end() ? nullptr : &*i;
}

position where(const node& x) { return x.is_scalar() || x.key_at.line == 0 ? x.at : x.key_at; }

std::variant<node, yaml_problem> parse_yaml(std::string_view text, yaml_limits most) {
  if (text.size() > most.bytes)
    return yaml_problem{{}, "is larger than " + std::to_string(most.bytes >> 20) + "MiB"};
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  if (auto problem = problem_in_bytes(text))
    return *problem;
  tree_builder builder{most};
  try {
    std::istringstream in{std::string{text}};
    YAML::Parser parser{in};
    if (!parser.HandleNextDocument(builder))
      return yaml_problem{{}, "is empty"};
    parser.HandleNextDocument(builder); // Throws if there is another one.
  } catch (const yaml_problem& problem) {
    return problem;
  } catch (const YAML::Exception& e) {
    const auto at = position_of(e.mark);
    return yaml_problem{at, explain(text, at, e.msg)};
  }
  if (const auto start = builder.last_quoted(); start && !is_closed(text, *start))
    return yaml_problem{builder.last_quoted_at(), "is not YAML: the quote is never closed"};
  return builder.take_root();
}

} // namespace hedgerow::config
