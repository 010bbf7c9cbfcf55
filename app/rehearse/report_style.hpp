#pragma once

#include "app/rehearse/markup.hpp"

#include <string_view>

namespace hedgerow::report {

/// The style sheet of the page: light and dark, wide and narrow, screen and paper.
std::string_view style_sheet();

/// The patterns that tell kinds of areas apart without their colours, to stand once on the page.
void add_patterns(markup& out);

} // namespace hedgerow::report
