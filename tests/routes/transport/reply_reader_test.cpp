#include "routes/transport/reply_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

constexpr std::size_t limit = 1000;

/// Feeds `bytes` in pieces of `piece`, up to the end of a reply or the first failure.
std::optional<failure> feed(reply_reader& reader, std::string_view bytes, std::size_t piece) {
  while (!bytes.empty() && !reader.done()) {
    const auto space = reader.space();
    const auto size = std::min({piece, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    if (auto wrong = reader.arrived(size))
      return wrong;
  }
  return std::nullopt;
}

/// What is wrong with `bytes`, after which the peer closes; empty if nothing is.
std::string wrong_with(std::string_view bytes) {
  reply_reader reader;
  reader.begin(limit);
  auto wrong = feed(reader, bytes, bytes.size());
  if (!wrong && !reader.done())
    wrong = reader.closed();
  if (!wrong)
    return {};
  CHECK(wrong->kind == failure_class::transport);
  CHECK(wrong->scope == failure_scope::traffic_class);
  return wrong->reason;
}

} // namespace

TEST_CASE("a reply reads the same however its bytes are cut", "[reply_reader]") {
  const std::string_view whole[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: r1\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nx-request-id: r1\r\n\r\n"
      "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-request-id: r1\r\n\r\nhello",
  };
  for (auto bytes : whole)
    for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
      INFO(piece << " bytes at a time of\n" << bytes);
      reply_reader reader;
      reader.begin(limit);
      CHECK(!reader.touched());
      REQUIRE(!feed(reader, bytes, piece));
      REQUIRE(reader.done());
      CHECK(reader.touched());
      CHECK(reader.keeps_connection());
      const auto reply = reader.take();
      CHECK(reply.status == 200);
      CHECK(reply.body == "hello");
      CHECK(header(reply.headers, "X-REQUEST-ID") == "r1");
    }
}

TEST_CASE("a reply without a length ends with its connection", "[reply_reader]") {
  reply_reader reader;
  reader.begin(limit);
  REQUIRE(!feed(reader, "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", 4));
  CHECK(!reader.done());
  REQUIRE(!reader.closed());
  REQUIRE(reader.done());
  CHECK(!reader.keeps_connection());
  CHECK(reader.take().body == "<html>");
}

TEST_CASE("a reply with status 204 has no body", "[reply_reader]") {
  reply_reader reader;
  reader.begin(limit);
  REQUIRE(!feed(reader, "HTTP/1.1 204 No Content\r\n\r\n", 1));
  REQUIRE(reader.done());
  CHECK(reader.keeps_connection());
  CHECK(reader.take().status == 204);
}

TEST_CASE("what ends a connection is believed", "[reply_reader]") {
  const std::string_view last[] = {
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n",
  };
  for (auto bytes : last) {
    INFO(bytes);
    reply_reader reader;
    reader.begin(limit);
    REQUIRE(!feed(reader, bytes, bytes.size()));
    REQUIRE(reader.done());
    CHECK(!reader.keeps_connection());
    CHECK(reader.take().body == "x");
  }
}

TEST_CASE("a reader starts anew after any reply", "[reply_reader]") {
  reply_reader reader;
  reader.begin(limit);
  CHECK(feed(reader, "SSH-2.0-OpenSSH\r\n", 100));
  reader.begin(limit);
  CHECK(!reader.touched());
  REQUIRE(!feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 3));
  CHECK(reader.take().body == "x");
}

TEST_CASE("a broken reply is a transport failure with its reason", "[reply_reader]") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  CHECK(wrong_with("") == "closed before a reply came");
  CHECK(wrong_with(head) == "the reply was cut off");
  CHECK(wrong_with("HTTP/1.1 100 Continue\r\n\r\n") == "the reply was cut off");
  CHECK(wrong_with(head + "Content-Length: 5\r\n\r\nhell") == "the reply was cut off");
  CHECK(wrong_with(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel") == "the reply was cut off");
  CHECK(wrong_with(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n")
        == "the reply was cut off");
  CHECK_THAT(wrong_with("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Catch::StartsWith("the reply is not HTTP"));
  CHECK_THAT(wrong_with(head + "no colon\r\n\r\n"), Catch::StartsWith("the reply is not HTTP"));
  CHECK_THAT(wrong_with(head + "Content-Length: -1\r\n\r\n"),
             Catch::StartsWith("the reply is not"));
  CHECK_THAT(wrong_with(head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
             Catch::StartsWith("the reply is not"));
  CHECK(wrong_with("HTTP/1.1 101 Switching Protocols\r\n\r\n") == "the reply switches protocols");
}

TEST_CASE("a reply above a limit is refused as soon as that is known", "[reply_reader]") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const auto too_long = "the reply is longer than 1000 bytes";
  CHECK(wrong_with(head + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')).empty());
  CHECK(wrong_with(head + "Content-Length: 1001\r\n\r\n") == too_long);
  CHECK(wrong_with(head + "Content-Length: 99999999999999999\r\n\r\n") == too_long);
  CHECK(wrong_with(head + "\r\n" + std::string(1001, 'x')) == too_long);
  CHECK(wrong_with(head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n") == too_long);
  CHECK(wrong_with(head + "X: " + std::string(70'000, 'x') + "\r\n\r\n")
        == "the reply's header is too long");
  std::string many = head;
  while (many.size() < 70'000)
    many += "x-flood: 1\r\n";
  CHECK(wrong_with(many) == "the reply's header is too long");
  CHECK(wrong_with(head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(90'000, 'x'))
        == "a line of the reply is too long");
  std::string courtesy;
  for (int i = 0; i < 20; ++i)
    courtesy += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(wrong_with(courtesy) == "too many interim replies");
}
