#include "foxtail/store/sqlite/ledger.hpp"

#include "foxtail/store/sqlite/ledger_tiles.hpp"

#include <algorithm>

#include <sodium.h>

namespace foxtail::sqlite {
namespace {

constexpr std::size_t salts_at_once = 256;
// A checkpoint that comes with a commit costs no sync of its own: worth 40 microseconds of signing
// when the one before is a little old.
constexpr Duration sign_along_after = milliseconds(250);

}  // namespace

void Ledger::close() {
    for (auto* statement : {&insert_leaf_, &insert_tile_, &insert_checkpoint_}) *statement = {};
    secrets_.close();
}

Result<void> Ledger::append(const ledger::Hash& leaf) {
    Result<void> done;
    tree_.append(leaf, [&](unsigned level, std::uint64_t index, std::string_view hashes) {
        if (!done) return;
        insert_tile_.bind(1, tile_id(level, index));
        insert_tile_.bind_blob(2, hashes);
        done = insert_tile_.run();
    });
    if (!grown_at_) grown_at_ = options_.monotonic();
    return done;
}

Result<Ledger::Place> Ledger::add(const Record& record, std::string_view body) {
    if (next_salt_ + ledger::salt_bytes > salts_.size()) {
        salts_.resize(salts_at_once * ledger::salt_bytes);
        randombytes_buf(salts_.data(), salts_.size());
        next_salt_ = 0;
    }
    const auto salt = std::string_view(salts_).substr(next_salt_, ledger::salt_bytes);
    next_salt_ += ledger::salt_bytes;
    text_.clear();
    ledger::append_leaf(text_,
                        ledger::RecordLeaf{record.seq, record.time, record.actor, record.cause,
                                           kind_name(record.body), ledger::commit(salt, body)});
    const Place place{tree_.size(), salt};
    if (auto done = append(ledger::hash_leaf({text_})); !done) return fail(done.error());
    return place;
}

Result<void> Ledger::append_own(const char* kind, const ledger::SegmentLeaf* segment,
                                const std::string& text) {
    insert_leaf_.bind(1, tree_.size());
    insert_leaf_.bind_text(2, kind);
    for (const int place : {3, 4, 5}) insert_leaf_.bind_null(place);
    if (segment != nullptr) {
        insert_leaf_.bind(3, segment->first);
        insert_leaf_.bind(4, segment->last);
        insert_leaf_.bind(5, secret_day(segment->time));
    }
    insert_leaf_.bind_text(6, text);
    if (auto done = insert_leaf_.run(); !done) return done;
    return append(ledger::hash_leaf({text}));
}

// ---- readings

bool Ledger::sealing_is_due(Time now) const {
    if (waiting_ >= options_.ledger_readings) return true;
    if (waiting_ == 0) return false;
    const auto& batches = shared_.tail.batches();
    const auto first =
        std::partition_point(batches.begin(), batches.end(),
                             [this](const auto& batch) { return batch.back().seq <= covered_; });
    if (first == batches.end()) return false;
    const auto age = now - first->front().time;
    return age >= options_.ledger_age || age < Duration{} - options_.ledger_age;
}

Result<void> Ledger::hash_readings(ledger::SegmentLeaf& leaf) {
    ledger::Tree tree;
    const auto& blocks = cutter_.cut(readings_, {});
    for (const auto& block : blocks) {
        const auto secret = secrets_.make(block.property, secret_day(leaf.time));
        if (!secret) return fail(secret.error());
        text_.clear();
        append_block_text(text_, block);
        tree.append(ledger::block_leaf(block_salt(*secret, tree_.size(), block.chunk), text_), {});
    }
    leaf.readings = readings_.size();
    leaf.blocks = blocks.size();
    leaf.root = tree.root();
    return {};
}

Result<void> Ledger::seal_along(Seq last, Time now) {
    ledger::SegmentLeaf leaf{covered_ + 1, last, 0, 0, now, {}};
    readings_.clear();
    const auto& batches = shared_.tail.batches();
    auto batch = std::partition_point(batches.begin(), batches.end(), [this](const auto& one) {
        return one.back().seq <= covered_;
    });
    for (; batch != batches.end() && leaf.last == last; ++batch) {
        for (const auto& entry : *batch) {
            if (entry.seq <= covered_) continue;
            if (readings_.size() == options_.ledger_readings) {
                leaf.last = entry.seq - 1;
                break;
            }
            readings_.push_back(&entry);
        }
    }
    if (!readings_.empty()) leaf.time = readings_.back()->time;
    if (auto done = hash_readings(leaf); !done) return done;
    std::string text;
    ledger::append_leaf(text, leaf);
    if (auto done = append_own("readings", &leaf, text); !done) return done;
    covered_ = leaf.last;
    waiting_ -= std::min(waiting_, readings_.size());
    return {};
}

Result<void> Ledger::seal(Seq last, Time now) {
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    if (auto done = seal_along(last, now); !done) return done;
    if (auto done = sign_soon(now); !done) return done;
    return transaction.commit();
}

// ---- checkpoints

Result<void> Ledger::insert_checkpoint(Time now) {
    ledger::Note note{ledger::format_checkpoint({origin_, tree_.size(), tree_.root(), {}}), {}};
    note.signatures.push_back(key_->sign(note.text));
    newest_note_ = ledger::format_note(note);
    // One a day is kept, and the newest: each vouches for all that came before it.
    if (signed_size_ != 0 && signed_day_ == secret_day(now)) {
        auto done = database_.run("DELETE FROM ledger_checkpoint WHERE size = " +
                                  std::to_string(signed_size_));
        if (!done) return done;
    }
    insert_checkpoint_.bind(1, tree_.size());
    insert_checkpoint_.bind(2, now.us);
    insert_checkpoint_.bind_text(3, newest_note_);
    if (auto done = insert_checkpoint_.run(); !done) return done;
    signed_size_ = tree_.size();
    signed_day_ = secret_day(now);
    signed_at_ = options_.monotonic();
    grown_at_.reset();
    return {};
}

Result<void> Ledger::sign_soon(Time now) {
    if (!grown_at_) return {};
    const bool old = !signed_at_ || options_.monotonic() - *signed_at_ >= sign_along_after;
    return old ? insert_checkpoint(now) : Result<void>{};
}

std::optional<Duration> Ledger::checkpoint_in() const {
    if (!grown_at_) return std::nullopt;
    return std::max(Duration{}, *grown_at_ + options_.checkpoint_after - options_.monotonic());
}

Result<void> Ledger::sign(Time now) {
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    if (auto done = insert_checkpoint(now); !done) return done;
    return transaction.commit();
}

void Ledger::committed(std::size_t readings) {
    waiting_ += readings;
}

// ---- keys

Result<void> Ledger::append_key(const ledger::SigningKey& next, bool agreed, Seq last, Time now) {
    ledger::KeyChange change{origin_, tree_.size(), last, next.verifier(), {}};
    if (agreed) change.before.push_back(key_->verifier());
    ledger::Note note{ledger::format_key_change(change), {}};
    note.signatures.push_back(next.sign(note.text));
    if (agreed) note.signatures.push_back(key_->sign(note.text));
    std::string text;
    ledger::append_leaf(text, ledger::KeyLeaf{now, ledger::format_note(note)});
    return append_own("key", nullptr, text);
}

Result<void> Ledger::rotate(Seq last, Time now) {
    // The new key is on disk before anything says so, and takes the old one's place once that is
    // durable: whatever happens in between, open() finds the key that the ledger names.
    const auto seed = make_ledger_seed();
    const auto next_path = options_.ledger_key + ".next";
    if (auto written = write_ledger_seed(next_path, seed); !written) return written;
    const ledger::SigningKey next(origin_, seed);
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    if (auto done = append_key(next, true, last, now); !done) return done;
    key_ = next;
    if (auto done = insert_checkpoint(now); !done) return done;
    if (auto done = transaction.commit(); !done) return done;
    return replace_ledger_seed(options_.ledger_key, next_path);
}

}  // namespace foxtail::sqlite
