#include "app/commands/simulate.hpp"

#include "app/config/finding.hpp"
#include "app/simulator/script_reader.hpp"
#include "app/simulator/simulator.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <ostream>
#include <utility>
#include <variant>

namespace hedgerow {

namespace {

/// The address and port in `text`; IPv6 stands in brackets.
std::optional<simulator_options> place_of(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  auto address = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  simulator_options x;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x.port);
  if (error != std::errc{} || stop != digits.data() + digits.size())
    return std::nullopt;
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  x.address = address;
  return x;
}

/// A name that came in from outside, fit for a terminal.
std::string shown(std::string_view name) {
  std::string out{name.substr(0, 64)};
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out.empty() ? "(no model)" : out;
}

void print_call(const simulated::call& x, std::ostream& out) {
  out << shown(x.model);
  if (x.number > 0)
    out << " #" << x.number;
  out << " status=" << x.status << " after_ms=" << static_cast<double>(x.took().count()) / 1000
      << " bytes=" << x.bytes_sent << " end=" << to_string(x.how);
  if (!x.dialect.empty())
    out << " dialect=" << x.dialect;
  if (x.stream)
    out << " events=" << x.events;
  if (!x.retry_count.empty())
    out << " retry_count=" << shown(x.retry_count);
  out << std::endl;
}

std::variant<simulated::script, std::vector<finding>> script_of(const simulate_options& options) {
  if (options.file.empty())
    return simulated::default_script();
  return simulated::load_script(options.file);
}

int serve(simulated::script what, simulator_options where, std::ostream& out) {
  boost::asio::io_context context{1};
  const simulator provider{context, std::move(what), std::move(where)};
  boost::asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
  out << "simulator listens on " << provider.base_url() << std::endl;
  context.run();
  const auto all = provider.count();
  out << "simulator stopped calls=" << all.arrived() << " answered=" << all.answered
      << " rejected=" << all.rejected << " client_closed=" << all.client_closed
      << " reset=" << all.reset << " cut=" << all.cut << std::endl;
  return 0;
}

} // namespace

int simulate(const simulate_options& options, std::ostream& out, std::ostream& err) {
  auto where = place_of(options.listen);
  if (!where) {
    err << "--listen `" << options.listen << "` is not an address and a port, as in 127.0.0.1:0\n";
    return 2;
  }
  auto read = script_of(options);
  if (const auto* wrong = std::get_if<std::vector<finding>>(&read)) {
    print(*wrong, err);
    return 1;
  }
  auto& what = std::get<simulated::script>(read);
  what.seed = options.seed.value_or(what.seed);
  where->calls_kept = 0;
  if (options.print)
    where->on_end = [&out](const simulated::call& x) { print_call(x, out); };
  try {
    return serve(std::move(what), std::move(*where), out);
  } catch (const boost::system::system_error& e) {
    err << "cannot listen on " << options.listen << ": " << e.code().message() << '\n';
    return 1;
  }
}

} // namespace hedgerow
