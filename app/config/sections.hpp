#pragma once

#include "app/config/draft.hpp"
#include "app/config/grammar.hpp"

/// The grammars of the file's parts. What each key means is said there, once.
namespace hedgerow::config {

value<server_config> server_section();
value<store_config> store_section();
value<log_config> log_section();
value<provider_config> provider_section();
value<route_draft> route_section();
value<contract_draft> contract_section();
value<task_draft> task_section();

/// One rung of a ladder.
value<rung_draft> rung();

/// The rules file that a rung names.
value<rules_file> rules_file_name();

/// Tools, with their schemas compiled: the name of a file, or the list itself.
value<std::vector<allowed_tool>> tool_list();

/// A JSON Schema: the name of a file, or the schema itself.
value<schema> json_schema();

/// The whole file.
value<draft> whole_file();

} // namespace hedgerow::config
