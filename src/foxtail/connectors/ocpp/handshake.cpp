#include "foxtail/connectors/ocpp/handshake.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/connectors/ocpp/listener.hpp"
#include "foxtail/journal/base64.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <algorithm>

namespace foxtail::ocpp {
namespace {

constexpr std::string_view path_prefix = "/ocpp/";

bool equal_but_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && fold_case(a) == fold_case(b);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::string> identity_in(std::string_view target) {
    target = target.substr(0, target.find('?'));
    if (!target.starts_with(path_prefix)) return std::nullopt;
    const auto last = target.substr(path_prefix.size());
    if (last.find('/') != std::string_view::npos) return std::nullopt;
    auto identity = percent_decode(last, false);
    if (!identity || identity->empty() || identity->size() > identity_bytes_max ||
        !valid_utf8(*identity))
        return std::nullopt;
    const bool printable = std::all_of(identity->begin(), identity->end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != ':';
    });
    if (!printable) return std::nullopt;
    return *identity;
}

std::optional<BasicCredentials> basic_in(std::string_view header) {
    constexpr std::string_view scheme = "Basic ";
    if (header.size() <= scheme.size() || !equal_but_case(header.substr(0, scheme.size()), scheme))
        return std::nullopt;
    const auto text = ledger::from_base64(trimmed(header.substr(scheme.size())));
    if (!text) return std::nullopt;
    const auto colon = text->find(':');
    if (colon == std::string::npos) return std::nullopt;
    return BasicCredentials{text->substr(0, colon), text->substr(colon + 1)};
}

std::optional<Subprotocol> subprotocol_in(std::string_view header) {
    while (!header.empty()) {
        const auto comma = header.find(',');
        const auto one = trimmed(header.substr(0, comma));
        header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
        if (one == "ocpp1.6") return Subprotocol{Version::v16, "ocpp1.6"};
        if (one == "ocpp2.0.1") return Subprotocol{Version::v201, "ocpp2.0.1"};
    }
    return std::nullopt;
}

}  // namespace foxtail::ocpp
