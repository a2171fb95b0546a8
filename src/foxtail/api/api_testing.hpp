#pragma once

#include "foxtail/api/secrets.hpp"
#include "foxtail/api/server.hpp"
#include "foxtail/api/token.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/runtime/http_client.hpp"
#include "foxtail/runtime/loop.hpp"
#include "foxtail/runtime/real_environment.hpp"
#include "foxtail/runtime/worker.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

// A real household behind real sockets; only its disk and its devices are made of memory. For the
// API's tests.
namespace foxtail::api::testing {

class MemoryStore final : public Store {
public:
    explicit MemoryStore(boost::asio::io_context& io) : io_(io) {}
    Result<void> load(const std::function<Result<void>(Seq, std::string_view)>& snapshot,
                      const std::function<Result<void>(Record&&)>&) override {
        return snapshot(0, {});
    }
    Result<void> kept(SubjectId,
                      const std::function<void(std::string_view, std::string_view)>&) override {
        return {};
    }
    void keep(Keepsake) override {}
    void commit(std::vector<Record>&& batch, Committed done) override {
        waiting = [this, batch = std::move(batch), done = std::move(done)]() mutable {
            if (failing)
                return done(fail(Code::unavailable, "no space left on device"), std::move(batch));
            for (const Record& record : batch) records.push_back(record);
            done(records.empty() ? 0 : records.back().seq, std::move(batch));
        };
        if (!held) let_go();
    }
    /// The commit that waits goes on.
    void let_go() {
        held = false;
        boost::asio::post(io_, std::exchange(waiting, {}));
    }
    void keep_snapshot(Seq, std::string) override {}
    void history(Permit<Verb::history> permit, HistoryQuery query,
                 std::function<void(Result<std::vector<HistoryPoint>>)> done) override {
        std::vector<HistoryPoint> points;
        for (const Record& record : records) {
            const auto* reading = std::get_if<Reading>(&record.body);
            if (reading == nullptr || reading->property != permit.property()) continue;
            const Time time = reading->source_time.known() ? reading->source_time : record.time;
            if (time < query.from || time >= query.to) continue;
            double number = 0;
            (void)as_number(reading->value, number);
            points.push_back({time, number, number, number, reading->value, 1});
        }
        boost::asio::post(io_,
                          [points = std::move(points), done = std::move(done)] { done(points); });
    }
    void journal(JournalQuery query,
                 std::function<void(Result<std::vector<Record>>)> done) override {
        std::vector<Record> found;
        const auto take = [&](const Record& record) {
            if (record.seq < query.from || record.seq >= query.before ||
                found.size() >= query.limit)
                return;
            if (!query.kind.empty() && query.kind != kind_name(record.body)) return;
            const auto* reading = std::get_if<Reading>(&record.body);
            if (!query.readings && reading != nullptr) return;
            if (query.property && (reading == nullptr || reading->property != *query.property))
                return;
            if (query.thing && thing_of(record.body) != *query.thing) return;
            found.push_back(record);
        };
        if (query.newest_first) {
            std::for_each(records.rbegin(), records.rend(), take);
        } else {
            std::for_each(records.begin(), records.end(), take);
        }
        boost::asio::post(io_, [found = std::move(found), done = std::move(done)]() mutable {
            done(std::move(found));
        });
    }
    [[nodiscard]] Figures figures() const override { return {4096, records.size(), 0, 1, 0}; }
    void keep_for(PropertyId, std::optional<Duration>) override {}
    void close() override {}

    std::vector<Record> records;
    bool failing = false;
    bool held = false;              // the next commit waits
    std::function<void()> waiting;  // ... here

