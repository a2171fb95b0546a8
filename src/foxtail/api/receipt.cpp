#include "foxtail/api/receipt.hpp"

#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/journal/merkle.hpp"
#include "foxtail/journal/receipt.hpp"
#include "foxtail/json/terms.hpp"

#include <utility>

#include <sodium.h>

namespace foxtail::api {
namespace {

using State = Door::Agreed::State;

/// Empty while it is not over.
std::string_view end_of_consent(State state) {
    switch (state) {
        case State::taken_back:
            return "consent withdrawn";
        case State::narrowed:
            return "consent narrowed";
        case State::ran_out:
            return "consent expired";
        case State::ended:
            return "consent ended";
        case State::in_force:
        case State::to_come:
        case State::to_be_confirmed:
        case State::in_doubt:
            return "";
    }
    return "";
}

void append_retention(JsonText& json, const Door::Agreed& agreed) {
    const Duration after = agreed.grant.given.terms.erase_after;
    json.key("storage_locations").array().text("the hub, at home").end_array();
    json.key("retention_period").object();
    json.text("at_home", "as the data sheet of each thing says, or until it is erased");
    json.text("at_the_recipient",
              after.us > 0 ? format_duration(after) + " after the end" : std::string("not agreed"));
    json.end_object();
    if (after.us <= 0) return;
    json.key("erasure").object().text("after_end", format_duration(after));
    if (agreed.erase_by.known()) json.time("erase_by", agreed.erase_by);
    json.text("acknowledged_by", "POST /erasure").end_object();
}

void append_processing(JsonText& json, const Door& door, const Door::Agreed& agreed,
                       const Notice& notice) {
    const GrantGiven& given = agreed.grant.given;
    json.key("pii_processing").object();
    if (!notice.language.empty()) json.text("language", notice.language);
    json.key("purposes").array();
    if (!given.purpose.empty()) json.text(given.purpose);
    json.end_array();
    json.text("lawful_basis", given.terms.forbid ? "objection" : "consent");
    if (!notice.jurisdiction.empty()) json.text("jurisdiction", notice.jurisdiction);
    json.key("pii_attributes").array();
    for (const auto& address : given.addresses) json.text(address);
    json.end_array();
    append_verbs(json, given.verbs);
    std::string terms;
    append_json(terms, given.terms);
    json.raw("terms", terms);
    json.key("recipients").array().text(door.name_of(given.subject)).end_array();
    append_retention(json, agreed);
    json.text("withdrawal_method", "DELETE /grants/" + std::to_string(agreed.grant.id));
    json.key("privacy_rights").array();
    json.text("GET /desk").text("GET /export?about=me").text("POST /desk/forget");
    json.end_array().end_object();
}

void append_events(JsonText& json, const Door& door, const Door::Agreed& agreed) {
    const Grant& grant = agreed.grant;
    json.key("events").array().object();
    json.text("event_type", "explicit").text("event_state", "consent given");
    json.text("entity_id", door.name_of(grant.grantor)).time("valid_from", grant.given.from);
    json.time("valid_until", grant.given.until).end_object();
    if (const auto end = end_of_consent(agreed.state); !end.empty()) {
        const bool said = agreed.state == State::taken_back || agreed.state == State::narrowed;
        json.object().text("event_type", said ? "explicit" : "implied").text("event_state", end);
        json.text("entity_id", door.name_of(agreed.ended_by)).time("event_time", agreed.ended);
        if (agreed.instead != 0) json.number("replaced_by", agreed.instead);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

std::string receipt_of(const Door& door, const Door::Agreed& agreed, const Site& site) {
    const Grant& grant = agreed.grant;
    const std::string id = std::to_string(grant.id);
    const std::string giver = door.name_of(grant.grantor);
    // The journal compares this beginning with what it is asked to sign.
    std::string out;
    JsonText json(out);
    json.object().text("schema_version", ledger::receipt_schema).number("grant", grant.id);
    json.text("state", name(agreed.state));
    json.text("record_id", site.household + "/grants/" + id);
    json.text("pii_principal_id", giver);
    append_processing(json, door, agreed, site.notice);
    json.key("parties").array();
    const auto party = [&](std::string_view who, std::string_view role, std::string_view contact) {
        json.object().text("party_id", who).text("party_role", role);
        if (!contact.empty()) json.text("party_contact", contact);
        json.end_object();
    };
    party(giver, "PII principal", {});
    party(site.household, "PII controller", site.notice.contact);
    party(door.name_of(grant.given.subject), "recipient", {});
    json.end_array();
    append_events(json, door, agreed);
    json.key("ledger").object().number("record", grant.id);
    json.text("proof", "/ledger/proof/inclusion?seq=" + id).end_object().end_object();
    return out;
}

namespace {

/// RFC 9530: whoever keeps the bytes can show later what was agreed.
std::string digest_of(const std::string& bytes) {
    const ledger::Hash hash = ledger::sha256({bytes});
    std::string digest(sodium_base64_encoded_len(hash.size(), sodium_base64_VARIANT_ORIGINAL),
                       '\0');
    sodium_bin2base64(digest.data(), digest.size(), hash.data(), hash.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    digest.pop_back();  // the terminating zero
    return "sha-256=:" + digest + ":";
}

}  // namespace

void tell_receipt(const Door& door, const Site& site, Seq grant, const Call& call,
                  const Answer& answer) {
    const std::string* form = call.find("signed");
    if (form != nullptr && *form != "true" && *form != "false")
        return answer.problem(400, "'signed' is true or false");
    const bool is_signed = form != nullptr && *form == "true";
    door.agreed(grant, [door, &site, is_signed, answer](Result<Door::Agreed> agreed) {
        if (!agreed && agreed.error().code == Code::denied)
            return answer.problem(404, "no such grant");
        if (!agreed) return answer.error(agreed.error());
        std::string text = receipt_of(door, *agreed, site);
        if (!is_signed) {
            std::string digest = digest_of(text);
            return answer.json(200, std::move(text), {{"Content-Digest", std::move(digest)}});
        }
        door.sign_receipt(*agreed, std::move(text), [answer](Result<std::string> note) {
            if (!note) return answer.error(note.error());
            std::string digest = digest_of(*note);
            answer.json(200, std::move(*note),
                        {{"Content-Type", "text/plain; charset=utf-8"},
                         {"Content-Digest", std::move(digest)}});
        });
    });
}

void affairs::receipt(Door& door, Site& site, Call& call, const Answer& answer) {
    tell_receipt(door, site, parse_number(call.parts[0]).value_or(0), call, answer);
}

}  // namespace foxtail::api
