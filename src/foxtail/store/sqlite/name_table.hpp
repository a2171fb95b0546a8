#pragma once

#include "foxtail/base/string_map.hpp"
#include "foxtail/json/record.hpp"
#include "foxtail/store/sqlite/db.hpp"
#include "foxtail/store/sqlite/entry.hpp"

#include <shared_mutex>
#include <vector>

namespace foxtail::sqlite {

/// The store's own names, learnt from the records that pass. Used by the writer's and the reader's
/// thread.
class NameTable : public Names {
public:
    bool append(std::string& out, PropertyId property) const override;
    bool append(std::string& out, ThingId thing) const override;
    bool append(std::string& out, SubjectId subject) const override;
    [[nodiscard]] std::optional<PropertyId> property(std::string_view address) const override;
    [[nodiscard]] std::optional<ThingId> thing(std::string_view id) const override;
    [[nodiscard]] std::optional<SubjectId> subject(std::string_view name) const override;

    [[nodiscard]] Group group_of(PropertyId property) const;
    [[nodiscard]] std::optional<ThingId> thing_of(PropertyId property) const;

    /// Takes what the record says about names. True when something is new and must be stored too.
    bool learn(const ThingTold& told);
    bool learn(const SubjectNamed& named);
    [[nodiscard]] Result<void> load(Database& database);

private:
    struct Named {
        std::string address;  // empty = never told
        std::uint32_t thing = 0;
    };
    bool set_thing(ThingId id, std::string_view name);
    bool set_property(PropertyId id, std::string_view address, ThingId thing);
    bool set_subject(SubjectId id, std::string_view name);

    mutable std::shared_mutex mutex_;
    std::vector<Named> properties_;
    std::vector<std::string> things_;
    std::vector<std::string> subjects_;
    StringMap<PropertyId> property_by_address_;
    StringMap<ThingId> thing_by_name_;
    StringMap<SubjectId> subject_by_name_;
};

}  // namespace foxtail::sqlite
