#pragma once

#include "foxtail/base/result.hpp"

#include <span>

namespace foxtail {

/// The system calls that are left whatever their arguments, by their names in Linux.
[[nodiscard]] std::span<const char* const> allowed_calls();

/// From now on this process and whatever threads and processes it starts have allowed_calls() and
/// these: sockets of IPv4, IPv6 and netlink; memory that is written or executed and never both;
/// processes and threads without namespaces of their own. All else fails with EPERM. There is no
/// way back. The same as the unit of systemd asks for, for who runs the program without it. To be
/// called before there are other threads. Error: unavailable, when this kernel (or what confines us
/// already) does not do it; then nothing has changed.
[[nodiscard]] Result<void> confine();

}  // namespace foxtail
