#include "tests/routes/transport/nginx.hpp"

#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <tuple>

namespace hedgerow::test {

namespace {

constexpr const char* program = "/usr/sbin/nginx";

std::filesystem::path new_folder() {
  auto path = (std::filesystem::temp_directory_path() / "hedgerow-nginx-XXXXXX").string();
  if (!::mkdtemp(path.data()))
    throw std::runtime_error{"cannot make " + path};
  return path;
}

} // namespace

bool lacks_nginx() {
  if (std::filesystem::exists(program))
    return false;
  WARN("Skipped: there is no " << program << " (Debian package nginx-light).");
  SUCCEED();
  return true;
}

nginx::nginx(const certificate_files& files, std::string_view server) : folder_{new_folder()} {
  int listener = -1;
  std::tie(listener, port_) = bound_socket();
  ::listen(listener, 128);
  write_configuration(files, server);
  start(listener);
  ::close(listener);
}

nginx::~nginx() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  std::filesystem::remove_all(folder_);
}

void nginx::write_configuration(const certificate_files& files, std::string_view server) const {
  // Paths are relative to the folder.
  std::ofstream{folder_ / "nginx.conf"}
      << "daemon off; worker_processes 1; pid nginx.pid; error_log error.log;\n"
         "events {}\n"
         "http {\n"
         "access_log off; default_type text/plain; client_body_temp_path body;\n"
         "proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;\n"
         "scgi_temp_path scgi;\n"
         "server {\n"
      << "listen 127.0.0.1:" << port_ << " ssl;\n"
      << "ssl_certificate " << files.certificate << ";\n"
      << "ssl_certificate_key " << files.key << ";\n"
      << server << "\n}\n}\n";
}

/// The port is open before nginx is: it takes over the listener as it would from an older nginx
/// that it replaces. So nobody else can take the port, and nobody has to wait for it. (A single
/// process, `master_process off`, crashes on that in 1.22.)
void nginx::start(int listener) {
  const auto inherits = "NGINX=" + std::to_string(listener) + ";";
  const auto folder = folder_.string();
  const auto config = (folder_ / "nginx.conf").string();
  const auto log = (folder_ / "error.log").string();
  const char* arguments[] = {program,        "-p", folder.c_str(), "-c",
                             config.c_str(), "-e", log.c_str(),    nullptr};
  const char* variables[] = {inherits.c_str(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, listener, listener); // Now it outlives exec.
  const auto problem = ::posix_spawn(&process_, program, &actions, nullptr,
                                     const_cast<char**>(arguments), const_cast<char**>(variables));
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0)
    throw std::runtime_error{"cannot start nginx"};
}

} // namespace hedgerow::test
