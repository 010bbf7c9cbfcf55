#pragma once

#include "app/config/configuration.hpp"
#include "app/gateway/caller_budget.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// One caller as the door knows it.
struct known_caller {
  caller_config config;
  std::array<unsigned char, 32> digest{};
  std::optional<minute_limit> rate;
  day_spending spending;

  bool may_use(std::string_view task) const;
};

/// Who may call. Where no caller is configured, everybody may, and keys are ignored.
class callers {
public:
  /// `before`: callers of the same name and budget keep what they have spent; may be null.
  callers(const std::vector<caller_config>& all, const callers* before);

  bool open_to_all() const { return all_.empty(); }

  /// The caller whose key this is, or null. Takes the same time whichever key is tried.
  std::shared_ptr<known_caller> find(std::string_view key) const;

private:
  std::vector<std::shared_ptr<known_caller>> all_;
};

} // namespace hedgerow
