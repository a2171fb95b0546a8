#include "foxtail/store/sqlite/ledger_erase.hpp"
#include "foxtail/store/sqlite/writer.hpp"

// What the writer does between commits.
namespace foxtail::sqlite {
namespace {

constexpr int log_pages_max = 1024;  // 4 MiB: then the log goes into the file
constexpr int log_pages_urgent = 8 * log_pages_max;
constexpr std::int64_t free_pages_kept = 1024;  // for the next batches
constexpr std::int64_t vacuum_pages_per_step = 128;
constexpr std::size_t rounds_behind_max = 2;

}  // namespace

bool Writer::behind() const {
    return database_.is_open() &&
           (shared_.tail.size() > rounds_behind_max * options_.seal_readings ||
            log_pages_ > log_pages_urgent);
}

bool Writer::sealing_is_due() const {
    const auto& batches = shared_.tail.batches();
    if (batches.empty()) return false;
    if (shared_.tail.size() >= options_.seal_readings) return true;
    const auto age = newest_ - batches.front().front().time;
    return age >= options_.seal_age ||
           age < Duration{} - options_.seal_age;  // the clock was set back
}

Result<bool> Writer::maintain() {
    if (!database_.is_open())
        return false;  // the next commit tries again, when the caller thinks fit
    return checked(maintain_step());
}

Result<bool> Writer::maintain_step() {
    const auto stepped = [](Result<void> done) -> Result<bool> {
        if (!done) return fail(done.error());
        return true;
    };
    if (log_pages_ > log_pages_max) {
        log_pages_ = 0;
        return stepped(database_.checkpoint(false));
    }
    if (const auto left = ledger_.checkpoint_in(); left && left->us <= 0)
        return stepped(ledger_.sign(newest_));
    if (sealer_.running()) return stepped(sealer_.step());
    if (ledger_.sealing_is_due(newest_)) return stepped(ledger_.seal(last_, newest_));
    if (sealing_is_due()) {
        // What goes into segments is in the ledger: retention may take it from there.
        if (auto done = seal_in_ledger(); !done) return fail(done.error());
        sealer_.start();
        looked_at_free_pages_ = false;
        return true;
    }
    if (may_forget()) return stepped(forget_step());
    if (sweeper_.running()) {
        ledger_.secrets_have_changed();
        return stepped(sweeper_.step());
    }
    if (options_.monotonic() >= retention_resumes_) {
        if (auto looked = sweeper_.look(newest_); !looked) return fail(looked.error());
        if (sweeper_.running()) {
            looked_at_free_pages_ = false;
            return true;
        }
    }
    if (looked_at_free_pages_) return false;
    auto more = vacuum(false);
    if (more && !*more && options_.rested) options_.rested();
    return more;
}

/// Until a snapshot is kept that does not know it any more, a restart needs what it was made of.
bool Writer::may_forget() const {
    return forgetter_.waiting() && snapshot_ >= forgetter_.seq();
}

Result<void> Writer::forget_step() {
    const auto& batches = shared_.tail.batches();
    if (!batches.empty() && batches.front().front().seq < forgetter_.seq()) {
        if (auto done = seal_in_ledger(); !done) return done;
        sealer_.start();
        return {};
    }
    ledger_.secrets_have_changed();
    return forgetter_.step();
}

Result<void> Writer::forget_now() {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    while (may_forget()) {
        auto done = checked(sealer_.running() ? sealer_.step() : forget_step());
        if (!done) return done;
    }
    return {};
}

Result<void> Writer::seal_in_ledger() {
    while (ledger_.readings_wait()) {
        if (auto done = ledger_.seal(last_, newest_); !done) return done;
    }
    return {};
}

std::optional<Duration> Writer::checkpoint_in() const {
    return database_.is_open() ? ledger_.checkpoint_in() : std::nullopt;
}

Result<void> Writer::erase_records(std::span<const Seq> seqs) {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    const auto all = [&]() -> Result<void> {
        if (auto done = database_.run("PRAGMA secure_delete = ON"); !done) return done;
        std::uint64_t erased = 0;
        {
            Transaction transaction(database_);
            if (auto begun = transaction.begin(); !begun) return begun;
            for (const auto seq : seqs) {
                const auto found = erase_record(database_, seq);
                if (!found) return fail(found.error());
                if (*found) ++erased;
            }
            if (auto done = transaction.commit(); !done) return done;
        }
        shared_.records -= erased;
        if (auto done = database_.run("PRAGMA secure_delete = FAST"); !done) return done;
        return database_.checkpoint(true);  // what it said stands in the log, too
    };
    return checked(all());
}

Result<std::string> Writer::attest(const ledger::Attestation& asked) {
    if (auto is_ready = ready(); !is_ready) return fail(is_ready.error());
    auto said = std::visit([this](const auto& one) { return ledger_.attest(one, newest_); }, asked);
    // A question that has no answer says nothing about the connection.
    if (!said && (said.error().code == Code::not_found || said.error().code == Code::invalid_input))
        return said;
    return checked(std::move(said));
}

Result<void> Writer::rotate_ledger_key() {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    return checked(ledger_.rotate(last_, newest_));
}

/// Gives free pages at the end of the file back when they are many. One step.
Result<bool> Writer::vacuum(bool everything) {
    const auto free = database_.number("PRAGMA freelist_count");
    if (!free) return fail(free.error());
    const auto all = database_.number("PRAGMA page_count");
    if (!all) return fail(all.error());
    const bool many = *free > free_pages_kept && *free > *all / 4;
    if (*free == 0 || (!everything && !many)) {
        looked_at_free_pages_ = true;
        return false;
    }
    auto done =
        database_.run("PRAGMA incremental_vacuum(" + std::to_string(vacuum_pages_per_step) + ")");
    if (!done) return fail(done.error());
    return true;
}

Result<void> Writer::seal_now() {
    if (auto is_ready = ready(); !is_ready) return is_ready;
    const auto all = [&]() -> Result<void> {
        if (auto done = seal_in_ledger(); !done) return done;
        if (ledger_.checkpoint_in()) {
            if (auto done = ledger_.sign(newest_); !done) return done;
        }
        // A round that is under way, then one for what it did not take.
        for (int round = 0; round < 2; ++round) {
            sealer_.start();
            while (sealer_.running()) {
                if (auto done = sealer_.step(); !done) return done;
            }
        }
        while (true) {
            const auto more = vacuum(true);
            if (!more) return fail(more.error());
            if (!*more) break;
        }
        return database_.checkpoint(true);
    };
    return checked(all());
}

void Writer::close() {
    if (!database_.is_open()) return;
    if (auto forgot = forget_now(); !forgot) return;
    if (auto sealed = seal_now(); !sealed) return;  // everything acknowledged is in the log
    forget_connection();
}

}  // namespace foxtail::sqlite
