#include "contracts/schema.hpp"

#include "contracts/schema_program.hpp"

namespace hedgerow {

schema::schema(std::shared_ptr<const schema_program> code) : code_{std::move(code)} {}

result<schema> schema::compile(const json::value& source, const schema_options& options) {
  // A copy by value could still refer to strings that the caller owns.
  return compile(std::string_view{json::compact(source)}, options);
}

result<schema> schema::compile(std::string_view source, const schema_options& options) {
  auto parsed = json::parse(source);
  if (!parsed)
    return error{.code = errc::config_invalid,
                 .message = "the schema is " + parsed.error().message,
                 .param = {}};
  auto code = compile_schema(std::move(*parsed), options);
  if (!code)
    return code.error();
  return schema{std::move(*code)};
}

std::vector<violation> schema::check(const json::value& x, std::size_t most) const {
  return check_schema(*code_, x, most);
}

const std::string& schema::text() const { return code_->text; }

} // namespace hedgerow
