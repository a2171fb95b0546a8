#pragma once

#include "foxtail/base/result.hpp"

#include <cstdint>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace foxtail {

/// A socket that listens on an address of this machine; port 0 lets the system choose one. Error:
/// invalid_input (no IP address), conflict (the port is taken), unavailable (no permission, no such
/// address here).
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor> open_acceptor(boost::asio::io_context& context,
                                                                   const std::string& address,
                                                                   std::uint16_t port);

}  // namespace foxtail