    /// By number, as they were told.
    std::function<std::optional<ThingId>(PropertyId)> thing_of_property;

private:
    [[nodiscard]] std::optional<ThingId> thing_of(const Body& body) const {
        if (const auto* reading = std::get_if<Reading>(&body))
            return thing_of_property(reading->property);
        if (const auto* asked = std::get_if<CommandAsked>(&body))
            return asked->action.empty() ? thing_of_property(asked->property) : asked->thing;
        if (const auto* event = std::get_if<EventHappened>(&body)) return event->thing;
        return std::nullopt;
    }
    boost::asio::io_context& io_;
};

class MemorySecrets final : public Secrets {
public:
    Result<SecretBook> load() override { return book; }
    Result<void> keep(const SecretBook& next) override {
        if (failing) return fail(Code::unavailable, "no space left on device");
        book = next;
        return {};
    }
    SecretBook book;
    bool failing = false;
};

/// Devices that do at once what they are told, unless they are deaf.
class Devices final : public Outlet {
public:
    Result<Sent> send(const Order& order) override {
        orders.push_back(order);
        if (order.action.empty() && !deaf) {
            EXPECT_TRUE(inlet->report({order.property, Quality::good, {}, order.value}));
        }
        return order.action.empty() ? Sent::awaiting_report : Sent::done;
    }
    void pause(bool) override {}
    std::optional<Inlet> inlet;
    std::vector<Order> orders;
    bool deaf = false;
};

class Utc final : public Zone {
public:
    [[nodiscard]] Duration offset_at(Time) const override { return {}; }
};

/// Anna's house: a lamp, a lock, Anna herself; hall-lamp/on is true, brightness 40.
class House {
public:
    static constexpr std::string_view cookie = "a-session-of-annas-that-is-long-enough";
    static constexpr std::string_view cookie_of_ben = "a-session-of-bens-that-is-long-enough";

    explicit House(HttpLimits limits = {})
        : House([limits](Config& config) { config.limits = limits; }) {}
    explicit House(const std::function<void(Config&)>& set_up)
        : loop(io), store(io), worker(io, "auth", 8), hub({clock, random, loop}, zone, store) {
        EXPECT_TRUE(hub.start("test"));
        store.thing_of_property = [this](PropertyId id) -> std::optional<ThingId> {
            const Catalogue& known = devices.inlet->catalogue();
            return known.knows(id) ? std::optional(known.property(id).thing) : std::nullopt;
        };
        auto inlet = hub.attach("mqtt", devices);
        devices.inlet = *inlet;
        for (const ThingSpec& spec : things()) EXPECT_TRUE(devices.inlet->tell(spec));
        report("hall-lamp/on", true);
        report("hall-lamp/brightness", std::int64_t{40});
        report("front-door/locked", true);
        report("anna/place", std::string("home"));
        EXPECT_TRUE(hub.name_subject("owner:anna", SubjectKind::owner));
        EXPECT_TRUE(hub.name_subject("resident:ben", SubjectKind::resident));
        secrets.book.sessions.push_back(
            {hash_secret(cookie), "owner:anna", clock.now() + hours(1)});
        secrets.book.sessions.push_back(
            {hash_secret(cookie_of_ben), "resident:ben", clock.now() + hours(1)});
        Config config;
        config.household = "Test";
        config.version = "1.2.3";
        config.hosts = {"hub.lan"};
        set_up(config);
        server = std::make_unique<Server>(io, hub, secrets, worker, config);
        EXPECT_TRUE(server->load());
        port = server->listen("127.0.0.1", 0).value();
        thread_ = std::thread([this] { io.run(); });
        owner_token = token("boss", {"*"}, 0x3FF);
    }
    ~House() {
        std::promise<void> stopped;
        boost::asio::post(io, [&] {
            server->stop();
            hub.stop([&] { stopped.set_value(); });
        });
        stopped.get_future().wait();
        boost::asio::post(io, [&] { guard_.reset(); });
        io.stop();
        thread_.join();
        server.reset();
    }

