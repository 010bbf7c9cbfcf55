#include "app/commands/schema.hpp"

#include "app/config/read.hpp"

#include <iostream>

namespace hedgerow {

int print_schema() {
  std::cout << configuration_schema() << '\n';
  return 0;
}

} // namespace hedgerow
