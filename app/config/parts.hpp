#pragma once

#include "app/config/configuration.hpp"
#include "app/config/section.hpp"

/// The parts of the file, each read from the section of the whole file into `out`.
namespace hedgerow::config {

void read_server(section& file, configuration& out);
void read_store(section& file, configuration& out);
void read_log(section& file, configuration& out);
void read_providers(section& file, configuration& out);
void read_routes(section& file, configuration& out);
void read_contracts(section& file, configuration& out);
void read_tasks(section& file, configuration& out);

} // namespace hedgerow::config
