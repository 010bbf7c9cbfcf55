#pragma once

#include <catch2/catch.hpp>

#include <filesystem>

namespace hedgerow {

/// The test material that others wrote, which is not part of the project.
inline const std::filesystem::path shared_data{HEDGEROW_SHARED_DATA};

/// Whether `path` is not there; then it says that the test is skipped.
inline bool is_absent(const std::filesystem::path& path) {
  if (std::filesystem::exists(path))
    return false;
  WARN("skipped: " << path << " is absent");
  SUCCEED(); // A test without any assertion fails.
  return true;
}

} // namespace hedgerow
