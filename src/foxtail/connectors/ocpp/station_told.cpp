// What a charger tells, but for transactions: boot, state, cards, firmware.
#include "foxtail/connectors/ocpp/json_out.hpp"
#include "foxtail/connectors/ocpp/station.hpp"

#include <algorithm>
#include <cstdlib>

namespace foxtail::ocpp {
namespace {

constexpr Time clock_least{1'577'836'800'000'000};  // 2020: before that no clock was ever set

}  // namespace

Time Station::event_time(Time said, Moment now) {
    if (!said.known()) return now.wall;
    if (said < clock_least) {
        if (!std::exchange(clock_wrong_, true))
            sink_->noticed("clock", format_rfc3339(said),
                           "the charger's clock was never set: our time counts");
        return now.wall;
    }
    const bool was_compared = clock_.compared();
    const bool other = clock_.hear(said, now);
    if (other || clock_.compared() != was_compared) save();
    if (other) {
        const auto behind = clock_.behind().us / 1'000'000;
        if (behind != 0)
            sink_->noticed(
                "clock", format_rfc3339(said),
                "the charger's clock is " + std::to_string(std::abs(behind)) +
                    (behind > 0 ? " s behind: what it says is taken for so much later"
                                : " s ahead: what it says is taken for so much earlier"));
        for (auto& point : points_) point.lease_until = {};  // its limit began at another time
        // What was taken for something of another time is asked for again.
        enqueue_step(AskTrigger{AskTrigger::What::status, 0}, Step::other, now);
    } else if (said > now.wall + clock_ahead_max && clock_.behind().us == 0 &&
               !std::exchange(clock_wrong_, true)) {
        sink_->noticed("clock", format_rfc3339(said),
                       "the charger's clock is wrong: our time counts");
    }
    return std::min(said + clock_.behind(), now.wall);
}

/// When what is told as it happens was so. Of a box that was never heard before nobody knows
/// whether it tells late or by a clock that is behind: until that shows, when it was told counts.
Station::When Station::when_told(Time said, bool waited, Moment now) {
    const bool unsure = said >= clock_least && !waited && clock_.unsure(said, now);
    const Time at = event_time(said, now);
    if (!unsure || clock_.compared()) return {at};
    if (!std::exchange(clock_wrong_, true))
        sink_->noticed(
            "clock", format_rfc3339(said),
            "the charger's clock has never been compared with ours: what it tells counts "
            "from when it was told");
    return {now.wall, true};
}

bool Station::may_charge(const std::string& token) const {
    const auto& tokens = options_.tokens;
    if (tokens.empty() || std::find(tokens.begin(), tokens.end(), token) != tokens.end())
        return true;
    // Who may have it started by us needs no card of the list.
    return !token.empty() && std::any_of(points_.begin(), points_.end(), [&](const Point& point) {
        return point.started_as == token;
    });
}

void Station::say_state(int number, PointState state, Time at) {
    Point* point = ensure_point(number);
    if (point == nullptr || at < point->state_at) return;  // told late: something newer is known
    point->state = state;
    point->state_at = at;
    // The next car may take what is told in W from one phase alone.
    if (state == PointState::available) point->phases_seen = 0;
    sink_->say(number, "status", std::string(point_state_words[static_cast<std::size_t>(state)]),
               at);
    if (state != PointState::faulted)
        sink_->say(number, "in_service", state != PointState::unavailable, at);
}

/// No cable: a card was shown before it came, or it has gone and nobody has ended what it began.
PointState Station::state_of_idle(int number) const {
    if (number < 1 || number > points()) return PointState::preparing;
    const auto state = points_[static_cast<std::size_t>(number) - 1].state;
    const bool charged = state >= PointState::charging && state <= PointState::finishing;
    return charged ? PointState::finishing : PointState::preparing;
}

/// A charger of 2.0.1 tells its states with a transaction, and of what is when that has ended only
/// whether somebody is there: which it does not tell anew when nothing of it has changed.
void Station::say_state_after(const TransactionTold& told, int number, Time at) {
    const Point* point = point_at(number);
    if (version_ == Version::v16 || point == nullptr || running_at(number) != nullptr) return;
    const bool there =
        point->state >= PointState::preparing && point->state <= PointState::finishing;
    if (!there) return;
    const bool gone = told.idle || told.reason == "EVDisconnected";
    say_state(number, gone ? PointState::available : PointState::finishing, at);
}

void Station::told(const Booted& boot, std::string_view id, Moment now) {
    const bool other = boot.vendor != about_.vendor || boot.model != about_.model ||
                       boot.firmware != about_.firmware || boot.serial != about_.serial;
    about_ = boot;
    known_ = true;
    clock_wrong_ = false;
    configured_ = false;
    configuring_ = false;
    ensure_point(1);
    if (other) sink_->learned();
    answer(id, boot_answer(Admittance::accepted, now.wall, options_.heartbeat_every));
    for (auto& point : points_) point.prepared = false;
    for (int point = 1; point <= points(); ++point) sink_->say(point, "online", true, now.wall);
    save();
    configure(now);
}

void Station::told(const Alive&, std::string_view id, Moment now) {
    answer(id, heartbeat_answer(now.wall));
}

void Station::told(const StatusTold& status, std::string_view id, Moment now) {
    const Time at = when_told(status.at, false, now).at;
    if (status.point == 0) {
        // The whole charger: only what takes the points out of service says something of them.
        const bool down =
            status.state == PointState::faulted || status.state == PointState::unavailable;
        for (int point = 1; point <= points() && down; ++point) say_state(point, status.state, at);
        for (int point = 1; point <= points(); ++point)
            sink_->say(point, "error", status.error, at);
        return answer(id, "{}");
    }
    Point* point = ensure_point(status.point);
    if (point == nullptr) {
        sink_->noticed("StatusNotification", std::to_string(status.point),
                       "a charger has at most " + std::to_string(points_max) + " points here");
        return answer(id, "{}");
    }
    const Running* running = running_at(status.point);
    const bool newest = at >= point->state_at;
    // "Occupied" says less than the transaction that is running, or has ended while the car stays.
    const bool known = running != nullptr || point->state == PointState::finishing;
    if (!(status.occupied && known)) say_state(status.point, status.state, at);
    if (newest) sink_->say(status.point, "error", status.error, at);
    const bool free = status.state == PointState::available;
    if (!free || running == nullptr)
        point->free_since = {};
    else if (newest && point->free_since.us == 0)
        point->free_since = now.mono;
    answer(id, "{}");
}

void Station::told(const TokenShown& token, std::string_view id, Moment now) {
    (void)now;
    answer(id, token_answer(version_, may_charge(token.token)));
}

void Station::told(const Metered& metered, std::string_view id, Moment now) {
    Running* running = find_running(metered.transaction);
    int point = metered.point;
    if (point == 0 && running != nullptr) point = running->point;
    // Some charge on without a number, or with one of before a restart.
    if (running == nullptr && metered.transaction.empty()) running = running_at(point);
    ensure_point(point);
    take_reads(point, running, metered.reads, now);
    if (running != nullptr) save();
    answer(id, "{}", running != nullptr);
}

void Station::told(const FirmwareTold& firmware, std::string_view id, Moment now) {
    std::string detail;
    ObjectOut(detail).text("status", firmware.status).end();
    sink_->happened(1, "firmware", Json{detail});
    sink_->say(1, "firmware_status", firmware.status, now.wall);
    answer(id, "{}");
}

void Station::told(const DiagnosticsTold& diagnostics, std::string_view id, Moment now) {
    sink_->say(1, "diagnostics_status", diagnostics.status, now.wall);
    answer(id, "{}");
}

void Station::told(const ReservationTold& reservation, std::string_view id, Moment now) {
    // The number of a reservation is that of its point.
    if (reservation.id >= 1 && reservation.id <= points())
        end_reservation(static_cast<int>(reservation.id), now.wall);
    answer(id, "{}");
}

void Station::told(const SecurityTold& security, std::string_view id, Moment now) {
    std::string detail;
    ObjectOut(detail)
        .text("type", security.type)
        .text("detail", security.detail)
        .time("at", event_time(security.at, now))
        .end();
    sink_->happened(1, "security", Json{detail});
    answer(id, "{}", true);
}

void Station::told(const VendorTold& vendor, std::string_view id, Moment now) {
    (void)now;
    sink_->noticed("DataTransfer", vendor.vendor + " " + vendor.message,
                   "no extension of that vendor is known here");
    answer(id, vendor_answer());
}

void Station::told(const ReportTold& report, std::string_view id, Moment now) {
    learn(report.settings);
    answer(id, "{}");
    if (!report.more && configuring_) plan(now);
}

/// Each certificate costs a signature: who asks all the time is not told one each time.
void Station::told(const CertificateWished& wished, std::string_view id, Moment now) {
    const bool soon = certificate_wished_ && now.mono - *certificate_wished_ < certificates_every;
    const bool taken = !wished.for_cars && !soon && sink_->certificate_wished(wished.request);
    if (taken) certificate_wished_ = now.mono;
    answer(id, noted_answer(taken ? Noted::Answer::accepted : Noted::Answer::rejected));
}

void Station::certify(std::string chain, Moment now) {
    enqueue_step(AskCertificate{std::move(chain)}, Step::certificate, now);
}

void Station::say_certified(const Answered& answered, Moment now) {
    std::string detail;
    ObjectOut(detail)
        .text("type", answered.done ? "CertificateTaken" : "CertificateRefused")
        .text("detail", answered.status)
        .time("at", now.wall)
        .end();
    sink_->happened(1, "security", Json{detail});
}

void Station::told(const Noted& noted, std::string_view id, Moment now) {
    (void)now;
    answer(id, noted_answer(noted.answer));
}

void Station::told(const TransactionTold& told, std::string_view id, Moment now) {
    if (told.stage == TransactionTold::Stage::ended) return over(told, id, now);
    if (told.stage == TransactionTold::Stage::started) return began(told, id, now);
    Running* running = find_running(told.transaction);
    if (running == nullptr) return began(told, id, now);  // its start was lost, or comes later
    went_on(told, *running, when_told(told.at, told.offline, now).at, now);
    save();
    answer(id, transaction_answer(version_, !told.token.empty(), may_charge(told.token)), true);
}

}  // namespace foxtail::ocpp
