#include "foxtail/api/page.hpp"

#include <array>

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
    zlib::inflate_stream inflate;
    zlib::z_params at{};
    at.next_in = gzip.data() + header_bytes;
    at.avail_in = gzip.size() - header_bytes - trailer_bytes;
    std::string out;
    std::array<char, 16384> piece{};
    boost::system::error_code e;
    while (e != zlib::error::end_of_stream) {
        at.next_out = piece.data();
        at.avail_out = piece.size();
        inflate.write(at, zlib::Flush::sync, e);
        out.append(piece.data(), piece.size() - at.avail_out);
        if (out.size() > content_bytes_max) return fail(Code::exhausted, "more than 16 MiB");
        const bool stuck = at.avail_out == piece.size() && e != zlib::error::end_of_stream;
        if ((e && e != zlib::error::end_of_stream && e != zlib::error::need_buffers) || stuck) {
            return fail(Code::corrupt, "the compressed file is damaged");
        }
    }
    return out;
}

}  // namespace foxtail::api
