#include "app/config/sections.hpp"

namespace hedgerow::config {

namespace {

struct telemetry {};

value<telemetry> telemetry_section() {
  return object<telemetry>({
      not_built<telemetry>("otlp", "Where traces go."),
      not_built<telemetry>("sample", "The share of requests that are traced."),
  });
}

} // namespace

value<draft> whole_file() {
  using x = draft;
  return object<x>({
      optional<x>("server", &x::server, server_section(), "The gateway itself."),
      optional<x>("store", &x::store, store_section(),
                  "Where what was promised is kept: { path: FILE } for SQLite, { url: … } for "
                  "PostgreSQL, or `memory`. Absent: { path: hedgerow.db }."),
      required<x>("providers", &x::providers, named(provider_section()),
                  "Where models are called, and with which credentials."),
      required<x>("routes", &x::routes, named(route_section()),
                  "Ways to call one model: provider, model, region, limits, price."),
      optional<x>("contracts", &x::contracts, named(contract_section()),
                  "What answers have to satisfy, whichever route produced them."),
      required<x>("tasks", &x::tasks, named(task_section()), "Named uses of models."),
      optional<x>("log", &x::log, log_section(), "What is written down."),
      optional<x>("telemetry", telemetry_section(), "Traces.", [](x&, telemetry) {}),
  });
}

} // namespace hedgerow::config
