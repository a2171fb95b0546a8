// A person's own desk: who sees what of theirs, who looked, and the switch that keeps everybody
// out.
#include "foxtail/api/desk_words.hpp"
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/json/terms.hpp"

#include <boost/json/object.hpp>

namespace foxtail::api::desk {
namespace {

constexpr std::size_t reached_max = 50;
constexpr std::size_t addresses_max = 100;

const char* stake_name(Door::Stake stake) {
    switch (stake) {
        case Door::Stake::about:
            return "about_you";
        case Door::Stake::owner:
            return "yours";
        case Door::Stake::household:
            return "household";
        case Door::Stake::past:
            return "past";
        case Door::Stake::none:
            break;
    }
    return "none";
}

void append_closed(JsonText& json, const Door& door) {
    const Grant* closed = door.closing();
    json.key("closed");
    if (closed == nullptr) {
        json.null();
        return;
    }
    json.object()
        .number("grant", closed->id)
        .time("since", closed->given.from)
        .time("until", closed->given.until)
        .end_object();
}

void append_grants(JsonText& json, const Door& door) {
    const Grant* closed = door.closing();
    json.key("grants").array();
    door.grants_on_mine([&](const Grant& grant, const std::vector<PropertyId>& reached) {
        if (closed != nullptr && grant.id == closed->id) return;
        json.object();
        append_grant_members(json, door, grant);
        json.text("sentence", grant_words(door, grant, reached));
        json.boolean("given_by_me", grant.grantor == door.subject());
        Door::Stake nearest = Door::Stake::none;
        json.key("reaches").array();
        for (std::size_t i = 0; i < reached.size(); ++i) {
            if (i < reached_max) json.text(door.names().property(reached[i]).address);
            nearest = std::max(nearest, door.stake(reached[i]));
        }
        json.end_array().number("reaches_in_all", reached.size());
        json.text("stake", stake_name(nearest)).end_object();
    });
    json.end_array();
}

const char* because(Reason reason) {
    switch (reason) {
        case Reason::owner:
            return "owner";
        case Reason::about_them:
            return "about_them";
        case Reason::granted:
            return "granted";
        default:
            return "household";
    }
}

void append_onlookers(JsonText& json, const Door& door) {
    json.key("onlookers").array();
    for (const Door::Onlooker& onlooker : door.onlookers()) {
        json.object().text("subject", door.name_of(onlooker.subject)).key("sees").array();
        for (const Door::Insight& insight : onlooker.sees) {
            json.object().text("address", insight.address);
            append_verbs(json, insight.verbs);
            json.text("because", because(insight.verdict.reason));
            if (insight.verdict.grant != 0) json.number("grant", insight.verdict.grant);
            json.text("precision", precision_words(insight.verdict.obligation));
            GrantTerms limits;
            limits.obligation = insight.verdict.obligation;
            std::string terms;
            append_json(terms, limits);
            json.raw("limits", terms).end_object();
        }
        json.end_array().number("more", onlooker.more).end_object();
    }
    json.end_array();
}

/// The things in which the caller has a stake, for who gives some of them away.
void append_things(JsonText& json, const Door& door) {
    json.key("things").array();
    for (const Thing& thing : door.names().things()) {
        Door::Stake nearest = Door::Stake::none;
        for (const PropertyId id : thing.properties) nearest = std::max(nearest, door.stake(id));
        if (!thing.present || nearest <= Door::Stake::past) continue;
        json.object().text("id", thing.spec.id).text("stake", stake_name(nearest)).end_object();
    }
    json.end_array();
}

void append_looks(JsonText& json, const Door& door, const Door::Looks& looks) {
    json.key("looks").array();
    for (const Record& record : looks.records) {
        const auto& read = std::get<OutsideRead>(record.body);
        json.object().key("seq");
        if (record.seq == 0) {
            json.null();
        } else {
            json.number(record.seq);
        }
        json.text("subject", door.name_of(read.subject)).number("grant", read.grant);
        json.text("how", read.how).number("count", read.count);
        json.time("from", read.from).time("until", read.until).key("addresses").array();
        for (const PropertyId id : read.properties) json.text(door.names().property(id).address);
        json.end_array();
        if (const auto purpose = looks.purposes.find(read.grant);
            purpose != looks.purposes.end() && !purpose->second.empty())
            json.text("purpose", purpose->second);
        json.end_object();
    }
    json.end_array().key("looks_before");
    if (looks.before == 0) {
        json.null();
    } else {
        json.number(looks.before);
    }
}

}  // namespace

void show(Door& door, Site&, Call& call, const Answer& answer) {
    const auto before = call.number("looks_before");
    if (!before) return answer.error(before.error());
    // Older looks are asked for by themselves: the rest of the desk has not changed by that.
    const bool older = before->value_or(0) != 0;
    door.looks(before->value_or(0), [door, older, answer](Result<Door::Looks> looks) {
        if (!looks) return answer.error(looks.error());
        std::string out;
        JsonText json(out);
        json.object();
        if (!older) {
            json.text("subject", door.who().name);
            append_closed(json, door);
            json.boolean("forgetting", door.is_forgetting());
            append_things(json, door);
            append_grants(json, door);
            append_erasures(json, door, true);
            append_onlookers(json, door);
        }
        append_looks(json, door, *looks);
        json.end_object();
        answer.json(std::move(out));
    });
}

void privacy(Door& door, Site&, Call& call, const Answer& answer) {
    const auto parsed = parse_json(call.request.body);
    if (!parsed) return answer.error(parsed.error());
    const auto* object = parsed->if_object();
    const auto* closed = object == nullptr ? nullptr : object->if_contains("closed");
    if (closed == nullptr || !closed->is_bool())
        return answer.problem(400, "'closed' must be true or false");
    Time until;
    if (const auto* end = object->if_contains("until"); end != nullptr && !end->is_null()) {
        const auto time = parse_rfc3339(end->is_string() ? std::string_view(end->get_string())
                                                         : std::string_view());
        if (!time) return answer.problem(400, "'until': " + time.error().message);
        until = *time;
    }
    if (!closed->get_bool()) {
        return door.reopen([answer](Result<Seq> done) {
            if (!done) return answer.error(done.error());
            std::string out;
            JsonText(out)
                .object()
                .boolean("closed", false)
                .number("effective_seq", *done)
                .end_object();
            answer.json(std::move(out));
        });
    }
    door.close(until, [answer, until](Result<Hub::Certificate> done) {
        if (!done) return answer.error(done.error());
        std::string out;
        JsonText json(out);
        json.object().boolean("closed", true).time("until", until);
        append_certificate_members(json, *done);
        json.end_object();
        answer.json(std::move(out));
    });
}

void forget(Door& door, Site&, Call& call, const Answer& answer) {
    const auto parsed = parse_json(call.request.body);
    if (!parsed) return answer.error(parsed.error());
    const auto* object = parsed->if_object();
    const auto* list = object == nullptr ? nullptr : object->if_contains("addresses");
    std::vector<std::string> addresses;
    if (list != nullptr && list->is_array()) {
        for (const auto& one : list->get_array()) {
            if (!one.is_string()) return answer.problem(400, "'addresses' are texts");
            addresses.emplace_back(one.get_string());
        }
    }
    if (addresses.empty() || addresses.size() > addresses_max)
        return answer.problem(400, "'addresses' must list 1 to 100 of what is to be forgotten");
    door.forget_mine(addresses, [answer](Result<Door::Forgetting> done) {
        if (!done) return answer.error(done.error());
        std::string out;
        JsonText json(out);
        json.object().number("seq", done->last).number("properties", done->properties);
        json.key("shared").array();
        for (const auto& address : done->shared) json.text(address);
        json.end_array().end_object();
        answer.json(202, std::move(out), {});
    });
}

}  // namespace foxtail::api::desk
