#include "foxtail/store/sqlite/forgetter.hpp"

#include "foxtail/json/record.hpp"
#include "foxtail/store/sqlite/drop_readings.hpp"
#include "foxtail/store/sqlite/ledger_erase.hpp"

#include <algorithm>
#include <set>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t erased_at_once = 256;

/// Deleted bytes are overwritten while it lives, also those of whole pages.
class Overwriting {
public:
    explicit Overwriting(Database& database) : database_(database) {}
    [[nodiscard]] Result<void> begin() { return database_.run("PRAGMA secure_delete = ON"); }
    ~Overwriting() { (void)database_.run("PRAGMA secure_delete = FAST"); }
    Overwriting(const Overwriting&) = delete;
    Overwriting& operator=(const Overwriting&) = delete;

private:
    Database& database_;
};

}  // namespace

Result<void> Forgetter::open() {
    waiting_.clear();
    begin();
    auto rows = database_.prepare(
        "SELECT seq, body FROM record WHERE kind = 'forgotten' AND seq > (SELECT value FROM state "
        "WHERE name = 'forgotten_to') ORDER BY seq");
    if (!rows) return fail(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        auto body = body_from_json("forgotten", rows->text(1), shared_.names);
        // A damaged one is for verify to tell.
        if (body) add(rows->number(0), std::get<Forgotten>(*body));
    }
}

void Forgetter::close() {
    waiting_.clear();
    begin();
}

void Forgetter::add(Seq seq, const Forgotten& what) {
    if (waiting_.empty()) shared_.forgotten_to = seq - 1;
    waiting_.push_back({seq, what});
}

void Forgetter::begin() {
    phase_ = Phase::finding;
    listed_ = again_ = false;
    segments_.clear();
    said_.clear();
    records_.clear();
    shared_.forgotten_to = waiting_.empty() ? ~Seq{0} : waiting_.front().seq - 1;
}

bool Forgetter::in_time(Time at) const {
    const Forgotten& what = waiting_.front().what;
    return (!what.from.known() || at >= what.from) && (!what.until.known() || at < what.until);
}

bool Forgetter::goes(const Entry& entry) const {
    const auto& properties = waiting_.front().what.properties;
    return entry.seq < seq() && in_time(entry.time) &&
           std::find(properties.begin(), properties.end(), entry.reading.property) !=
               properties.end();
}

Result<void> Forgetter::step() {
    Overwriting overwriting(database_);
    if (auto begun = overwriting.begin(); !begun) return begun;
    const bool by_segment = phase_ == Phase::finding || phase_ == Phase::dropping;
    if (by_segment && !listed_) return list_segments();
    switch (phase_) {
        case Phase::finding:
            return segments_.empty() ? find_records() : find_in_segment();
        case Phase::erasing:
            return erase_some();
        case Phase::dropping:
            return drop_in_segment();
        case Phase::cleaning:
            break;
    }
    return clean();
}

Result<void> Forgetter::list_segments() {
    segments_.clear();
    std::set<std::uint64_t> groups;
    for (const PropertyId id : waiting_.front().what.properties) {
        groups.insert(shared_.names.group_of(id).number);
        groups.insert(group_of_lone_properties + id.index);
    }
    for (const auto group : groups) {
        auto rows = database_.prepare("SELECT id FROM segment WHERE thing = ? AND first_seq < ?");
        if (!rows) return fail(rows.error());
        rows->bind(1, group);
        rows->bind(2, seq());
        while (true) {
            const auto row = rows->step();
            if (!row) return fail(row.error());
            if (!*row) break;
            segments_.push_back(rows->integer(0));
        }
    }
    listed_ = true;
    again_ = false;
    return {};
}

Result<void> Forgetter::find_in_segment() {
    const auto id = segments_.front();
    segments_.pop_front();
    const auto entries = readings_of_segment(database_, id);
    if (!entries) return fail(entries.error());
    if (!*entries) {
        again_ = true;
        return {};
    }
    for (const auto& entry : **entries) {
        if (goes(entry)) said_.push_back(entry.seq);
    }
    return {};
}

