#include "foxtail/store/sqlite/name_table.hpp"

#include <mutex>

namespace foxtail::sqlite {
namespace {

// Numbers are dense; a damaged file must not make the tables grow without end.
constexpr std::uint32_t number_max = 1U << 26;

template <class Id>
bool leads_back(const StringMap<Id>& names, const std::string& name, Id id) {
    const auto at = names.find(name);
    return at != names.end() && at->second == id;
}

template <class Id>
std::optional<Id> find_in(const StringMap<Id>& names, std::string_view name) {
    const auto at = names.find(name);
    if (at == names.end()) return std::nullopt;
    return at->second;
}

}  // namespace

bool NameTable::append(std::string& out, PropertyId p) const {
    const std::shared_lock lock(mutex_);
    if (p.index >= properties_.size() || properties_[p.index].address.empty()) return false;
    out += properties_[p.index].address;
    return true;
}

bool NameTable::append(std::string& out, ThingId t) const {
    const std::shared_lock lock(mutex_);
    if (t.index >= things_.size() || things_[t.index].empty()) return false;
    out += things_[t.index];
    return true;
}

bool NameTable::append(std::string& out, SubjectId s) const {
    const std::shared_lock lock(mutex_);
    if (s.index >= subjects_.size() || !leads_back(subject_by_name_, subjects_[s.index], s))
        return false;
    out += subjects_[s.index];
    return true;
}

std::optional<PropertyId> NameTable::property(std::string_view address) const {
    const std::shared_lock lock(mutex_);
    return find_in(property_by_address_, address);
}
std::optional<ThingId> NameTable::thing(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    return find_in(thing_by_name_, id);
}
std::optional<SubjectId> NameTable::subject(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    return find_in(subject_by_name_, name);
}

std::optional<ThingId> NameTable::thing_of(PropertyId p) const {
    const std::shared_lock lock(mutex_);
    if (p.index >= properties_.size() || properties_[p.index].address.empty()) return std::nullopt;
    return ThingId{properties_[p.index].thing};
}

Group NameTable::group_of(PropertyId property) const {
    const auto thing = thing_of(property);
    return {thing ? thing->index : group_of_lone_properties + property.index};
}

// Names of numbers never change but by a wrong file; the first telling counts, so that what was
// written with a name is read back to the same number.
bool NameTable::set_thing(ThingId id, std::string_view name) {
    if (id.index >= number_max || name.empty()) return false;
    if (id.index >= things_.size()) things_.resize(id.index + 1);
    if (!things_[id.index].empty() || !thing_by_name_.try_emplace(std::string(name), id).second)
        return false;
    things_[id.index] = name;
    return true;
}

bool NameTable::set_property(PropertyId id, std::string_view address, ThingId thing) {
    if (id.index >= number_max) return false;
    if (id.index >= properties_.size()) properties_.resize(id.index + 1);
    auto& known = properties_[id.index];
    if (!known.address.empty() ||
        !property_by_address_.try_emplace(std::string(address), id).second)
        return false;
    known = {std::string(address), thing.index};
    return true;
}

bool NameTable::set_subject(SubjectId id, std::string_view name) {
    if (id.index >= number_max || name.empty() || name.front() == '#') return false;
    if (id.index >= subjects_.size()) subjects_.resize(id.index + 1);
    if (!subjects_[id.index].empty() || !subject_by_name_.try_emplace(std::string(name), id).second)
        return false;
    subjects_[id.index] = name;
    return true;
}

bool NameTable::learn(const ThingTold& told) {
    const std::unique_lock lock(mutex_);
    bool anything = set_thing(told.thing, told.spec.id);
    const auto n = std::min(told.ids.size(), told.spec.properties.size());
    for (std::size_t i = 0; i < n; ++i) {
        anything |= set_property(told.ids[i], told.spec.id + "/" + told.spec.properties[i].name,
                                 told.thing);
    }
    return anything;
}

bool NameTable::learn(const SubjectNamed& named) {
    const std::unique_lock lock(mutex_);
    return set_subject(named.id, named.name);
}

Result<void> NameTable::load(Database& database) {
    const std::unique_lock lock(mutex_);
    const auto each = [&](const char* sql, auto take) -> Result<void> {
        auto rows = database.prepare(sql);
        if (!rows) return fail(rows.error());
        while (true) {
            const auto row = rows->step();
            if (!row) return fail(row.error());
            if (!*row) return {};
            take(static_cast<std::uint32_t>(rows->integer(0)), rows->text(1), *rows);
        }
    };
    auto done = each(
        "SELECT id, name FROM thing ORDER BY id",
        [&](std::uint32_t id, std::string_view name, const Statement&) { set_thing({id}, name); });
    if (!done) return done;
    done = each("SELECT id, address, thing FROM property ORDER BY id",
                [&](std::uint32_t id, std::string_view address, const Statement& row) {
                    set_property({id}, address, {static_cast<std::uint32_t>(row.integer(2))});
                });
    if (!done) return done;
    return each("SELECT id, name FROM subject ORDER BY id",
                [&](std::uint32_t id, std::string_view name, const Statement&) {
                    set_subject({id}, name);
                });
}

}  // namespace foxtail::sqlite
