#include "actors/contract_tally.hpp"

#include "contracts/contract.hpp"

#include <array>

namespace hedgerow {

void contract_tally::add(const std::string& task, const trail& steps) {
  constexpr std::array fields{
      std::pair{verdict_kind::valid, &contract_counts::valid},
      std::pair{verdict_kind::repaired, &contract_counts::repaired},
      std::pair{verdict_kind::invalid, &contract_counts::invalid},
      std::pair{verdict_kind::blocked, &contract_counts::blocked},
  };
  for (const auto& x : steps)
    if (x.event == trail_event::verdict)
      for (const auto& [kind, field] : fields)
        if (x.result == to_string(kind))
          ++(counts_[{task, std::string{x.route}}].*field);
}

} // namespace hedgerow
