// What a person asks of a charger beside limits and charging: service, reservations, schedules,
// firmware, diagnostics, settings; and the list of cards that it shall know by itself.
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <array>

namespace foxtail::ocpp {
namespace {

constexpr Duration reservation_max = days(2);
constexpr Duration schedule_span = days(1);
constexpr std::size_t url_bytes_max = 512;  // 2.0.1; 1.6 has no bound
constexpr std::size_t value_bytes_max = 500;
constexpr std::array<std::string_view, 5> url_schemes = {"https://", "http://", "ftps://", "ftp://",
                                                         "sftp://"};

bool is_url(std::string_view text) {
    const bool known =
        std::any_of(url_schemes.begin(), url_schemes.end(), [&](std::string_view scheme) {
            return text.starts_with(scheme) && text.size() > scheme.size();
        });
    return known && text.size() <= url_bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// What would stand in the journal, or lock the charger out.
bool is_secret(std::string_view key) {
    std::string plain(key);
    for (char& c : plain) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return plain.find("authorizationkey") != std::string::npos ||
           plain.find("password") != std::string::npos;
}

auto not_a_url() {
    return fail(Code::invalid_input,
                "a URL is needed, of https, http, ftps, ftp or sftp, with at most " +
                    std::to_string(url_bytes_max) + " bytes");
}

Result<void> check_key(std::string_view key) {
    if (key.empty() || key.size() > 100)
        return fail(Code::invalid_input, "a key has 1 to 100 bytes");
    if (is_secret(key)) return fail(Code::denied, "a charger's password is nobody's to see or set");
    return {};
}

std::string sorted_lines(std::vector<std::string> cards) {
    std::sort(cards.begin(), cards.end());
    std::string out;
    for (const auto& card : cards) out += card + "\n";
    return out;
}

}  // namespace

Result<void> Station::request(Asked asked, Step step, int point, std::uint64_t ticket, Moment now) {
    if (point_at(point) == nullptr) return fail(Code::not_found, "no such charging point");
    Call call;
    call.asked = std::move(asked);
    call.step = step;
    call.ticket = ticket;
    call.point = point;
    return enqueue(std::move(call), now);
}

Result<void> Station::serve(int point, bool in_service, std::uint64_t ticket, Moment now) {
    return request(AskAvailability{point, in_service}, Step::service, point, ticket, now);
}

Result<void> Station::reserve(int point, const std::string& token, Duration lasts,
                              std::uint64_t ticket, Moment now) {
    if (token.empty() || token.size() > 20)
        return fail(Code::invalid_input, "a card has 1 to 20 characters");
    if (!may_charge(token)) return fail(Code::invalid_input, "that card may not charge here");
    if (lasts.us <= 0 || lasts > reservation_max)
        return fail(Code::invalid_input,
                    "a reservation lasts up to " + format_duration(reservation_max));
    return request(AskReserve{point, point, token, now.wall + lasts}, Step::reservation, point,
                   ticket, now);
}

Result<void> Station::cancel_reservation(int point, std::uint64_t ticket, Moment now) {
    return request(AskCancelReservation{point}, Step::no_reservation, point, ticket, now);
}

Result<void> Station::schedule(int point, std::uint64_t ticket, Moment now) {
    return request(AskSchedule{point, schedule_span}, Step::schedule, point, ticket, now);
}

Result<void> Station::update_firmware(const std::string& url, std::uint64_t ticket, Moment now) {
    if (!is_url(url)) return not_a_url();
    return ask(AskFirmware{url, now.wall, next_remote_id_++}, ticket, now);
}

Result<void> Station::diagnostics(const std::string& url, std::uint64_t ticket, Moment now) {
    if (!is_url(url)) return not_a_url();
    return ask(AskDiagnostics{url, next_remote_id_++}, ticket, now);
}

Result<void> Station::read_setting(const std::string& key, std::uint64_t ticket, Moment now) {
    if (auto good = check_key(key); !good) return good;
    return ask(AskSettings{{key}, 0}, ticket, now);
}

Result<void> Station::write_setting(const std::string& assignment, std::uint64_t ticket,
                                    Moment now) {
    const auto sign = assignment.find('=');
    if (sign == std::string::npos)
        return fail(Code::invalid_input,
                    "KEY=VALUE is needed, not '" + assignment.substr(0, 100) + "'");
    const auto key = assignment.substr(0, sign);
    if (auto good = check_key(key); !good) return good;
    if (assignment.size() - sign - 1 > value_bytes_max)
        return fail(Code::invalid_input,
                    "a value has at most " + std::to_string(value_bytes_max) + " bytes");
    return ask(AskSetting{key, assignment.substr(sign + 1)}, ticket, now);
}

void Station::request_answered(const Call& call, const Answered& answered, Moment now) {
    Point* point = point_at(call.point);
    if (point == nullptr || !answered.done) return;
    if (call.step == Step::service) {
        // "Scheduled": not before the present session is over, and then the charger tells.
        if (answered.status == "Accepted")
            sink_->say(call.point, "in_service", std::get<AskAvailability>(call.asked).operative,
                       now.wall);
    } else if (call.step == Step::reservation) {
        const auto& asked = std::get<AskReserve>(call.asked);
        point->reserved_for = asked.token;
        point->reserved_until = asked.until;
        sink_->say(call.point, "reserved_for", asked.token, now.wall);
        sink_->say(call.point, "reserved_until", format_rfc3339(to_millisecond(asked.until)),
                   now.wall);
        save();
    } else if (call.step == Step::no_reservation) {
        end_reservation(call.point, now.wall);
    } else if (!answered.schedule.empty()) {
        sink_->say(call.point, "schedule", Json{answered.schedule}, now.wall);
    }
}

void Station::end_reservation(int number, Time at) {
    Point* point = point_at(number);
    if (point == nullptr || point->reserved_for.empty()) return;
    point->reserved_for.clear();
    point->reserved_until = {};
    sink_->say(number, "reserved_for", std::string(), at);
    sink_->say(number, "reserved_until", std::string(), at);
    save();
}

void Station::end_reservations_over(Moment now) {
    for (int number = 1; number <= points(); ++number) {
        const Point& point = *point_at(number);
        if (!point.reserved_for.empty() && now.wall >= point.reserved_until)
            end_reservation(number, point.reserved_until);
    }
}

// ---- the cards it knows by itself
// -----------------------------------------------------------------

/// Asks which list the charger has; where it is not the one that counts, that one is sent.
void Station::compare_lists(Moment now) {
    if (!lists_cards_) return;
    // Every card may charge, and it never had a list from here: there is nothing to keep in step.
    if (options_.tokens.empty() && list_version_ == 0) return;
    enqueue_step(AskListVersion{}, Step::list_version, now);
}

void Station::list_answered(const Call& call, const Answered& answered, Moment now) {
    if (call.step == Step::list_version) {
        const auto theirs = answered.list_version.value_or(0);
        if (theirs < 0) return;  // "-1": it has no list
        const bool same = answered.done && theirs == list_version_ && list_version_ > 0 &&
                          list_cards_ == sorted_lines(options_.tokens);
        if (same) return;
        const auto next = std::max(theirs, list_version_) + 1;
        if (next > 0x7FFF'FFFF)
            return sink_->noticed("cards", std::to_string(theirs), "a list with no next version");
        return enqueue_step(AskLocalList{static_cast<int>(next), options_.tokens}, Step::list, now);
    }
    const auto& sent = std::get<AskLocalList>(call.asked);
    if (!answered.done)
        return sink_->noticed("cards", answered.status,
                              "the charger did not take the list of cards: without the hub it goes "
                              "by an older one");
    list_version_ = sent.version;
    list_cards_ = sorted_lines(sent.tokens);
    save();
    // A card that was taken out may still be in what it remembers by itself.
    enqueue_step(AskClearCache{}, Step::other, now);
}

}  // namespace foxtail::ocpp
