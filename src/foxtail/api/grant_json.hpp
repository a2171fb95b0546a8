#pragma once

#include "foxtail/api/json_text.hpp"
#include "foxtail/hub/door.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

// Grants as the API shows and takes them. Shapes stand in docs/api.md.

/// "verbs":["discover",...]
void append_verbs(JsonText& json, std::uint16_t verbs);
/// Everything of a grant but its token.
void append_grant_members(JsonText& json, const Door& door, const Grant& grant);
/// What is to be erased since a grant has ended, and how that stands.
void append_erasure_members(JsonText& json, const Erasures::Asked& asked);
/// "erasures":[...], with who gave it and who is to erase; `mine` as Door::erasures().
void append_erasures(JsonText& json, const Door& door, bool mine);
void append_certificate_members(JsonText& json, const Hub::Certificate& certificate);

struct GrantAsked {
    std::string subject;  // "participant:insurer"; "hub" for everyone
    GrantGiven grant;
    std::string key;  // thumbprint of the key the token is bound to; empty = it is bound to none
};
/// The body of POST /grants. Error: invalid_input, naming the member.
[[nodiscard]] Result<GrantAsked> grant_from_json(const std::string& body);
/// The body of PUT /grants/{id}: `was` with the members that are named put in their place.
[[nodiscard]] Result<GrantGiven> narrower_from_json(const std::string& body, const GrantGiven& was);

}  // namespace foxtail::api
