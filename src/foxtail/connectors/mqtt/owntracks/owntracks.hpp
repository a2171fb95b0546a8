#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/connectors/mqtt/format.hpp"
#include "foxtail/connectors/mqtt/owntracks/codec.hpp"
#include "foxtail/connectors/mqtt/owntracks/presence.hpp"
#include "foxtail/connectors/mqtt/thing_ids.hpp"
#include "foxtail/json/parse.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail::mqtt {

struct OwnTracksOptions {
    std::string base = "owntracks";
    std::vector<owntracks::Region> regions;  // for every person
    owntracks::PresenceRules rules;
    Duration max_age = days(1);        // an older place or position is stale
    StringMap<std::string> secrets;    // user to the secret of encrypted messages
    ThingIds::Taken taken;             // ids that others use
    StringMap<std::string> known_ids;  // from ids() before a restart
};

/// People whose phones run OwnTracks (docs/connectors/owntracks.md). One thing a person; its id is
/// the user's name in the topic. Not thread-safe.
class OwnTracks : public Format {
public:
    explicit OwnTracks(OwnTracksOptions options = {});
    ~OwnTracks() override;

    [[nodiscard]] std::string_view name() const override { return "owntracks"; }
    void start(Sink& sink) override;
    void on_message(std::uint32_t token, const Heard& heard, Sink& sink) override;
    [[nodiscard]] bool owns(std::string_view thing) const override;
    [[nodiscard]] std::optional<std::string_view> speaks_for(std::string_view topic) const override;
    Result<std::vector<Publication>> encode(const Order& order) override;

    [[nodiscard]] const StringMap<std::string>& ids() const { return ids_.known(); }

    static constexpr std::size_t people_max = 1000;

private:
    struct Person;

    Person* person_of(std::string_view user, const Heard& heard, Sink& sink);
    bool tell(Person& person, Sink& sink);
    void on_location(Person& person, const owntracks::Location& location, const Heard& heard,
                     Sink& sink);
    void on_transition(Person& person, const owntracks::Transition& transition, const Heard& heard,
                       Sink& sink);
    void say_place(Person& person, const std::vector<owntracks::Move>& moves, const Heard& heard,
                   Time at, bool fresh, Sink& sink);
    void say_alive(Person& person, const Heard& heard, Sink& sink);

    OwnTracksOptions options_;
    ThingIds ids_;
    StringMap<std::unique_ptr<Person>> people_;  // by user
    StringMap<Person*> person_by_thing_;
    JsonReader reader_;
};

}  // namespace foxtail::mqtt
