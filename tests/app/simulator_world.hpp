#pragma once

#include "app/simulator/script_reader.hpp"
#include "app/simulator/simulator.hpp"
#include "contracts/json.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// A simulator on a thread of its own, and a client that shares no code with the program.
namespace hedgerow::simulator_test {

/// How long a test waits for what is bound to come.
inline constexpr std::chrono::seconds patience{20};

/// How a reply ended on the wire.
enum class end_of_reply { whole, closed, reset, late };

struct received {
  int status = 0;
  std::string head;
  /// Without the framing of chunks.
  std::string body;
  /// Of a chunked body: those that came whole.
  std::vector<std::string> chunks{};
  end_of_reply end = end_of_reply::whole;
};

/// A blocking HTTP client of a few lines, so that nothing of ours checks itself.
class client {
public:
  explicit client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const timeval limit{std::chrono::seconds{patience}.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      FAIL("cannot connect: " << errno);
  }
  client(client&& from) noexcept
      : socket_{std::exchange(from.socket_, -1)},
        buffer_{std::move(from.buffer_)} {}
  client& operator=(client&&) = delete;
  ~client() { close(); }

  void close() {
    if (socket_ >= 0)
      ::close(std::exchange(socket_, -1));
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void post(std::string_view body, std::string_view fields = {},
            std::string_view path = "/v1/chat/completions") {
    std::string text = "POST " + std::string{path} + " HTTP/1.1\r\nHost: x\r\n";
    text.append(fields).append("Content-Length: ").append(std::to_string(body.size()));
    text.append("\r\n\r\n").append(body);
    send(text);
  }

  void ask(const std::string& model) {
    post(R"({"model":")" + model + R"(","messages":[{"role":"user","content":"hi"}]})");
  }

  /// One reply; of a chunked one the first `chunks` only, the others stay to be received.
  received receive(std::size_t chunks = std::string::npos) {
    received x;
    while (buffer_.find("\r\n\r\n") == buffer_.npos)
      if (!more(x)) {
        x.head = std::exchange(buffer_, {});
        return x;
      }
    x.head = take(buffer_.find("\r\n\r\n") + 4);
    std::from_chars(x.head.data() + 9, x.head.data() + 12, x.status);
    if (x.head.find("transfer-encoding: chunked\r\n") != x.head.npos)
      receive_chunks(x, chunks);
    else
      x.body = receive_bytes(x, length_of(x.head));
    return x;
  }

  /// What follows in a chunked body.
  void receive_chunks(received& x, std::size_t most = std::string::npos) {
    while (x.chunks.size() < most) {
      while (buffer_.find("\r\n") == buffer_.npos)
        if (!more(x))
          return;
      const auto line = take(buffer_.find("\r\n") + 2);
      std::size_t size = 0;
      std::from_chars(line.data(), line.data() + line.size(), size, 16);
      const auto chunk = receive_bytes(x, size);
      x.body += chunk;
      if (x.end != end_of_reply::whole || receive_bytes(x, 2).size() < 2 || size == 0)
        return;
      x.chunks.push_back(chunk);
    }
  }

private:
  std::string take(std::size_t bytes) {
    auto taken = buffer_.substr(0, bytes);
    buffer_.erase(0, taken.size());
    return taken;
  }

  std::string receive_bytes(received& x, std::size_t bytes) {
    while (buffer_.size() < bytes)
      if (!more(x))
        break;
    return take(bytes);
  }

  bool more(received& x) {
    char piece[4096];
    const auto n = ::recv(socket_, piece, sizeof piece, 0);
    if (n > 0) {
      buffer_.append(piece, static_cast<std::size_t>(n));
      return true;
    }
    x.end = n == 0 ? end_of_reply::closed
                   : (errno == ECONNRESET ? end_of_reply::reset : end_of_reply::late);
    return false;
  }

  static std::size_t length_of(const std::string& head) {
    const std::string name = "content-length: ";
    const auto at = head.find(name);
    std::size_t length = 0;
    if (at != head.npos)
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
  }

  int socket_;
  std::string buffer_;
};

/// A simulator on a thread of its own.
struct world {
  explicit world(simulated::script what, simulator_options options = {})
      : provider{context, std::move(what), std::move(options)},
        thread{[this] { context.run(); }} {}
  explicit world(const std::string& yaml, simulator_options options = {})
      : world{read(yaml), std::move(options)} {}
  ~world() {
    provider.stop();
    thread.join();
  }

  static simulated::script read(const std::string& yaml,
                                const std::filesystem::path& folder = ".") {
    auto made = simulated::read_script(yaml, folder, "test.yaml");
    if (const auto* wrong = std::get_if<std::vector<finding>>(&made))
      FAIL(wrong->front().line << " " << wrong->front().key << ": " << wrong->front().message);
    return std::move(std::get<simulated::script>(made));
  }

  received ask(const std::string& model) const {
    client caller{provider.port()};
    caller.ask(model);
    return caller.receive();
  }

  bool wait_until(std::uint64_t simulated::tally::*what, std::uint64_t count) const {
    return provider.wait_for([=](const simulated::tally& x) { return x.*what >= count; }, patience);
  }

  boost::asio::io_context context{1};
  simulator provider;
  std::thread thread;
};

inline json::document parsed(const std::string& body) {
  auto made = json::parse(body);
  if (!made)
    FAIL(made.error().message << ": " << body);
  return std::move(*made);
}

inline std::string text_at(const std::string& body, std::string_view pointer) {
  const auto all = parsed(body);
  const auto* x = json::at(all, pointer);
  return x && x->IsString() ? std::string{json::text_of(*x)} : "";
}

inline std::string error_code(const received& x) { return text_at(x.body, "/error/code"); }

} // namespace hedgerow::simulator_test
