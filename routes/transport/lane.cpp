#include "routes/transport/lane.hpp"

#include "routes/transport/exchange.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace hedgerow {

bool is_quiet(plain_stream& x) {
  char unused;
  const auto got = ::recv(x.native_handle(), &unused, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void lane::enter(exchange& x) {
  x.place = in_flight.size();
  in_flight.push_back(&x);
}

void lane::leave(exchange& x) {
  in_flight[x.place] = in_flight.back();
  in_flight[x.place]->place = x.place;
  in_flight.pop_back();
}

void lane::close() {
  closed = true;
  idle_plain.clear();
  idle_tls.clear();
  for (auto* x : in_flight)
    x->stop();
}

asio::ssl::context* lane::trust(const std::string& ca_file) {
  if (auto i = trusted.find(ca_file); i != trusted.end())
    return &i->second;
  asio::ssl::context made{asio::ssl::context::tls_client};
  boost::system::error_code problem;
  if (ca_file.empty())
    made.set_default_verify_paths(problem);
  else
    made.load_verify_file(ca_file, problem);
  if (problem)
    return nullptr;
  made.set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_min_proto_version(made.native_handle(), TLS1_2_VERSION);
  return &trusted.emplace(ca_file, std::move(made)).first->second;
}

} // namespace hedgerow
