#pragma once

#include "foxtail/base/moment.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/connectors/ocpp/clock_watch.hpp"
#include "foxtail/connectors/ocpp/codec.hpp"
#include "foxtail/connectors/ocpp/meters.hpp"
#include "foxtail/connectors/ocpp/told_before.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/model/value.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::ocpp {

/// What a charger's owner may set for it.
struct StationOptions {
    Leniencies leniencies = 0;
    Duration heartbeat_every = minutes(5);
    Duration meter_every = seconds(10);
    Duration ping_every = seconds(30);
    double current_a_max = 32;
    double fallback_a = 6;         // what a point may draw when the hub has been away for `lease`
    Duration lease = minutes(15);  // of a limit; 0 = limits stay until they are changed
    bool relative_profiles = false;
    std::vector<std::string> tokens;  // that may charge; empty = every card
    /// Whether it can change between one phase and three; nothing = as it says itself.
    std::optional<bool> switches_phases;
};

/// Whom a station tells. Calls come from within the station's own; none may call back into it but
/// where it says so.
class StationSink {
public:
    virtual ~StationSink() = default;
    /// A frame for the charger. `when_durable`: only once all that was said before is on disk.
    virtual void send(std::string frame, bool when_durable) = 0;
    /// A charging point's property has a value; `at` is when it was true.
    virtual void say(int point, std::string_view property, Value value, Time at) = 0;
    virtual void happened(int point, std::string_view event, Value detail) = 0;
    /// What the station is has changed: points(), about(), switches_phases().
    virtual void learned() = 0;
    /// Something that a person should look at.
    virtual void noticed(std::string_view topic, std::string_view sample, std::string_view why) = 0;
    /// What the station wants back after a restart.
    virtual void keep(std::string bytes) = 0;
    /// It wants a certificate for a key of its own: Station::certify() follows, or never does.
    /// False when it gets none.
    virtual bool certificate_wished(std::string request) {
        (void)request;
        return false;
    }
    /// A wish came to its end.
    virtual void ended(std::uint64_t ticket, bool done, std::string_view detail) = 0;
};

/// One charger as the hub sees it: a pure state machine. In come frames, wishes and moments; out go
/// frames, values and events. Survives connections; save() carries it over a restart.
class Station {
public:
    static constexpr int points_max = 16;
    static constexpr std::size_t calls_max = 32;  // waiting to be sent
    static constexpr Duration answer_time_max = seconds(30);
    static constexpr Duration answer_time_before_limit = seconds(5);  // while a limit waits
    static constexpr Duration settle_time = seconds(5);  // after connecting, before we speak up
    static constexpr Duration promise_time_max = minutes(1);  // for a boot or a report to follow
    static constexpr Duration clock_ahead_max = minutes(5);
    static constexpr Duration lost_after = minutes(10);  // a transaction of a free point is over
    static constexpr std::size_t ended_kept = 16;        // transactions remembered after the end
    static constexpr std::size_t running_max = 32;
    static constexpr Duration certificates_every = minutes(1);  // at most
    static constexpr double ampere_min = 6;                     // IEC 61851: less is not allowed
    static constexpr double volts_nominal = 230;
    static constexpr std::int64_t register_jitter_wh = 100;

    Station(std::string id, StationOptions options, StationSink& sink);

    /// What save() gave to StationSink::keep(). Error: corrupt; the station is then as new.
    [[nodiscard]] Result<void> restore(std::string_view bytes);
    /// From now on these hold; other cards are told to the charger at once.
    void set_options(StationOptions options, Moment now);

    void connected(Version version, Moment now);
    void disconnected(Moment now);
    /// One text frame. `value` is what it says; null when it is no JSON.
    void frame(const boost::json::value* value, std::string_view text, Moment now);
    /// Looks at all time limits; to be called about once a second.
    void tick(Moment now);

