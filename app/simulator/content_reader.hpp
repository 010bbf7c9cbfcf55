#pragma once

#include "app/simulator/content.hpp"
#include "app/simulator/script_fields.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::simulated {

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

/// All of the file, or nothing if it cannot be read or is larger than 64 MiB.
std::optional<std::string> bytes_of_file(const std::filesystem::path& file);

/// Each event of a recorded stream a piece, its blank line included; `gap` before all but the
/// first.
std::vector<raw_piece> event_pieces(std::string_view bytes, milliseconds gap);

} // namespace hedgerow::simulated
