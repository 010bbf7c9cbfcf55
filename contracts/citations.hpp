#pragma once

#include "contracts/completion.hpp"
#include "contracts/error.hpp"
#include "contracts/json.hpp"
#include "contracts/schema.hpp"
#include "contracts/url.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// Where an answer cites its sources: a JSON pointer in which a token `*` stands for every item of
/// an array and every member of an object, for example `/sources/*/url`.
class citations {
public:
  /// Errors: `config_invalid` for what is no JSON pointer (RFC 6901), is empty, or has more than 32
  /// tokens. A member whose name is `*` cannot be told from any other.
  static result<citations> compile(std::string_view pointer);

  /// What is wrong with the citations of `answer`, at most `most` entries. Each value that is there
  /// must be a string that holds an absolute http or https URL, see `url_fault`, and nothing else.
  /// An answer without any citation breaks the term too: an empty list of sources proves nothing.
  /// An item that lacks the member is not a citation; that it must be there is for a schema to say.
  /// Work is linear in the answer. Keywords: `citations`.
  std::vector<violation> check(const json::value& answer, std::size_t most = 16) const;

  /// The same, and each citation must be one of the addresses in `among`.
  std::vector<violation> check(const json::value& answer, const url_set& among,
                               std::size_t most = 16) const;

  const std::string& pointer() const { return pointer_; }

private:
  citations() = default;

  std::string pointer_;
  /// Decoded.
  std::vector<std::string> tokens_;
};

/// The addresses that the request `asked` supplied: in its system, user and tool messages and as
/// images. What the assistant said before does not count, else a model could vouch for itself; for
/// the same reason this wants the caller's own prompt, not one that quotes a broken answer.
url_set supplied_urls(const prompt& asked);

} // namespace hedgerow
