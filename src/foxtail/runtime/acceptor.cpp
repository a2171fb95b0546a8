#include "foxtail/runtime/acceptor.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

namespace foxtail {

Result<boost::asio::ip::tcp::acceptor> open_acceptor(boost::asio::io_context& context,
                                                     const std::string& address,
                                                     std::uint16_t port) {
    namespace asio = boost::asio;
    boost::system::error_code e;
    const auto ip = asio::ip::make_address(address, e);
    if (e) return fail(Code::invalid_input, "'" + address + "' is no IP address");
    const asio::ip::tcp::endpoint at(ip, port);
    asio::ip::tcp::acceptor acceptor(context);
    acceptor.open(at.protocol(), e);
    if (!e) acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true), e);
    if (!e) acceptor.bind(at, e);
    if (!e) acceptor.listen(asio::socket_base::max_listen_connections, e);
    if (e) {
        const Code code = e == asio::error::address_in_use ? Code::conflict : Code::unavailable;
        return fail(code, "cannot listen on " + address + " port " + std::to_string(port) + ": " +
                              e.message());
    }
    return acceptor;
}

}  // namespace foxtail
