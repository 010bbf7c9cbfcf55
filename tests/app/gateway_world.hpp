#pragma once

#include "app/config/read.hpp"
#include "app/gateway/gateway.hpp"
#include "app/simulator/simulator.hpp"
#include "contracts/json.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>

namespace hedgerow::test {

namespace asio = boost::asio;

/// A simulated provider on a thread of its own.
class provider {
public:
  explicit provider(simulated::script what = simulated::default_script())
      : simulator_{context_, std::move(what), {.request_bytes_kept = 4096}},
        thread_{[this] {
          auto open = asio::make_work_guard(context_);
          context_.run();
        }} {}

  ~provider() {
    simulator_.stop();
    context_.stop();
    thread_.join();
  }

  simulator* operator->() { return &simulator_; }

private:
  asio::io_context context_;
  simulator simulator_;
  std::thread thread_;
};

/// What came back for one call.
struct seen {
  int status = 0;
  std::string head;
  std::string body;

  /// The value of a header, or `(absent)`.
  std::string header(std::string name) const {
    auto lower = head;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    auto i = lower.find("\r\n" + name + ": ");
    if (i == std::string::npos)
      return "(absent)";
    i += name.size() + 4;
    return head.substr(i, head.find('\r', i) - i);
  }

  json::document json() const {
    auto read = json::parse(body);
    REQUIRE(read.has_value());
    return std::move(*read);
  }

  /// A member by pointer, as compact JSON.
  std::string at(std::string_view pointer) const {
    auto read = json();
    const auto* x = json::at(read, pointer);
    return x ? json::compact(*x) : "(absent)";
  }
};

/// A blocking connection, for tests that look at the wire.
class wire {
public:
  explicit wire(std::string_view address) : socket_{context_} {
    auto colon = address.rfind(':');
    auto port = static_cast<unsigned short>(std::stoi(std::string{address.substr(colon + 1)}));
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
  }

  void send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }

  /// One whole reply. `status` 0: the peer closed first.
  seen receive() {
    seen out;
    boost::system::error_code failed;
    auto n = asio::read_until(socket_, buffer_, "\r\n\r\n", failed);
    if (failed)
      return out;
    out.head = take(n);
    out.status = std::stoi(out.head.substr(9, 3));
    auto length = static_cast<std::size_t>(std::stoi(out.header("content-length")));
    if (buffer_.size() < length)
      asio::read(socket_, buffer_, asio::transfer_exactly(length - buffer_.size()), failed);
    out.body = take(std::min(length, buffer_.size()));
    return out;
  }

  seen post(std::string_view path, std::string_view body, std::string_view headers = {}) {
    send("POST " + std::string{path}
         + " HTTP/1.1\r\nhost: test\r\ncontent-length: " + std::to_string(body.size()) + "\r\n"
         + std::string{headers} + "\r\n" + std::string{body});
    return receive();
  }

  seen get(std::string_view path, std::string_view headers = {}) {
    send("GET " + std::string{path} + " HTTP/1.1\r\nhost: test\r\n" + std::string{headers}
         + "\r\n");
    return receive();
  }

  bool closed() {
    char c = 0;
    boost::system::error_code failed;
    socket_.read_some(asio::buffer(&c, 1), failed);
    return static_cast<bool>(failed);
  }

  void close() { socket_.close(); }

private:
  std::string take(std::size_t n) {
    std::string out(asio::buffers_begin(buffer_.data()),
                    asio::buffers_begin(buffer_.data()) + static_cast<std::ptrdiff_t>(n));
    buffer_.consume(n);
    return out;
  }

  asio::io_context context_;
  asio::ip::tcp::socket socket_;
  asio::streambuf buffer_;
};

/// A configuration over two providers, `server` being more members of its `server` section.
inline configuration config_for(provider& one, provider& other, const std::string& server = {}) {
  auto text = R"(
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", threads: 2)"
              + (server.empty() ? "" : ", " + server) + R"( }
store: memory
providers:
  one:   { kind: openai, base_url: ")"
              + one->base_url() + R"(" }
  other: { kind: openai, base_url: ")"
              + other->base_url() + R"(" }
routes:
  compact: { provider: one, model: compact, region: eu, price: { input: 1, output: 2 } }
  backup:  { provider: other, model: backup }
contracts:
  ticket:
    format: json
    schema: { type: object, required: [category], properties: { category: { enum: [billing, account, bug, other] } } }
tasks:
  triage:
    capability: classification
    deadline: 5s
    contract: ticket
    ladder: [ compact, backup, { rules: rules.yaml } ]
    retry: { attempts: 1, base: 5ms, cap: 10ms }
  plain:
    deadline: 5s
    ladder: [ compact, backup ]
    retry: { attempts: 0 }
  strict_input:
    deadline: 5s
    ladder: [ compact, { message: "Nothing was lost." } ]
    input: { schema: { type: object, required: [subject] }, max_tokens: 200 }
)";
  auto read = read_configuration_text(text, "test.yaml",
                                      {{"rules.yaml", "- answer: { category: other }\n"}});
  for (const auto& x : read.findings)
    UNSCOPED_INFO(x.key << ": " << x.message);
  REQUIRE(read.config.has_value());
  return std::move(*read.config);
}

/// Two providers and a gateway before them.
struct gateway_world {
  explicit gateway_world(const std::string& server = {})
      : door{config_for(one, other, server), {}} {}
  explicit gateway_world(const tls_files& tls) : door{with_tls(tls), {}} {}

  configuration with_tls(const tls_files& x) {
    auto out = config_for(one, other);
    out.server.tls = x;
    return out;
  }

  wire connect() { return wire{door.address()}; }

  provider one;
  provider other;
  gateway door;
};

} // namespace hedgerow::test
