#include "foxtail/store/sqlite/sealer.hpp"

#include <bit>
#include <utility>

namespace foxtail::sqlite {
namespace {

// What one step may take: some milliseconds of a small machine.
constexpr std::size_t readings_per_step = 4096;
constexpr std::size_t rows_cleaned_per_step = 1024;
constexpr std::size_t merged_at_once = 8;
// Fresh readings beyond a segment's size are cut into segments of this size.
constexpr std::size_t readings_per_cut = segment_messages_max;

/// Sizes within a factor of eight are about the same.
unsigned size_class(std::size_t readings) {
    return (static_cast<unsigned>(std::bit_width(readings)) - 1) / 3;
}

}  // namespace

Result<void> Sealer::open() {
    forget();
    const std::pair<Statement*, const char*> all[] = {
        {&last_segments_,
         "SELECT id, readings, messages FROM segment WHERE thing = ? ORDER BY last_seq DESC"},
        {&segment_body_, "SELECT body FROM segment WHERE id = ?"},
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
    for (auto* statement : {&last_segments_, &segment_body_, &delete_segment_, &insert_segment_,
                            &set_sealed_to_, &add_sealed_, &sealed_batches_, &delete_batches_}) {
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

/// Which of the thing's newest segments are packed together with `fresh` more readings: once there
/// are `merged_at_once` of about one size, they become one of the next size. So a reading is packed
/// again only when its segment grows eightfold.
Result<std::vector<std::int64_t>> Sealer::neighbours(Group group, std::size_t fresh) {
    last_segments_.bind(1, group.number);
    std::vector<std::int64_t> all;  // newest first
    std::size_t taken = 0;          // of them, to be merged
    std::size_t readings = fresh;   // with those to be merged
    std::size_t messages = fresh;   // at most
    std::size_t run_readings = 0;   // of those after them that are of the same size
    std::size_t run_messages = 0;
    while (true) {
        const auto row = last_segments_.step();
        if (!row) return fail(row.error());
        if (!*row || size_class(last_segments_.number(1)) > size_class(readings)) break;
        run_readings += last_segments_.number(1);
        run_messages += last_segments_.number(2);
        if (readings + run_readings > segment_readings_max ||
            messages + run_messages > segment_messages_max) {
            // They fill a segment as good as they ever will.
            if (readings + run_readings - last_segments_.number(1) > segment_readings_max / 2 ||
                messages + run_messages - last_segments_.number(2) > segment_messages_max / 2) {
                taken = all.size();
            }
            break;
        }
        all.push_back(last_segments_.integer(0));
        if (all.size() - taken + 1 < merged_at_once) continue;
        taken = all.size();
        readings += std::exchange(run_readings, 0);
        messages += std::exchange(run_messages, 0);
    }
    last_segments_.reset();
    all.resize(taken);
    return all;
}

/// The readings of those segments, oldest first. What is damaged stays where it is, for verify to
/// tell: new readings must not depend on it.
Result<void> Sealer::take(std::span<const std::int64_t> ids, std::vector<Entry>& out) {
    std::vector<std::vector<Entry>> parts;  // newest first
    for (const auto id : ids) {
        segment_body_.bind(1, id);
        const auto row = segment_body_.step();
        if (!row) return fail(row.error());
        const auto segment = Segment::open(segment_body_.blob(0));
        std::vector<Entry> part;
        const bool whole = segment && segment->entries(0, ~Seq{0}, {}, part);
        segment_body_.reset();
        if (!whole) break;
        parts.push_back(std::move(part));
        replaced_.push_back(id);
    }
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        out.insert(out.end(), std::make_move_iterator(part->begin()),
                   std::make_move_iterator(part->end()));
    }
    return {};
}

Result<void> Sealer::build(Group group, const Pointers& fresh) {
    std::vector<Entry> before;
    const auto ids = neighbours(group, fresh.size());
    if (!ids) return fail(ids.error());
    if (auto taken = take(*ids, before); !taken) return taken;
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
