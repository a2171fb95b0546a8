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

/// From now on a crash of this process, or of what it starts, leaves no memory behind: no core file
/// is written, and a program that the kernel hands the core to, whatever the limit, gets one in
/// which no memory is. Error: unavailable, with what could not be done; the rest is.
[[nodiscard]] Result<void> leave_no_core();

}  // namespace foxtail
