#include "foxtail/api/grant_json.hpp"

#include "foxtail/api/proof.hpp"
#include "foxtail/api/token.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/json/terms.hpp"

#include <algorithm>
#include <initializer_list>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace foxtail::api {
namespace {

namespace bj = boost::json;
constexpr std::size_t addresses_max = 100;

constexpr std::uint16_t bit(Verb verb) {
    return static_cast<std::uint16_t>(verb);
}

/// What a word of the API stands for: who may read may also follow, and who may do anything with a
/// member may know it.
Result<std::uint16_t> verbs_from(std::string_view word) {
    if (word == "read")
        return static_cast<std::uint16_t>(bit(Verb::discover) | bit(Verb::read) |
                                          bit(Verb::observe));
    const auto verb = verb_from(word);
    if (!verb || *verb == Verb::report) {
        return fail(Code::invalid_input,
                    "'" + printable(word) +
                        "' is no verb; there are read, history, set, run, discover, "
                        "observe, grant, publish, subscribe");
    }
    return static_cast<std::uint16_t>(bit(Verb::discover) | bit(*verb));
}

Result<std::vector<std::string>> texts(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::array* array = value == nullptr ? nullptr : value->if_array();
    const auto wrong =
        fail(Code::invalid_input, "'" + std::string(key) + "' must be a list of 1 to 100 strings");
    if (array == nullptr || array->empty() || array->size() > addresses_max) return wrong;
    std::vector<std::string> out;
    for (const bj::value& one : *array) {
        if (!one.is_string()) return wrong;
        out.emplace_back(std::string_view(one.get_string()));
    }
    return out;
}

std::string text(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    return value != nullptr && value->is_string()
               ? std::string(std::string_view(value->get_string()))
               : std::string();
}

Result<std::uint16_t> verbs_of(const bj::object& object) {
    const auto words = texts(object, "verbs");
    if (!words) return fail(words.error());
    std::uint16_t all = 0;
    for (const auto& word : *words) {
        const auto verbs = verbs_from(word);
        if (!verbs) return fail(verbs.error());
        all = static_cast<std::uint16_t>(all | *verbs);
    }
    return all;
}

/// A member that is passed over is a limit that somebody meant and does not get.
Result<void> only_known(const bj::object& object, std::initializer_list<std::string_view> known,
                        std::string_view otherwise) {
    for (const auto& member : object) {
        const std::string_view key(member.key());
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        std::string why = "'" + printable(key, 80) + "' " + std::string(otherwise);
        if (const auto place = place_of_term(key); !place.empty()) {
            why += "; it belongs in '" + std::string(place) + "'";
        } else if (key == "expires") {
            why += "; a grant ends at 'until'";
        } else if (key == "subject") {
            why += "; whom it is for says 'subject_name'";
        }
        return fail(Code::invalid_input, std::move(why));
    }
    return {};
}

/// What may be left out: purpose, terms, until.
Result<void> read_rest(const bj::object& object, GrantGiven& grant) {
    if (const bj::value* purpose = object.if_contains("purpose"); purpose != nullptr) {
        if (!purpose->is_string() && !purpose->is_null())
            return fail(Code::invalid_input, "'purpose' must be a string");
        grant.purpose = printable(text(object, "purpose"), 300);
    }
    if (const bj::value* terms = object.if_contains("terms"); terms != nullptr) {
        auto read = terms_from_json(*terms);
        if (!read) return fail(std::move(read.error()));
        grant.terms = std::move(*read);
    }
    const bj::value* until = object.if_contains("until");
    if (until == nullptr) return {};
    grant.until = {};
    if (until->is_null()) return {};
    const auto time = parse_rfc3339(text(object, "until"));
    if (!time) return fail(Code::invalid_input, "'until': " + time.error().message);
    grant.until = *time;
    return {};
}

/// Whom the token is bound to: a public JWK, or its thumbprint. Empty when there is none.
Result<std::string> key_of(const bj::object& object) {
    const bj::value* value = object.if_contains("key");
    if (value == nullptr) return std::string();
    if (const bj::string* thumbprint = value->if_string()) {
        if (is_thumbprint(*thumbprint)) return std::string(std::string_view(*thumbprint));
        return fail(Code::invalid_input,
                    "'key' must be a public JWK, or its thumbprint: 43 characters");
    }
    const auto key = holder_key_from_json(*value);
    if (!key) return fail(Code::invalid_input, "'key': " + key.error().message);
    return key->thumbprint();
}

}  // namespace

void append_verbs(JsonText& json, std::uint16_t verbs) {
    json.key("verbs").array();
    for (std::uint32_t one = 1; one <= bit(Verb::subscribe); one <<= 1U) {
        if ((verbs & one) != 0) json.text(name(static_cast<Verb>(one)));
    }
    json.end_array();
}

