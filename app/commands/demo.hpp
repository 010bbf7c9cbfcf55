#pragma once

namespace hedgerow {

/// Plays a minute of a bad day, squeezed: a gateway over three simulated providers that get slow,
/// rate limited, cut off, talkative and well again, printed as it happens. With `keep_serving` it
/// stays up afterwards until it is interrupted. Returns the exit status.
int demo(bool keep_serving);

} // namespace hedgerow