    // ---- wishes; ended() follows with the ticket unless an error comes back. Error: unavailable
    // (not connected), invalid_input, exhausted, not_found.
    [[nodiscard]] Result<void> limit(int point, double ampere, std::uint64_t ticket, Moment now);
    /// The same in W of all phases together: told in W where the box takes W, else in the amperes
    /// that it comes to.
    [[nodiscard]] Result<void> limit_power(int point, double watt, std::uint64_t ticket,
                                           Moment now);
    [[nodiscard]] Result<void> phases(int point, int phases, std::uint64_t ticket, Moment now);
    [[nodiscard]] Result<void> start(int point, const std::string& token, std::uint64_t ticket,
                                     Moment now);
    [[nodiscard]] Result<void> stop(int point, std::uint64_t ticket, Moment now);
    [[nodiscard]] Result<void> unlock(int point, std::uint64_t ticket, Moment now);
    [[nodiscard]] Result<void> reset(bool hard, std::uint64_t ticket, Moment now);
    /// In or out of service; a charger that charges goes out of it afterwards.
    [[nodiscard]] Result<void> serve(int point, bool in_service, std::uint64_t ticket, Moment now);
    /// Keeps the point free for a card; a point has one reservation, and a newer one replaces it.
    [[nodiscard]] Result<void> reserve(int point, const std::string& token, Duration lasts,
                                       std::uint64_t ticket, Moment now);
    [[nodiscard]] Result<void> cancel_reservation(int point, std::uint64_t ticket, Moment now);
    /// What the charger will allow over the next day, by all its profiles; said as `schedule`.
    [[nodiscard]] Result<void> schedule(int point, std::uint64_t ticket, Moment now);
    /// Where it shall fetch its new firmware, or send its diagnostics to: a URL.
    [[nodiscard]] Result<void> update_firmware(const std::string& url, std::uint64_t ticket,
                                               Moment now);
    [[nodiscard]] Result<void> diagnostics(const std::string& url, std::uint64_t ticket,
                                           Moment now);
    /// A setting of the charger's: a key of 1.6, or "Component.Variable" of 2.0.1; ended()'s detail
    /// has its value. Passwords are neither read nor written so.
    [[nodiscard]] Result<void> read_setting(const std::string& key, std::uint64_t ticket,
                                            Moment now);
    /// "KEY=VALUE".
    [[nodiscard]] Result<void> write_setting(const std::string& assignment, std::uint64_t ticket,
                                             Moment now);
    /// Any request; what it answers comes as ended()'s detail.
    [[nodiscard]] Result<void> ask(Asked asked, std::uint64_t ticket, Moment now);
    /// Gives the charger the password it has to come with from now on.
    [[nodiscard]] Result<void> give_key(const std::string& key, std::uint64_t ticket, Moment now);

    /// The certificate it asked for.
    void certify(std::string chain, Moment now);

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const Booted& about() const { return about_; }
    [[nodiscard]] bool online() const { return online_; }
    [[nodiscard]] Version version() const { return version_; }
    [[nodiscard]] int points() const { return static_cast<int>(points_.size()); }
    [[nodiscard]] bool switches_phases() const { return switches_phases_; }
    [[nodiscard]] const StationOptions& options() const { return options_; }
    [[nodiscard]] std::optional<std::string> transaction(int point) const;

private:
    /// What a point may draw: A per phase, which is what W come to where it was wished in W.
    struct Limit {
        double ampere = 0;
        std::optional<double> watt;
    };
    struct Point {
        PointState state = PointState::unavailable;
        Time state_at;
        Time meter_at;
        Duration metered;            // when a reading last came, on our clock
        std::optional<Limit> limit;  // wished; what is renewed
        std::optional<int> phases;   // wished
        int phases_seen = 0;
        double volts = volts_nominal;  // of its first phase, as metered
        Duration lease_until;
        bool prepared = false;     // our profiles are in, since the last connection
        Duration free_since;       // no car, while a transaction is in the books
        std::string reserved_for;  // a card; empty = nobody's
        Time reserved_until;
        std::string started_as;  // the card that we started with; it may charge
        ToldBefore told_before;
    };
    struct Running {
        std::string id;
        int point = 0;
        std::string token;
        bool of_car = false;  // the token: what the car says of itself, no card
        Time started;
        Time said;             // when it began by the box's own clock
        bool guessed = false;  // started is when that was told: nobody has compared the clock
        std::int64_t meter_start = 0;
        bool started_known = false;  // its begin was told
        std::int64_t register_wh = 0;
        bool register_known = false;
        std::int64_t energy_wh = 0;
        Time heard;  // of the newest register
        std::int64_t sequence = -1;
        std::vector<std::string> signed_values;
    };
    struct Ended {
        std::string id;
        int point = 0;
        Time started;
        Time said;
        std::int64_t meter_start = 0;
        std::string token;
        bool lost = false;  // we ended it ourselves: the charger may still tell
    };
    enum class Step : std::uint8_t {
        wish,
        trigger_boot,
        settings,
        measurands,
        measurand_probe,
        setting,
        prepare,  // what has to be there before a limit
        tidied,   // the last of what is cleared beside a limit
        limit,
        phases,
        service,
        reservation,
        no_reservation,
        schedule,
        certificate,
        list_version,  // of the cards it knows by itself
        list,
        transaction,  // does it go on?
        other
    };
    struct Call {
        std::string id;
        Asked asked;
        Step step = Step::other;
        std::uint64_t ticket = 0;
        int point = 0;
        Limit limit;
        bool again = false;  // after what stood in its way was cleared
        Duration sent;
    };