void append_grant_members(JsonText& json, const Door& door, const Grant& grant) {
    json.number("id", grant.id).text("subject", door.name_of(grant.given.subject));
    json.text("grantor", door.name_of(grant.grantor)).key("addresses").array();
    for (const auto& address : grant.given.addresses) json.text(address);
    json.end_array();
    append_verbs(json, grant.given.verbs);
    json.time("from", grant.given.from)
        .time("until", grant.given.until)
        .text("purpose", grant.given.purpose);
    std::string terms;
    append_json(terms, grant.given.terms);
    json.raw("terms", terms);
    json.boolean("token", !grant.given.token_hash.empty());
    if (is_bound(grant.given.token_hash)) json.boolean("bound", true);
    if (grant.suspended) json.boolean("suspended", true);
}

void append_erasure_members(JsonText& json, const Erasures::Asked& asked) {
    json.number("grant", asked.grant).key("addresses").array();
    for (const auto& address : asked.addresses) json.text(address);
    json.end_array().text("purpose", asked.purpose);
    json.number("ended_seq", asked.ended).time("ended", asked.since);
    json.time("erase_by", asked.until);
    json.text("state", asked.done.known() ? "done" : asked.missed.known() ? "overdue" : "asked");
    json.time("done", asked.done);
}

void append_erasures(JsonText& json, const Door& door, bool mine) {
    json.key("erasures").array();
    door.erasures(mine, [&](const Erasures::Asked& asked) {
        json.object().text("subject", door.name_of(asked.subject));
        json.text("grantor", door.name_of(asked.grantor));
        append_erasure_members(json, asked);
        json.end_object();
    });
    json.end_array();
}

void append_certificate_members(JsonText& json, const Hub::Certificate& certificate) {
    json.number("grant", certificate.grant)
        .text("subject", certificate.subject)
        .number("effective_seq", certificate.effective)
        .number("delivered_last_seq", certificate.delivered_last)
        .number("streams_closed", certificate.streams_closed)
        .number("commands_cancelled", certificate.commands_cancelled);
    if (certificate.erase_by.known()) json.time("erase_by", certificate.erase_by);
    if (!certificate.note.empty()) json.text("certificate", certificate.note);
}

Result<GrantAsked> grant_from_json(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return fail(parsed.error());
    const bj::object* object = parsed->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "the body must be an object");
    if (auto known = only_known(
            *object, {"subject_name", "addresses", "verbs", "purpose", "terms", "until", "key"},
            "is not known");
        !known)
        return fail(std::move(known.error()));
    GrantAsked given;
    const std::string subject = text(*object, "subject_name");
    const auto colon = subject.find(':');
    if (subject != "everyone" && !valid_name(subject.substr(colon + 1))) {
        return fail(Code::invalid_input,
                    "'subject_name' must be letters, digits, '_', '-', '.', at most 128, after a "
                    "kind such as participant: when it is no token");
    }
    given.subject = subject == "everyone"        ? std::string("hub")
                    : colon == std::string::npos ? "token:" + subject
                                                 : subject;
    auto addresses = texts(*object, "addresses");
    if (!addresses) return fail(std::move(addresses.error()));
    given.grant.addresses = std::move(*addresses);
    const auto verbs = verbs_of(*object);
    if (!verbs) return fail(verbs.error());
    given.grant.verbs = *verbs;
    if (auto rest = read_rest(*object, given.grant); !rest) return fail(std::move(rest.error()));
    auto key = key_of(*object);
    if (!key) return fail(std::move(key.error()));
    given.key = std::move(*key);
    return given;
}

Result<GrantGiven> narrower_from_json(const std::string& body, const GrantGiven& was) {
    const auto parsed = parse_json(body);
    if (!parsed) return fail(parsed.error());
    const bj::object* object = parsed->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "the body must be an object");
    if (auto known = only_known(*object, {"addresses", "verbs", "purpose", "terms", "until"},
                                "cannot be narrowed");
        !known)
        return fail(std::move(known.error()));
    GrantGiven becomes = was;
    if (object->contains("addresses")) {
        auto addresses = texts(*object, "addresses");
        if (!addresses) return fail(std::move(addresses.error()));
        becomes.addresses = std::move(*addresses);
    }
    if (object->contains("verbs")) {
        const auto verbs = verbs_of(*object);
        if (!verbs) return fail(verbs.error());
        becomes.verbs = *verbs;
    }
    if (auto rest = read_rest(*object, becomes); !rest) return fail(std::move(rest.error()));
    return becomes;
}

}  // namespace foxtail::api
