#pragma once

#include "app/config/fields.hpp"
#include "app/simulator/content.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::simulated {

using config::fields;
using config::findings_of_file;

/// What a step says, and by which keys it says so.
struct said_by_step {
  content says;
  std::vector<std::string> ways;
  /// `answer`, or a part of one.
  bool answered = false;
};

/// Reads it; see script_reader.hpp for the keys. Paths are relative to `folder`.
said_by_step read_content(fields& from, findings_of_file& found,
                          const std::filesystem::path& folder);

/// The members of an error; the caller finishes `members`.
provider_error read_provider_error(fields& members);

/// Each event of a recorded stream a piece, its blank line included; `gap` before all but the
/// first.
std::vector<raw_piece> event_pieces(std::string_view bytes, milliseconds gap);

} // namespace hedgerow::simulated
