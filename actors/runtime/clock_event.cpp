#include "actors/runtime/clock_event.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <utility>

namespace hedgerow {

void ship(clock_event& what) {
  if (auto* timeout = std::get_if<receive_timeout>(&what)) {
    timeout->self->get()->eq_impl(caf::make_message_id(), timeout->self, nullptr,
                                  caf::timeout_msg{timeout->type, timeout->id});
  } else if (auto* expired = std::get_if<request_timeout>(&what)) {
    expired->self->get()->eq_impl(expired->id, expired->self, nullptr, caf::sec::request_timeout);
  } else if (auto* mail = std::get_if<actor_message>(&what)) {
    mail->receiver->enqueue(std::move(mail->content), nullptr);
  } else if (auto* call = std::get_if<group_message>(&what)) {
    if (call->target)
      call->target->eq_impl(caf::make_message_id(), std::move(call->sender), nullptr,
                            std::move(call->content));
  }
}

} // namespace hedgerow
