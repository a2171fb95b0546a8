#pragma once

#include "foxtail/api/json_text.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/json/record.hpp"

#include <string>
#include <string_view>

namespace foxtail::api {

class Pulse;

// What a Door lets through, as JSON. Shapes stand in docs/api.md.

/// Names for records that passed the door. Other subjects' names are the household's own affair:
/// who may not manage sees their numbers.
class DoorNames final : public Names {
public:
    explicit DoorNames(const Door& door) : door_(door) {}
    bool append(std::string& out, PropertyId property) const override;
    bool append(std::string& out, ThingId thing) const override;
    bool append(std::string& out, SubjectId subject) const override;
    [[nodiscard]] std::optional<PropertyId> property(std::string_view address) const override;
    [[nodiscard]] std::optional<ThingId> thing(std::string_view id) const override;
    [[nodiscard]] std::optional<SubjectId> subject(std::string_view name) const override;

private:
    const Door& door_;
};

/// The thing's spec with only the members that the subject may discover.
[[nodiscard]] ThingSpec visible_spec(const Door& door, const Thing& thing);
/// True when the subject may discover some member, also of a thing that is gone.
[[nodiscard]] bool discovers_any(const Door& door, const Thing& thing);

void append_thing(std::string& out, const Door& door, const Thing& thing);
/// {address,value,quality,time,received,seq,unit?,wanted?}
void append_reading(std::string& out, const Door& door, const PropertyView& view);
/// [address,value,quality,time_ms,seq]
void append_reading_row(std::string& out, const PropertyView& view);
/// [address,value,command,status,detail]
void append_wanted_row(std::string& out, std::string_view address, std::string_view value_json,
                       const Hub::CommandState& state);
/// What waits for a person to confirm it: a list of {seq,address,run,value,asked_by,on_behalf_of,
/// grant,purpose,asked_at,until,to_answer}.
void append_waiting(std::string& out, const Door& door, bool only_to_answer);
[[nodiscard]] const char* status_name(const Hub::CommandState& state);
/// The record as docs/api.md has it; token hashes are left out. `pulse` finds what an ended command
/// was about.
void append_record(std::string& out, const Door& door, const Record& record, const Pulse* pulse,
                   bool with_sentence);

/// One rule with its last runs; nothing when the subject may not see it.
bool append_rule(std::string& out, const Door& door, std::size_t index);
void append_problem(std::string& out, const Problems::Problem& problem);
void append_health(std::string& out, const Hub::Health& health);

}  // namespace foxtail::api
