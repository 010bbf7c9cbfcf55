#include "tests/routes/transport/peer.hpp"

#include <boost/asio/post.hpp>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace hedgerow::test {

namespace asio = boost::asio;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

std::shared_ptr<const endpoint> endpoint_at(std::string_view scheme, std::uint16_t port) {
  auto url = std::string{scheme} + "://127.0.0.1:" + std::to_string(port);
  return std::make_shared<const endpoint>(parse_base_url(url).value());
}

/// Passes on what has come from `from`; false at its end.
bool pass_on(int from, int to) {
  char bytes[65536];
  const auto got = ::recv(from, bytes, sizeof bytes, 0);
  for (ssize_t sent = 0; sent < got;) {
    const auto more = ::send(to, bytes + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (more <= 0)
      return false;
    sent += more;
  }
  return got > 0;
}

std::size_t body_size(std::string_view head) {
  const std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string_view::npos ? 0
                                      : std::strtoul(head.data() + at + name.size(), nullptr, 10);
}

} // namespace

std::pair<int, std::uint16_t> bound_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0
      || ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error{"cannot bind a port"};
  return {fd, ntohs(address.sin_port)};
}

peer_socket::~peer_socket() { close(); }

bool peer_socket::secure(SSL_CTX* with) {
  tls_ = SSL_new(with);
  SSL_set_fd(tls_, fd_);
  return SSL_accept(tls_) == 1;
}

long peer_socket::receive(char* to, std::size_t size) {
  if (tls_)
    return SSL_read(tls_, to, static_cast<int>(size));
  return ::recv(fd_, to, size, 0);
}

std::string peer_socket::read_request() {
  for (;;) {
    const auto end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto whole = end + 4 + body_size(received_.substr(0, end));
      if (received_.size() >= whole) {
        auto out = received_.substr(0, whole);
        received_.erase(0, whole);
        return out;
      }
    }
    char bytes[65536];
    const auto got = receive(bytes, sizeof bytes);
    if (got <= 0)
      return {};
    received_.append(bytes, static_cast<std::size_t>(got));
  }
}

bool peer_socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void peer_socket::join(std::uint16_t port) {
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  pollfd both[] = {{fd_, POLLIN, 0}, {other, POLLIN, 0}};
  bool open = ::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (open && ::poll(both, 2, static_cast<int>(patience.count()) * 1000) > 0) {
    if (both[0].revents != 0)
      open = pass_on(fd_, other);
    if (open && both[1].revents != 0)
      open = pass_on(other, fd_);
  }
  ::close(other);
}

std::string peer_socket::read_end() {
  char byte;
  const auto got = ::recv(fd_, &byte, 1, 0);
  if (got == 0)
    return "closed";
  if (got > 0)
    return "bytes";
  return errno == ECONNRESET ? "reset" : "silent";
}

void peer_socket::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void peer_socket::close() {
  if (tls_)
    SSL_free(std::exchange(tls_, nullptr));
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
}

peer::peer(script serve) : serve_{std::move(serve)} {
  std::tie(listener_, port_) = bound_socket();
  if (::listen(listener_, 128) != 0)
    throw std::runtime_error{"cannot listen"};
  acceptor_ = std::thread{[this] { accept(); }};
}

peer::~peer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& each : threads_)
    each.join();
  ::close(listener_);
}

std::shared_ptr<const endpoint> peer::at(std::string_view scheme) const {
  return endpoint_at(scheme, port_);
}

void peer::accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    const timeval limit{patience.count(), 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    threads_.emplace_back([this, fd, number = connections_++] {
      peer_socket socket{fd};
      socket.number = number;
      serve_(socket);
    });
  }
}

full_port::full_port() {
  int listener = -1;
  std::tie(listener, port_) = bound_socket();
  sockets_.push_back(listener);
  ::listen(listener, 0);
  const auto address = loopback(port_);
  for (int i = 0; i < 64; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockets_.push_back(fd);
    ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    pollfd wait{fd, POLLOUT, 0};
    if (::poll(&wait, 1, 200) == 0)
      return;
  }
  throw std::runtime_error{"the queue of the port does not fill up"};
}

full_port::~full_port() {
  for (int fd : sockets_)
    ::close(fd);
}

std::shared_ptr<const endpoint> full_port::at() const { return endpoint_at("http", port_); }

std::shared_ptr<const endpoint> closed_port() {
  const auto [fd, port] = bound_socket();
  ::close(fd);
  return endpoint_at("http", port);
}

std::shared_ptr<const endpoint> unknown_name() {
  return std::make_shared<const endpoint>(parse_base_url("http://" + std::string(64, 'x')).value());
}

client_world::client_world(int n, client_options options) {
  for (int i = 0; i < n; ++i) {
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
  client_ = std::make_unique<http_client>(contexts(), std::move(options));
  for (auto& each : contexts_)
    threads_.emplace_back([&each] { each->run(); });
}

client_world::~client_world() {
  client_.reset();
  guards_.clear();
  for (auto& each : threads_)
    each.join();
}

std::vector<asio::io_context*> client_world::contexts() {
  std::vector<asio::io_context*> out;
  for (auto& each : contexts_)
    out.push_back(each.get());
  return out;
}

stop_call client_world::start(http_call call, std::future<http_outcome>& ended) {
  auto told = std::make_shared<std::promise<http_outcome>>();
  ended = told->get_future();
  return client_->start(std::move(call), [told](http_outcome x) { told->set_value(std::move(x)); });
}

http_outcome client_world::ask(http_call call) {
  std::future<http_outcome> ended;
  start(std::move(call), ended);
  return get(std::move(ended));
}

void client_world::settle() {
  for (auto& each : contexts_) {
    std::promise<void> reached;
    asio::post(*each, [&reached] { reached.set_value(); });
    get(reached.get_future());
  }
}

http_call call_to(std::shared_ptr<const endpoint> to, std::string body) {
  http_call out;
  out.to = std::move(to);
  out.request.target = "/v1/x";
  out.request.headers = {{"content-type", "application/json"}};
  out.request.body = std::move(body);
  return out;
}

std::string reply_with(std::string_view body, std::string_view headers) {
  auto out = std::string{"HTTP/1.1 200 OK\r\n"} + std::string{headers}
             + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return out.append(body);
}

const http_reply& reply_of(const http_outcome& x) {
  if (auto* wrong = std::get_if<failure>(&x.what))
    throw std::runtime_error{"failed: " + wrong->reason};
  return std::get<http_reply>(x.what);
}

const failure& failure_of(const http_outcome& x) { return std::get<failure>(x.what); }

bool is_cancelled(const http_outcome& x) { return std::holds_alternative<cancelled>(x.what); }

} // namespace hedgerow::test