    // station.cpp: frames and calls
    void take_call(const Frame& frame, Moment now);
    void take_result(const Frame& frame, Moment now);
    void take_error(const Frame& frame, Moment now);
    void refuse(std::string_view id_json, RpcError error, std::string_view why,
                std::string_view sample);
    void answer(std::string_view id, std::string_view payload, bool when_durable = false);
    [[nodiscard]] static Result<void> no_room();
    [[nodiscard]] Result<void> enqueue(Call call, Moment now, bool urgent = false);
    void enqueue_step(Asked asked, Step step, Moment now, int point = 0);
    void send_next(Moment now);
    void finished(const Call& call, const Answered& answered, Moment now);
    void fail_calls(std::string_view why);
    [[nodiscard]] Point* point_at(int point);
    Point* ensure_point(int point);
    void speak_up(Moment now);
    void renew(Moment now);
    void forget_lost(Moment now);
    void lose(std::string_view transaction, std::string_view why, Moment now);
    void transaction_answered(const Call& call, const Answered& answered, Moment now);

    // station_told.cpp: what the charger tells
    void told(const Booted& boot, std::string_view id, Moment now);
    void told(const Alive&, std::string_view id, Moment now);
    void told(const StatusTold& status, std::string_view id, Moment now);
    void told(const TokenShown& token, std::string_view id, Moment now);
    void told(const Metered& metered, std::string_view id, Moment now);
    void told(const TransactionTold& transaction, std::string_view id, Moment now);
    void told(const FirmwareTold& firmware, std::string_view id, Moment now);
    void told(const DiagnosticsTold& diagnostics, std::string_view id, Moment now);
    void told(const ReservationTold& reservation, std::string_view id, Moment now);
    void told(const SecurityTold& security, std::string_view id, Moment now);
    void told(const VendorTold& vendor, std::string_view id, Moment now);
    void told(const ReportTold& report, std::string_view id, Moment now);
    void told(const CertificateWished& wished, std::string_view id, Moment now);
    void told(const Noted& noted, std::string_view id, Moment now);
    void say_certified(const Answered& answered, Moment now);
    [[nodiscard]] Time event_time(Time said, Moment now);
    struct When {
        Time at;
        bool guessed = false;
    };
    [[nodiscard]] When when_told(Time said, bool waited, Moment now);
    [[nodiscard]] bool may_charge(const std::string& token) const;
    void say_state(int point, PointState state, Time at);
    [[nodiscard]] PointState state_of_idle(int point) const;
    void say_state_after(const TransactionTold& told, int point, Time at);

