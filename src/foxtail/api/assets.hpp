#pragma once

#include <span>
#include <string_view>

namespace foxtail::api {

/// One file of the page, as it stands in the binary. The definitions are made by web/embed.mjs.
struct Asset {
    std::string_view path;          // "/" for index.html, else "/app-4F2K7QXA.js"
    std::string_view content_type;  // with charset
    std::string_view gzip;          // the body; send it with Content-Encoding: gzip
    std::string_view etag;          // in quotes
    bool immutable;                 // the name holds a hash: may be kept for ever
};

/// All files of the page, in the order of their names.
[[nodiscard]] std::span<const Asset> assets();

/// The OpenAPI 3.1 document (openapi.json).
[[nodiscard]] std::string_view openapi_json();

}  // namespace foxtail::api
