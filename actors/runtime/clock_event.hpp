#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/atom.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <cstdint>
#include <variant>

/// What an actor clock delivers when its time has come.
namespace hedgerow {

/// To an actor that waits for a message no longer.
struct receive_timeout {
  caf::strong_actor_ptr self;
  caf::atom_value type;
  std::uint64_t id;
};

/// To an actor that waits for the reply to a request no longer.
struct request_timeout {
  caf::strong_actor_ptr self;
  caf::message_id id;
};

struct actor_message {
  caf::strong_actor_ptr receiver;
  caf::mailbox_element_ptr content;
};

struct group_message {
  caf::group target;
  caf::strong_actor_ptr sender;
  caf::message content;
};

using clock_event = std::variant<receive_timeout, request_timeout, actor_message, group_message>;

void ship(clock_event& what);

} // namespace hedgerow
