#pragma once

#include "foxtail/cli/terminal.hpp"
#include "foxtail/runtime/http_client.hpp"

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace foxtail::cli {

/// How the command line was told to find a hub; empty = not told.
struct ConnectionOptions {
    std::string url;
    std::string token_file;
    std::string data;
    std::string ca;  // file of the authority to trust over TLS
};

/// The household's folder: told, FOXTAIL_DATA, "data" when a household stands there, the demo's
/// folder when one does, or else "data".
[[nodiscard]] std::string data_folder(const std::string& told, const Terminal& terminal);

/// Where and as whom to ask. The command line goes before the environment, and that before what is
/// found. Errors: invalid_input, not_found (a file that was named).
struct Connection {
    HttpEndpoint endpoint;
    std::string url;         // for messages
    std::string token_from;  // "data/owner.token", "FOXTAIL_TOKEN"; empty when there is no token
    std::string looked_in;   // where a token was looked for
};
[[nodiscard]] Result<Connection> find_hub(const ConnectionOptions& options,
                                          const Terminal& terminal);

/// Asks a hub; its refusals become errors that say what to do. Tokens never appear in a message.
class HubClient {
public:
    explicit HubClient(Connection connection);

    [[nodiscard]] Result<HttpResponse> ask(std::string_view method, std::string_view target,
                                           std::string body = {});
    /// The answer's JSON. Error: also corrupt, when it is none.
    [[nodiscard]] Result<boost::json::value> get(std::string_view target);
    [[nodiscard]] const Connection& connection() const { return connection_; }

    /// What to say when nobody answers.
    [[nodiscard]] Error unreachable(const Error& error) const;
    [[nodiscard]] Error unknown_token() const;

    /// A thing that was not found, with what may have been meant.
    [[nodiscard]] Error with_near(Error error, const std::string& thing);

private:
    Connection connection_;
    HttpClient client_;
};

/// Of a Thing Description: "urn:foxtail:Home:hall-lamp" to "hall-lamp".
[[nodiscard]] std::string thing_id_of(const boost::json::value& description);

// ---- members of answers
// --------------------------------------------------------------------------- A member that is not
// there is null, 0 or empty: an older or newer hub may leave it away.
[[nodiscard]] const boost::json::value& member(const boost::json::value& object,
                                               std::string_view key);
[[nodiscard]] std::string text_of(const boost::json::value& object, std::string_view key);
[[nodiscard]] std::uint64_t number_of(const boost::json::value& object, std::string_view key);
[[nodiscard]] bool is_true(const boost::json::value& object, std::string_view key);
[[nodiscard]] Time time_of(const boost::json::value& object, std::string_view key);
/// The elements of a list; empty for what is none.
[[nodiscard]] const boost::json::array& list_of(const boost::json::value& object,
                                                std::string_view key);
[[nodiscard]] const boost::json::array& list_of(const boost::json::value& value);
/// The list's strings with ", " between them.
[[nodiscard]] std::string texts_of(const boost::json::value& object, std::string_view key);

}  // namespace foxtail::cli
