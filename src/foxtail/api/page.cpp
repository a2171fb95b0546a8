#include "foxtail/api/page.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>

namespace foxtail::api {
namespace zlib = boost::beast::zlib;

namespace {
constexpr std::size_t header_bytes = 10;
constexpr std::size_t trailer_bytes = 8;  // checksum and length
constexpr std::size_t content_bytes_max = std::size_t{16} * 1024 * 1024;
}  // namespace

Result<std::string> gunzip(std::string_view gzip) {
    const bool plain_header = gzip.size() > header_bytes + trailer_bytes && gzip[0] == '\x1f' &&
                              gzip[1] == '\x8b' && gzip[2] == 8 && gzip[3] == 0;
    if (!plain_header) return fail(Code::corrupt, "not a gzip file with a plain header");
    std::size_t content_bytes = 0;  // as the trailer says, modulo 2^32
    for (std::size_t i = 0; i < 4; ++i) {
        content_bytes |= std::size_t{static_cast<unsigned char>(gzip[gzip.size() - 4 + i])}
                         << (8 * i);
    }
    if (content_bytes > content_bytes_max) return fail(Code::exhausted, "more than 16 MiB");
    zlib::inflate_stream inflate;
    zlib::z_params at{};
    at.next_in = gzip.data() + header_bytes;
    at.avail_in = gzip.size() - header_bytes - trailer_bytes;
    // One byte more than there can be, so that too much is noticed.
    std::string out(content_bytes + 1, '\0');
    at.next_out = out.data();
    at.avail_out = out.size();
    boost::system::error_code e;
    inflate.write(at, zlib::Flush::sync, e);
    const bool good = !e || e == zlib::error::end_of_stream || e == zlib::error::need_buffers;
    if (!good || at.avail_in > 0 || at.avail_out != 1)
        return fail(Code::corrupt, "the compressed file is damaged");
    out.pop_back();
    return out;
}

}  // namespace foxtail::api
