#include "routes/gemini_contents.hpp"

#include "contracts/json.hpp"
#include "routes/complaint.hpp"
#include "routes/image_source.hpp"
#include "routes/json_object.hpp"
#include "routes/turns.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace hedgerow::gemini {

namespace {

/// What Google documents for calls that Gemini did not make itself.
constexpr std::string_view signature_of_others = "skip_thought_signature_validator";

/// Models before Gemini 3 know no such words, and do without signatures.
bool wants_signatures(const route_config& route) {
  const auto name = lower_case(route.model);
  return name.find("gemini-1") == name.npos && name.find("gemini-2") == name.npos;
}

/// Writes the turns of one conversation.
class writer {
public:
  writer(std::string& out, const route_config& route, const prompt& ask)
      : out_{out},
        signed_{wants_signatures(route)} {
    for (const auto& x : ask.messages)
      for (const auto& call : x.tool_calls)
        names_[call.id] = call.name;
  }

  void append(const turn& x) {
    unsigned_call_ = signed_;
    json_object fields{out_};
    fields.text("role", x.assistant ? "model" : "user");
    fields.member("parts") += '[';
    empty_ = true;
    for (const auto* each : x.messages) {
      if (each->from == role::tool)
        append_result(*each);
      else
        append_said(*each);
    }
    if (empty_)
      append_text(no_question, {});
    out_ += ']';
    fields.end();
  }

private:
  json_object part_of_turn() {
    out_ += empty_ ? "" : ",";
    empty_ = false;
    return json_object{out_};
  }

  void append_text(std::string_view words, std::string_view signature) {
    auto fields = part_of_turn();
    fields.text("text", words);
    fields.text_unless_empty("thoughtSignature", signature);
    fields.end();
  }

  void append_image(const part& x) {
    const auto image = read_image(x);
    if (!image)
      return; // There would have been an objection.
    auto fields = part_of_turn();
    const bool is_inline = !image->data.empty();
    json_object source{fields.member(is_inline ? "inlineData" : "fileData")};
    source.text_unless_empty("mimeType", lower_case(image->media_type));
    source.text(is_inline ? "data" : "fileUri", is_inline ? image->data : image->url);
    source.end();
    fields.end();
  }

  void append_thought(const thought& x) {
    auto fields = part_of_turn();
    fields.text("text", x.text);
    fields.flag("thought", true);
    fields.text_unless_empty("thoughtSignature", x.signature);
    fields.end();
  }

  void append_said(const message& x) {
    std::string_view signature;
    for (const auto& each : x.thoughts) {
      if (each.by != thought::issuer::gemini)
        continue;
      if (each.text.empty())
        signature = each.signature;
      else
        append_thought(each);
    }
    append_parts(x, signature);
    for (const auto& each : x.tool_calls)
      append_call(each);
  }

  /// `signature` belongs to the text, which the answer was in one piece of.
  void append_parts(const message& x, std::string_view signature) {
    for (const auto& p : x.parts) {
      if (p.what == part::kind::image) {
        append_image(p);
      } else if (!is_blank(p.text)) {
        append_text(p.text, signature);
        signature = {};
      }
    }
    if (!signature.empty())
      append_text("", signature);
  }

  void append_call(const tool_call& x) {
    auto fields = part_of_turn();
    json_object call{fields.member("functionCall")};
    call.text_unless_empty("id", x.id);
    call.text("name", x.name);
    call.member("args") += arguments_object(x);
    call.end();
    const bool foreign = x.signature.empty() && unsigned_call_;
    fields.text_unless_empty("thoughtSignature",
                             foreign ? signature_of_others : std::string_view{x.signature});
    unsigned_call_ = false;
    fields.end();
  }

  void append_result(const message& x) {
    auto fields = part_of_turn();
    json_object answer{fields.member("functionResponse")};
    answer.text_unless_empty("id", x.tool_call_id);
    answer.text("name", names_[x.tool_call_id]);
    append_response(answer.member("response"), x);
    answer.end();
    fields.end();
  }

  void append_response(std::string& out, const message& x) {
    std::string text;
    for (const auto& p : x.parts)
      text += p.text;
    const auto parsed = json::parse(text);
    if (parsed && json::is_object(*parsed) && !x.failed) {
      out += text;
      return;
    }
    json_object wrapped{out};
    wrapped.text(x.failed ? "error" : "output", text);
    wrapped.end();
  }

  std::string& out_;
  bool signed_;
  /// The turn's first call, which is the one to be signed, has not come yet.
  bool unsigned_call_ = false;
  bool empty_ = true;
  /// Of the tools, by the ids of their calls.
  std::map<std::string_view, std::string_view> names_;
};

} // namespace

void append_system(std::string& out, std::string_view text) {
  json_object fields{out};
  fields.member("parts") += '[';
  json_object part{out};
  part.text("text", text);
  part.end();
  out += ']';
  fields.end();
}

void append_contents(std::string& out, const route_config& route, const prompt& ask) {
  writer to{out, route, ask};
  append_list(out, turns_of(ask), [&to](const turn& x) { to.append(x); });
}

} // namespace hedgerow::gemini
