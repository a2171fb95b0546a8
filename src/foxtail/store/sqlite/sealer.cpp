#include "foxtail/store/sqlite/sealer.hpp"

namespace foxtail::sqlite {
namespace {

// What one step may take: some milliseconds of a small machine.
constexpr std::size_t readings_per_step = 4096;
constexpr std::size_t rows_cleaned_per_step = 1024;
// A segment is merged with what comes after it while it is not more than so many times larger.
constexpr std::size_t merge_ratio = 4;
// Fresh readings beyond a segment's size are cut into segments of this size.
constexpr std::size_t readings_per_cut = segment_messages_max;

}  // namespace

Result<void> Sealer::open() {
    forget();
    const std::pair<Statement*, const char*> all[] = {
        {&last_segments_,
         "SELECT id, readings, messages, body FROM segment WHERE thing = ? ORDER BY last_seq DESC"},
        {&delete_segment_, "DELETE FROM segment WHERE id = ?"},
        {&insert_segment_,
         "INSERT INTO segment(thing, first_seq, last_seq, oldest, newest, readings, messages, "
         "body) "
         "VALUES (?,?,?,?,?,?,?,?)"},
        {&set_sealed_to_, "UPDATE state SET value = ? WHERE name = 'sealed_to'"},
        {&add_sealed_, "UPDATE state SET value = value + ? WHERE name = 'readings_sealed'"},
        {&sealed_batches_,
         "SELECT first_seq, n FROM reading_batch WHERE last_seq <= ? ORDER BY first_seq LIMIT ?"},
        {&delete_batches_, "DELETE FROM reading_batch WHERE first_seq <= ?"},
    };
    for (const auto& [statement, sql] : all) {
        auto prepared = database_.prepare(sql);
        if (!prepared) return fail(prepared.error());
        *statement = std::move(*prepared);
    }
    const auto sealed = database_.number("SELECT value FROM state WHERE name = 'sealed_to'");
    if (!sealed) return fail(sealed.error());
    cut_ = static_cast<Seq>(*sealed);
    phase_ = Phase::cleaning;  // a round may have been cut short
    return {};
}

void Sealer::close() {
    forget();
    for (auto* statement : {&last_segments_, &delete_segment_, &insert_segment_, &set_sealed_to_,
                            &add_sealed_, &sealed_batches_, &delete_batches_}) {
        *statement = {};
    }
}

void Sealer::forget() {
    phase_ = Phase::idle;
    waiting_.clear();
    ready_.clear();
    replaced_.clear();
    readings_ = 0;
}

void Sealer::start() {
    const auto& batches = shared_.tail.batches();
    if (running() || batches.empty()) return;
    for (const auto& batch : batches) {
        for (const auto& entry : batch)
            waiting_[shared_.names.group_of(entry.reading.property)].push_back(&entry);
        readings_ += batch.size();
    }
    cut_ = batches.back().back().seq;
    phase_ = Phase::building;
}

Result<void> Sealer::step() {
    if (phase_ == Phase::cleaning) return clean();
    if (waiting_.empty()) return finish();
    std::size_t done = 0;
    while (!waiting_.empty() && done < readings_per_step) {
        const auto first = waiting_.begin();
        done += first->second.size() + 256;  // a thing costs something by itself
        if (auto built = build(first->first, first->second); !built) return built;
        waiting_.erase(first);
    }
    return {};
}

/// Decodes the thing's newest segments that are small enough to be merged with `fresh` more
/// readings.
Result<void> Sealer::take_neighbours(Group group, std::size_t fresh, std::vector<Entry>& out) {
    last_segments_.bind(1, group.number);
    std::vector<std::vector<Entry>> taken;  // newest first
    std::size_t readings = fresh;
    std::size_t messages = fresh;  // at most
    while (true) {
        const auto row = last_segments_.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto more_readings = last_segments_.number(1);
        const auto more_messages = last_segments_.number(2);
        if (more_readings > merge_ratio * readings ||
            readings + more_readings > segment_readings_max ||
            messages + more_messages > segment_messages_max) {
            break;
        }
        const auto segment = Segment::open(last_segments_.blob(3));
        // What is damaged stays where it is, for verify to tell; new readings must not depend on
        // it.
        if (!segment || !segment->entries(0, ~Seq{0}, {}, taken.emplace_back())) {
            if (segment) taken.pop_back();
            break;
        }
        replaced_.push_back(last_segments_.integer(0));
        readings += more_readings;
        messages += more_messages;
    }
    last_segments_.reset();
    for (auto part = taken.rbegin(); part != taken.rend(); ++part) {
        out.insert(out.end(), std::make_move_iterator(part->begin()),
                   std::make_move_iterator(part->end()));
    }
    return {};
}

Result<void> Sealer::build(Group group, const Pointers& fresh) {
    std::vector<Entry> before;
    if (auto taken = take_neighbours(group, fresh.size(), before); !taken) return taken;
    Pointers all;
    all.reserve(before.size() + fresh.size());
    for (const auto& entry : before) all.push_back(&entry);
    all.insert(all.end(), fresh.begin(), fresh.end());
    std::span<const Entry* const> rest(all);
    if (before.empty()) {
        for (; rest.size() > segment_readings_max; rest = rest.subspan(readings_per_cut)) {
            encode(group, rest.first(readings_per_cut));
        }
    }
    encode(group, rest);
    return {};
}

void Sealer::encode(Group group, std::span<const Entry* const> entries) {
    Ready ready{group, {}, {}};
    ready.body = encode_segment(entries, ready.head);
    ready_.push_back(std::move(ready));
}

Result<void> Sealer::finish() {
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    for (const auto id : replaced_) {
        delete_segment_.bind(1, id);
        if (auto done = delete_segment_.run(); !done) return done;
    }
    for (const auto& ready : ready_) {
        insert_segment_.bind(1, ready.group.number);
        insert_segment_.bind(2, ready.head.first_seq);
        insert_segment_.bind(3, ready.head.last_seq);
        insert_segment_.bind(4, ready.head.oldest.us / 1000);
        insert_segment_.bind(5, ready.head.newest.us / 1000);
        insert_segment_.bind(6, ready.head.readings);
        insert_segment_.bind(7, ready.head.messages);
        insert_segment_.bind_blob(8, ready.body);
        if (auto done = insert_segment_.run(); !done) return done;
    }
    set_sealed_to_.bind(1, cut_);
    if (auto done = set_sealed_to_.run(); !done) return done;
    add_sealed_.bind(1, readings_);
    if (auto done = add_sealed_.run(); !done) return done;
    if (auto done = transaction.commit(); !done) return done;
    shared_.readings_sealed += readings_;
    shared_.tail.drop(cut_);
    forget();
    phase_ = Phase::cleaning;
    return {};
}

Result<void> Sealer::clean() {
    sealed_batches_.bind(1, cut_);
    sealed_batches_.bind(2, static_cast<std::int64_t>(rows_cleaned_per_step));
    std::uint64_t readings = 0;
    Seq upto = 0;
    while (readings < 2 * readings_per_step) {
        const auto row = sealed_batches_.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        upto = sealed_batches_.number(0);
        readings += sealed_batches_.number(1);
    }
    sealed_batches_.reset();
    if (upto == 0) {
        phase_ = Phase::idle;
        return {};
    }
    delete_batches_.bind(1, upto);
    return delete_batches_.run();
}

}  // namespace foxtail::sqlite