    // station_transactions.cpp
    void began(const TransactionTold& told, std::string_view id, Moment now);
    void went_on(const TransactionTold& told, Running& running, Time at, Moment now);
    void over(const TransactionTold& told, std::string_view id, Moment now);
    void finish(Running running, Time at, std::string_view reason, bool late, Moment now);
    void compare_start(Running& running, Time at, Moment now) const;
    void say_started(const Running& running);
    void say_session(int point, const Running* running, Time at);
    [[nodiscard]] Running* find_running(std::string_view transaction);
    [[nodiscard]] Running* running_at(int point);
    Running& remember(Running running);
    void save();

    // station_meters.cpp
    void take_reads(int point, Running* running, const std::vector<MeterRead>& reads, Moment now);
    bool say_meter(int point, const PointMeter& meter, Time at, bool clock_right);
    bool say_measurand(int point, std::size_t measurand, double value, Time at, bool clock_right);
    static void see_phases(Point& point, const PointMeter& meter);
    void say_register(const Running& running, const TransactionTold& told);
    void count(Running& running, double register_wh, Time at);

    // station_requests.cpp
    [[nodiscard]] Result<void> request(Asked asked, Step step, int point, std::uint64_t ticket,
                                       Moment now);
    void request_answered(const Call& call, const Answered& answered, Moment now);
    void end_reservation(int point, Time at);
    void end_reservations_over(Moment now);
    void compare_lists(Moment now);
    void list_answered(const Call& call, const Answered& answered, Moment now);

    // station_configure.cpp
    void configure(Moment now);
    void learn(const std::vector<Setting>& settings);
    void plan(Moment now);
    void probe(Moment now);
    void measurands_answered(const Call& call, const Answered& answered, Moment now);
    void finish_plan(Moment now);
    void want_register_at(const char* key, Moment now);
    [[nodiscard]] Result<void> send_limit(int point, Limit limit, Step step, std::uint64_t ticket,
                                          Moment now);
    void limit_answered(const Call& call, const Answered& answered, Moment now);
    [[nodiscard]] Limit in_amperes(const Point& point, double watt) const;
    void tell_fallback(int point, Step step, Moment now);
    void prepare(int point, Moment now);
    void tidy(Moment now);
    void tidied(const AskClearProfiles& cleared, Moment now);
    void retell(int point, Moment now);
    [[nodiscard]] int ours() const;
    [[nodiscard]] int highest_cleared() const;
    [[nodiscard]] bool make_way(const Call& call, const Answered& answered, Moment now);
    void supersede(const Call& newest);
    [[nodiscard]] const Call* under_way(Step step, int point) const;
    [[nodiscard]] std::optional<Limit> limit_wanted(int point) const;
    [[nodiscard]] std::optional<int> phases_wanted(int point) const;
    [[nodiscard]] Profile profile_for(const Point& point, const Limit& limit, Time now) const;
    [[nodiscard]] std::string setting(std::string_view key) const;

    std::string id_;
    StationOptions options_;
    StationSink* sink_;
    Version version_ = Version::v16;
    bool online_ = false;
    bool known_ = false;  // has booted once
    bool configured_ = false;
    bool configuring_ = false;
    bool clock_wrong_ = false;
    ClockWatch clock_;
    bool switches_phases_ = false;
    bool in_watts_ = false;     // it takes no amperes
    bool takes_watts_ = false;  // it takes W, maybe beside amperes
    bool smart_ = true;         // knows charging profiles
    int stack_level_max_ = 1;
    Duration speak_at_;  // once connected: when we begin, if the charger has not booted
    Booted about_;
    std::vector<Point> points_;  // point 1 first
    std::vector<Running> running_;
    std::deque<Ended> ended_;
    std::int64_t next_transaction_ = 1;
    std::uint64_t next_call_ = 1;
    int next_remote_id_ = 1;
    std::deque<Call> waiting_;
    std::optional<Call> outstanding_;
    std::map<std::string, std::string, std::less<>> settings_;
    std::vector<std::string_view> probing_;       // measurands still to be tried
    std::string measurands_;                      // accepted so far
    std::optional<Duration> certificate_wished_;  // when it last asked for one
    bool lists_cards_ = true;                     // may be told who may charge
    std::int64_t list_version_ = 0;               // of the cards it took last; 0 = never any
    std::string list_cards_;                      // those, sorted, each with a newline
};

}  // namespace foxtail::ocpp
