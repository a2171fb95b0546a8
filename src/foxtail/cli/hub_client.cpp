#include "foxtail/cli/hub_client.hpp"

#include "foxtail/cli/arguments.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include <arpa/inet.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <netdb.h>
#include <sys/socket.h>

namespace foxtail::cli {
namespace bj = boost::json;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t token_bytes_max = 4096;

std::string from_environment(const Terminal& terminal, const char* name) {
    const char* value = terminal.environment(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_household(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "journal.db", ignored) ||
           fs::exists(folder / "owner.token", ignored);
}

std::string without_space(std::string text) {
    const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text.empty() && space(text.back())) text.pop_back();
    std::size_t first = 0;
    while (first < text.size() && space(text[first])) ++first;
    return text.substr(first);
}

/// A token is one line; anything else in its file would end up in a request's header.
Result<std::string> token_in(const std::string& text, const std::string& where) {
    auto token = without_space(text);
    for (const char c : token) {
        if (c <= ' ' || c > '~') return fail(Code::invalid_input, where + " does not hold a token");
    }
    if (token.empty()) return fail(Code::invalid_input, where + " is empty");
    return token;
}

Result<std::string> read_token(const std::string& path) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    std::string text(token_bytes_max, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in && !in.eof()) {
        const bool missing = errno == ENOENT;
        return fail(missing ? Code::not_found : Code::denied, path + ": " + std::strerror(errno));
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    return token_in(text, path);
}

/// The first address of a name. Literal addresses stay as they are.
Result<std::string> resolve(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    if (is_ip_literal(host)) return host;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    if (error != 0 || found == nullptr) {
        return fail(Code::unavailable,
                    "no machine called '" + host + "' is known: " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> keep(found, ::freeaddrinfo);
    char text[NI_MAXHOST] = {};
    if (::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) != 0) {
        return fail(Code::unavailable, "no address of '" + host + "' is known");
    }
    return std::string(text);
}

Result<void> find_token(const ConnectionOptions& options, const Terminal& terminal,
                        Connection& to) {
    const bool folder_told = !options.data.empty();
    const auto in_environment = from_environment(terminal, "FOXTAIL_TOKEN");
    if (options.token_file.empty() && !folder_told && !in_environment.empty()) {
        auto token = token_in(in_environment, "FOXTAIL_TOKEN");
        if (!token) return fail(token.error());
        to.endpoint.token = *token;
        to.token_from = "FOXTAIL_TOKEN";
        return {};
    }
    const bool told = !options.token_file.empty();
    const auto path =
        told ? options.token_file : data_folder(options.data, terminal) + "/owner.token";
    auto token = read_token(path);
    if (token) {
        to.endpoint.token = *token;
        to.token_from = path;
        return {};
    }
    // Whether somebody answers at all is told first; a token that was named must be there.
    to.looked_in = path;
    if (!told && !folder_told && token.error().code == Code::not_found) return {};
    return fail(token.error());
}

Code code_of(unsigned status) {
    switch (status) {
        case 400:
        case 405:
        case 413:
        case 415:
        case 422:
            return Code::invalid_input;
        case 401:
        case 403:
            return Code::denied;
        case 404:
            return Code::not_found;
        case 409:
            return Code::conflict;
        case 429:
            return Code::exhausted;
        case 503:
            return Code::unavailable;
        case 504:
            return Code::timed_out;
        default:
            return Code::corrupt;
    }
}

/// RFC 9457: the detail, or the title, or the status.
std::string detail_of(const HttpResponse& answer) {
    const auto problem = parse_json(answer.body);
    if (problem) {
        if (auto detail = text_of(*problem, "detail"); !detail.empty()) return shown(detail);
        if (auto title = text_of(*problem, "title"); !title.empty()) return shown(title);
    }
    return "the hub answered " + std::to_string(answer.status) + " " +
           std::string(reason_phrase(answer.status));
}

}  // namespace

std::string data_folder(const std::string& told, const Terminal& terminal) {
    if (!told.empty()) return told;
    if (auto named = from_environment(terminal, "FOXTAIL_DATA"); !named.empty()) return named;
    if (is_household("data")) return "data";
    auto cache = from_environment(terminal, "XDG_CACHE_HOME");
    const auto home = from_environment(terminal, "HOME");
    if (cache.empty() && !home.empty()) cache = home + "/.cache";
    if (!cache.empty() && is_household(cache + "/foxtail-demo")) return cache + "/foxtail-demo";
    return "data";
}

Result<Connection> find_hub(const ConnectionOptions& options, const Terminal& terminal) {
    auto said = options.url.empty() ? from_environment(terminal, "FOXTAIL_URL") : options.url;
    const auto url = said.empty() ? Result<HubUrl>(HubUrl{}) : parse_url(said);
    if (!url) return fail(url.error());
    Connection to;
    to.url = url->text();
    to.endpoint.port = url->port;
    auto address = resolve(url->host);
    if (!address) return fail(address.error());
    to.endpoint.address = *address;
    auto ca = options.ca.empty() ? from_environment(terminal, "FOXTAIL_CA") : options.ca;
    if (!url->tls && !options.ca.empty())
        return fail(Code::invalid_input, "--ca is for an address with https://");
    if (url->tls) {
        std::error_code ignored;
        const auto own = data_folder(options.data, terminal) + "/tls/authority.pem";
        if (ca.empty() && fs::exists(own, ignored)) ca = own;
        if (!ca.empty() && !std::ifstream(ca))
            return fail(Code::not_found, ca + ": " + std::strerror(errno));
        to.endpoint.tls = HttpTrust{url->host, ca};
    }
    if (auto told = find_token(options, terminal, to); !told) return fail(told.error());
    return to;
}

HubClient::HubClient(Connection connection)
    : connection_(std::move(connection)), client_(connection_.endpoint) {}

Error HubClient::unreachable(const Error& error) const {
    if (error.code == Code::denied)
        return {error.code, "the hub at " + error.message +
                                ".\nWhere the hub runs, 'foxtail ca' prints the certificate to "
                                "trust: name its file with --ca or FOXTAIL_CA."};
    if (error.code != Code::unavailable) return {error.code, "the hub at " + error.message};
    return {Code::unavailable,
            "no hub answers at " + connection_.url + " (" + error.message +
                ").\nIs it running? 'foxtail run' starts a household, 'foxtail demo' one to "
                "try; --url or FOXTAIL_URL names another address."};
}

Error HubClient::unknown_token() const {
    if (connection_.token_from.empty()) {
        return {Code::denied,
                "the hub at " + connection_.url + " wants a token, and there is none at " +
                    connection_.looked_in +
                    ".\nName the household's folder with --data (or FOXTAIL_DATA), or a token with "
                    "--token-file or FOXTAIL_TOKEN."};
    }
    return {Code::denied, "the hub at " + connection_.url + " does not know the token from " +
                              connection_.token_from +
                              ".\nIt may have ended, or belong to another household: --data names "
                              "this one's folder."};
}

Result<HttpResponse> HubClient::ask(std::string_view method, std::string_view target,
                                    std::string body) {
    auto answer = client_.ask(method, target, std::move(body));
    if (!answer) return fail(unreachable(answer.error()));
    if (answer->status < 400) return answer;
    if (answer->status == 401) return fail(unknown_token());
    return fail(code_of(answer->status), detail_of(*answer));
}

Result<bj::value> HubClient::get(std::string_view target) {
    auto answer = ask("GET", target);
    if (!answer) return fail(answer.error());
    auto value = parse_json(answer->body, {.bytes_max = std::size_t{1} << 30});
    if (!value)
        return fail(Code::corrupt, connection_.url + " did not answer with JSON; is it a Foxtail?");
    return value;
}

Error HubClient::with_near(Error error, const std::string& thing) {
    if (error.code != Code::not_found) return error;
    const auto things = get("/things");
    if (!things) return error;
    std::vector<std::string> ids;
    for (const auto& one : list_of(*things)) ids.push_back(thing_id_of(one));
    if (std::find(ids.begin(), ids.end(), thing) != ids.end()) return error;
    const auto near = nearest(thing, ids);
    error.message = "there is no thing '" + shown(thing) + "', or no access to it";
    if (!near.empty()) error.message += "; did you mean " + shown(joined(near)) + "?";
    return error;
}

std::string thing_id_of(const bj::value& description) {
    const auto urn = text_of(description, "id");
    return percent_decode(urn.substr(urn.rfind(':') + 1), false).value_or(urn);
}

// ---- members of answers
// ---------------------------------------------------------------------------

const bj::value& member(const bj::value& object, std::string_view key) {
    static const bj::value none;
    const bj::object* members = object.if_object();
    const bj::value* found = members == nullptr ? nullptr : members->if_contains(key);
    return found == nullptr ? none : *found;
}

std::string text_of(const bj::value& object, std::string_view key) {
    const bj::value& value = member(object, key);
    return value.is_string() ? std::string(std::string_view(value.get_string())) : std::string();
}

std::uint64_t number_of(const bj::value& object, std::string_view key) {
    const bj::value& value = member(object, key);
    if (value.is_uint64()) return value.get_uint64();
    return value.is_int64() && value.get_int64() > 0 ? static_cast<std::uint64_t>(value.get_int64())
                                                     : 0;
}

bool is_true(const bj::value& object, std::string_view key) {
    const bj::value& value = member(object, key);
    return value.is_bool() && value.get_bool();
}

Time time_of(const bj::value& object, std::string_view key) {
    return parse_rfc3339(text_of(object, key)).value_or(Time{});
}

const bj::array& list_of(const bj::value& value) {
    static const bj::array none;
    const bj::array* list = value.if_array();
    return list == nullptr ? none : *list;
}

const bj::array& list_of(const bj::value& object, std::string_view key) {
    return list_of(member(object, key));
}

std::string texts_of(const bj::value& object, std::string_view key) {
    std::vector<std::string> out;
    for (const auto& one : list_of(object, key)) {
        if (one.is_string()) out.emplace_back(std::string_view(one.get_string()));
    }
    return joined(out);
}

}  // namespace foxtail::cli