/// All of the address's own but what tells of the thing.
Result<void> Forgetter::find_under(std::string_view where, std::string_view address) {
    auto rows = database_.prepare("SELECT seq, time FROM record WHERE " + std::string(where) +
                                  " AND seq < ?2");
    if (!rows) return fail(rows.error());
    rows->bind_text(1, address);
    rows->bind(2, seq());
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        if (in_time({rows->integer(1)})) records_.push_back(rows->number(0));
    }
}

Result<void> Forgetter::find_records() {
    if (again_) {
        listed_ = false;
        return {};
    }
    const Forgotten& what = waiting_.front().what;
    std::string address;
    for (const PropertyId id : what.properties) {
        address.clear();
        if (!shared_.names.append(address, id)) continue;
        if (auto done = find_under("address = ?1", address); !done) return done;
    }
    address.clear();
    if (what.happenings && shared_.names.append(address, what.thing)) {
        // '0' comes after '/'.
        auto done = find_under(
            "address > ?1 || '/' AND address < ?1 || '0' AND address NOT IN (SELECT address FROM "
            "property)",
            address);
        if (!done) return done;
    }
    said_.insert(said_.end(), records_.begin(), records_.end());
    std::sort(said_.begin(), said_.end());
    if (auto done = find_consequences(); !done) return done;
    std::sort(records_.begin(), records_.end());
    records_.erase(std::unique(records_.begin(), records_.end()), records_.end());
    phase_ = Phase::erasing;
    listed_ = false;
    return {};
}

/// What rules said because of what goes, what they told people, and how wishes ended.
Result<void> Forgetter::find_consequences() {
    auto rows = database_.prepare(
        "SELECT seq, cause FROM record WHERE kind IN ('rule_ran', 'notice', 'command_ended') AND "
        "cause IS NOT NULL AND seq < ? ORDER BY seq");
    if (!rows) return fail(rows.error());
    rows->bind(1, seq());
    std::vector<Seq> further;
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto cause = rows->number(1);
        if (!std::binary_search(said_.begin(), said_.end(), cause) &&
            !std::binary_search(further.begin(), further.end(), cause))
            continue;
        further.push_back(rows->number(0));
    }
    records_.insert(records_.end(), further.begin(), further.end());
    return {};
}

Result<void> Forgetter::erase_some() {
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    std::uint64_t erased = 0;
    for (std::size_t n = 0; n < erased_at_once && !records_.empty(); ++n) {
        const Seq record = records_.back();
        records_.pop_back();
        const auto found = erase_record(database_, record);
        if (!found) return fail(found.error());
        if (*found) ++erased;
    }
    if (auto done = transaction.commit(); !done) return done;
    shared_.records -= erased;
    if (records_.empty()) phase_ = Phase::dropping;
    return {};
}

Result<void> Forgetter::drop_in_segment() {
    if (segments_.empty()) {
        listed_ = false;
        if (!again_) phase_ = Phase::cleaning;
        return {};
    }
    const auto id = segments_.front();
    segments_.pop_front();
    const auto there = drop_readings(
        database_, shared_, id, [this](const Entry& entry) { return goes(entry); }, std::nullopt);
    if (!there) return fail(there.error());
    again_ = again_ || !*there;
    return {};
}

/// What was deleted stands in free pages and in the log, too.
Result<void> Forgetter::clean() {
    const auto number = std::to_string(seq());
    for (const auto& sql :
         {"DELETE FROM snapshot WHERE seq < " + number, std::string("PRAGMA incremental_vacuum")}) {
        if (auto done = database_.run(sql); !done) return done;
    }
    const auto busy = database_.number("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!busy) return fail(busy.error());
    if (*busy != 0) return {};  // somebody reads what was; the next step tries again
    auto done =
        database_.run("UPDATE state SET value = " + number + " WHERE name = 'forgotten_to'");
    if (!done) return done;
    waiting_.pop_front();
    begin();
    return {};
}

}  // namespace foxtail::sqlite
