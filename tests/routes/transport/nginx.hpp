#pragma once

#include "tests/support/certificates.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// A real server on the other side of the HTTP client.
namespace hedgerow::test {

/// Whether there is no nginx on this machine. Says so, which is all that such a test can do.
bool lacks_nginx();

/// An nginx of its own, over TLS, on a free port and in a folder that is removed with it.
class nginx {
public:
  /// `server` stands in the one `server` block there is.
  nginx(const certificate_files& files, std::string_view server);
  ~nginx();
  nginx(const nginx&) = delete;
  nginx& operator=(const nginx&) = delete;

  std::uint16_t port() const { return port_; }

private:
  void write_configuration(const certificate_files& files, std::string_view server) const;
  void start(int listener);

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

} // namespace hedgerow::test