    /// Runs `work` on the household's thread and waits for it.
    template <class Work>
    auto at_home(Work work) {
        std::promise<decltype(work())> out;
        boost::asio::post(io, [&] {
            if constexpr (std::is_void_v<decltype(work())>) {
                work();
                out.set_value();
            } else {
                out.set_value(work());
            }
        });
        return out.get_future().get();
    }
    void report(std::string_view address, Value value) {
        const Property* property = devices.inlet->catalogue().find_property(address);
        ASSERT_NE(property, nullptr) << address;
        EXPECT_TRUE(devices.inlet->report({property->id, Quality::good, {}, std::move(value)}))
            << address;
    }
    /// Readings carry whole milliseconds: one of the same millisecond as a grant or a handover
    /// would still count as before it.
    void say(std::string_view address, Value value) {
        const Time before = clock.now();
        while (clock.now() < before + milliseconds(1)) std::this_thread::yield();
        at_home([&] { report(address, std::move(value)); });
    }
    /// Gives a token directly, durable when it returns.
    std::string token(const std::string& name, std::vector<std::string> addresses,
                      std::uint16_t verbs, Time until = {}) {
        const FreshToken fresh = create_token(random);
        std::promise<void> kept;
        boost::asio::post(io, [&] {
            GrantGiven grant;
            grant.subject = *hub.name_subject("token:" + name, SubjectKind::token);
            grant.addresses = std::move(addresses);
            grant.verbs = verbs;
            grant.until = until;
            grant.token_hash = fresh.hash;
            hub.when_durable(*hub.give(std::move(grant)),
                             [&](const Result<void>&) { kept.set_value(); });
        });
        kept.get_future().wait();
        return fresh.token;
    }
    HttpEndpoint as(std::string bearer) const {
        return {"127.0.0.1", port, std::move(bearer), seconds(20), {}};
    }
    HttpEndpoint as_owner() const { return as(owner_token); }
    HttpEndpoint by_cookie(std::string_view session = cookie) const {
        auto endpoint = as({});
        endpoint.headers = {{"Cookie", "foxtail_session=" + std::string(session)},
                            {"X-Foxtail", "1"}};
        return endpoint;
    }

    boost::asio::io_context io;
    RealClock clock;
    RealRandom random;
    IoLoop loop;
    Utc zone;
    MemoryStore store;
    MemorySecrets secrets;
    Worker worker;
    Hub hub;
    Devices devices;
    std::unique_ptr<Server> server;
    std::uint16_t port = 0;
    std::string owner_token;

    static PropertySpec property(std::string name, Type type, bool settable) {
        PropertySpec spec;
        spec.name = std::move(name);
        spec.title = spec.name;
        spec.type = type;
        spec.settable = settable;
        return spec;
    }

private:
    static std::vector<ThingSpec> things() {
        ThingSpec lamp;
        lamp.id = "hall-lamp";
        lamp.title = "Hall lamp";
        lamp.place = "hall";
        lamp.properties = {property("on", Type::boolean, true),
                           property("brightness", Type::integer, true),
                           property("power", Type::number, false)};
        lamp.properties[1].unit = "%";
        lamp.properties[1].minimum = 0;
        lamp.properties[1].maximum = 100;
        lamp.properties[2].unit = "W";
        ActionSpec blink;
        blink.name = "blink";
        blink.input = property("times", Type::integer, true);
        lamp.actions = {blink};
        lamp.events = {{"pressed", "Pressed", {"single", "double"}}};
        ThingSpec door;
        door.id = "front-door";
        door.title = "Front door";
        door.properties = {property("locked", Type::boolean, true)};
        door.properties[0].sensitivity = Sensitivity::critical;
        ThingSpec anna;
        anna.id = "anna";
        anna.kind = ThingKind::person;
        anna.title = "Anna";
        anna.properties = {property("place", Type::string, false)};
        return {lamp, door, anna};
    }
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        io.get_executor()};
    std::thread thread_;
};

inline boost::json::value parsed(std::string_view text) {
    auto value = parse_json(text);
    EXPECT_TRUE(value) << text;
    return value ? std::move(*value) : boost::json::value();
}

inline std::string header_of(const HttpResponse& response, std::string_view name) {
    for (const auto& header : response.headers) {
        if (same_ignoring_case(header.name, name)) return header.value;
    }
    return {};
}

constexpr std::uint16_t bits(std::initializer_list<Verb> verbs) {
    std::uint16_t out = 0;
    for (const Verb verb : verbs)
        out = static_cast<std::uint16_t>(out | static_cast<std::uint16_t>(verb));
    return out;
}

}  // namespace foxtail::api::testing
