#include "foxtail/sim/phone.hpp"

#include "foxtail/sim/json_text.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <optional>

namespace foxtail::sim {
namespace {

constexpr std::int64_t ping_ms = 30 * 60'000;
constexpr std::int64_t move_ms = 30'000;
constexpr double move_m = 120.0;
constexpr std::int64_t regions_made_s =
    1'735'689'600;  // when the person set the regions up: 2025-01-01

std::int64_t machine_s() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

class Phone final : public Device {
public:
    Phone(Person person, bool simulated_stamps)
        : person_(person),
          simulated_stamps_(simulated_stamps),
          name_("phone-" + std::string(sim::name(person))),
          base_("owntracks/" + std::string(sim::name(person)) + "/phone") {}

    std::string_view name() const override { return name_; }
    std::vector<std::string> filters() const override { return {base_ + "/cmd"}; }
    std::optional<Message> will() const override {
        // Stamped with the moment of connecting, as the app does; what happens later it cannot
        // know.
        const std::int64_t stamp = simulated_stamps_ ? regions_made_s : machine_s();
        return Message{base_, R"({"_type":"lwt","tst":)" + std::to_string(stamp) + "}", false, 1};
    }

    void announce(const World& world, Answer& answer) override {
        answer.say(base_ + "/waypoints", waypoints(), false, 1);
        answer.say(base_ + "/status",
                   R"({"_type":"status","iOS":null,"android":{"wifi":1,"hib":0}})", false);
        here_ = region_of(world);
        locate(world, "u", answer);
    }

    void tick(const World& world, Answer& answer) override {
        const Whereabouts& at = state(world).at;
        const std::optional<Place> now = region_of(world);
        if (now != here_) {
            if (here_) transition(world, *here_, "leave", answer);
            if (now) transition(world, *now, "enter", answer);
            here_ = now;
            locate(world, "c", answer);
            return;
        }
        const std::int64_t since_ms = world.t_ms - told_ms_;
        const double moved =
            distance_m(at.latitude_deg, at.longitude_deg, told_latitude_, told_longitude_);
        if (since_ms >= move_ms && moved > move_m) {
            locate(world, "v", answer);
        } else if (since_ms >= ping_ms || since_ms < 0) {
            locate(world, "p", answer);
        }
    }

    void hear(std::string_view, std::string_view payload, const World& world,
              Answer& answer) override {
        const auto members = read_members(payload);
        if (!members) {
            return;
        }
        for (const JsonMember& member : *members) {
            const auto* action = std::get_if<std::string>(&member.value);
            if (member.path != "action" || action == nullptr) continue;
            if (*action == "reportLocation") locate(world, "r", answer);
            if (*action == "waypoints") answer.say(base_ + "/waypoints", waypoints(), false, 1);
        }
    }

    void leave(Answer& answer) override {
        // A phone is not switched off politely; its will is what the server tells.
        (void)answer;
    }

private:
    const PersonState& state(const World& world) const {
        return world.people[static_cast<std::size_t>(person_)];
    }

    std::int64_t stamp_s(const World& world) const {
        if (simulated_stamps_) {
            return world.t_ms / 1000;
        }
        return machine_s();
    }

    std::optional<Place> region_of(const World& world) const {
        const Whereabouts& at = state(world).at;
        for (std::size_t i = 0; i < place_count; ++i) {
            const PlaceSpec& place = spec(static_cast<Place>(i));
            if (place.region && distance_m(at.latitude_deg, at.longitude_deg, place.latitude_deg,
                                           place.longitude_deg) <= place.radius_m) {
                return static_cast<Place>(i);
            }
        }
        return std::nullopt;
    }

    void locate(const World& world, std::string_view trigger, Answer& answer) {
        const PersonState& person = state(world);
        const Dice dice = world.dice();
        const bool indoors = person.at.place != Place::road;
        const double error_deg = (indoors ? 12.0 : 5.0) / 111'195.0;
        const double lat =
            person.at.latitude_deg + error_deg * dice.spread(name_ + ".lat", world.t_ms);
        const double lon =
            person.at.longitude_deg + error_deg * dice.spread(name_ + ".lon", world.t_ms);
        const std::int64_t now = stamp_s(world);
        JsonText out;
        out.open().field("_type", "location");
        out.field("acc",
                  std::round(indoors ? 14.0 + 8.0 * dice.uniform(name_ + ".acc", world.t_ms) : 6.0),
                  0);
        out.field("alt", 278.0, 0).field("batt", std::round(person.phone_pct), 0);
        out.field("bs",
                  std::int64_t{person.phone_charging ? 2 : (person.phone_pct > 99.5 ? 3 : 1)});
        if (person.at.speed_km_h > 0) {
            out.field("cog", std::round(person.at.heading_deg), 0);
        }
        out.field("conn", person.at.place == Place::home ? "w" : "m").field("created_at", now);
        out.key("inregions").open('[');
        if (here_) {
            out.text(spec(*here_).name);
        }
        out.close().key("inrids").open('[');
        if (here_) {
            out.text(spec(*here_).region_id);
        }
        out.close()
            .field("lat", lat, 6)
            .field("lon", lon, 6)
            .field("m", std::int64_t{1})
            .field("t", trigger);
        out.field("tid", sim::name(person_).substr(0, 2))
            .field("tst", now)
            .field("vac", std::int64_t{3});
        out.field("vel", std::round(person.at.speed_km_h), 0).close();
        answer.say(base_, out.take(), true, 1);
        told_ms_ = world.t_ms;
        told_latitude_ = person.at.latitude_deg;
        told_longitude_ = person.at.longitude_deg;
    }

    void transition(const World& world, Place place, std::string_view event, Answer& answer) {
        const Whereabouts& at = state(world).at;
        const PlaceSpec& region = spec(place);
        JsonText out;
        out.open()
            .field("_type", "transition")
            .field("acc", 18.0, 0)
            .field("desc", region.name)
            .field("event", event);
        out.field("lat", at.latitude_deg, 6)
            .field("lon", at.longitude_deg, 6)
            .field("rid", region.region_id);
        out.field("t", "c")
            .field("tid", sim::name(person_).substr(0, 2))
            .field("tst", stamp_s(world))
            .field("wtst", regions_made_s)
            .close();
        answer.say(base_ + "/event", out.take(), false, 1);
    }

    static std::string waypoints() {
        JsonText out;
        out.open().field("_type", "waypoints").key("waypoints").open('[');
        for (std::size_t i = 0; i < place_count; ++i) {
            const PlaceSpec& place = spec(static_cast<Place>(i));
            if (!place.region) continue;
            out.open()
                .field("_type", "waypoint")
                .field("desc", place.name)
                .field("lat", place.latitude_deg, 6);
            out.field("lon", place.longitude_deg, 6)
                .field("rad", place.radius_m, 0)
                .field("rid", place.region_id)
                .field("tst", regions_made_s)
                .close();
        }
        out.close().close();
        return out.take();
    }

    Person person_;
    bool simulated_stamps_;
    std::string name_;
    std::string base_;
    std::optional<Place> here_;
    std::int64_t told_ms_ = 0;
    double told_latitude_ = 0;
    double told_longitude_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_phone(Person person, bool simulated_stamps) {
    return std::make_unique<Phone>(person, simulated_stamps);
}

}  // namespace foxtail::sim
