#include "foxtail/store/sqlite/ledger.hpp"
#include "foxtail/store/sqlite/ledger_tiles.hpp"

// How a ledger is taken up when the file is opened, and begun where there is none.
namespace foxtail::sqlite {

Result<void> Ledger::prepare() {
    const std::pair<Statement*, const char*> all[] = {
        {&insert_leaf_,
         "INSERT INTO ledger_leaf(leaf, kind, first_seq, last_seq, day, body) VALUES "
         "(?,?,?,?,?,?)"},
        {&insert_tile_, "INSERT INTO ledger_tile(id, hashes) VALUES (?,?)"},
        {&insert_checkpoint_,
         "INSERT OR REPLACE INTO ledger_checkpoint(size, made, note) VALUES (?,?,?)"},
    };
    for (const auto& [statement, sql] : all) {
        auto prepared = database_.prepare(sql);
        if (!prepared) return fail(prepared.error());
        *statement = std::move(*prepared);
    }
    return secrets_.open(database_);
}

Result<void> Ledger::open(Seq last, Time now) {
    if (auto done = prepare(); !done) return done;
    auto tree = load_tree(database_);
    if (!tree) return fail(tree.error());
    tree_ = std::move(*tree);
    signed_size_ = 0;
    signed_at_.reset();
    grown_at_.reset();
    if (auto done = load_key(last, now); !done) return done;
    if (auto done = load_covered(); !done) return done;
    auto newest = database_.prepare(
        "SELECT size, made, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1");
    if (!newest) return fail(newest.error());
    const auto row = newest->step();
    if (!row) return fail(row.error());
    if (*row) {
        signed_size_ = newest->number(0);
        signed_day_ = secret_day({newest->integer(1)});
        newest_note_ = newest->text(2);
    }
    if (signed_size_ > tree_.size())
        return fail(Code::corrupt, "a checkpoint of " + std::to_string(signed_size_) +
                                       " leaves, of which " + std::to_string(tree_.size()) +
                                       " are here");
    if (signed_size_ < tree_.size()) grown_at_ = options_.monotonic();
    return {};
}

Result<void> Ledger::load_covered() {
    const auto to = database_.number(
        "SELECT coalesce((SELECT max(last_seq) FROM ledger_leaf WHERE kind = 'readings'), -1)");
    if (!to) return fail(to.error());
    if (*to >= 0) covered_ = static_cast<Seq>(*to);
    waiting_ = 0;
    for (const auto& batch : shared_.tail.batches()) {
        if (batch.back().seq <= covered_) continue;
        for (const auto& entry : batch)
            if (entry.seq > covered_) ++waiting_;
    }
    return {};
}

/// The keys that the ledger names, and the one that signs now.
Result<void> Ledger::load_key(Seq last, Time now) {
    auto rows = database_.prepare("SELECT body FROM ledger_leaf WHERE kind = 'key' ORDER BY leaf");
    if (!rows) return fail(rows.error());
    std::optional<ledger::VerifierKey> named;
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto leaf = ledger::parse_leaf(rows->text(0));
        const auto* key = leaf ? std::get_if<ledger::KeyLeaf>(&*leaf) : nullptr;
        const auto note = key != nullptr ? ledger::parse_note(key->note)
                                         : Result<ledger::Note>(fail(Code::corrupt, "no key"));
        auto change = note ? ledger::parse_key_change(note->text)
                           : Result<ledger::KeyChange>(fail(Code::corrupt, "no key"));
        if (!change) return fail(Code::corrupt, "a key's leaf is damaged");
        if (!named) {
            origin_ = change->origin;
            covered_ = change->from;
        }
        named = std::move(change->key);
    }
    for (const auto& path : {options_.ledger_key, options_.ledger_key + ".next"}) {
        const auto seed = read_ledger_seed(path);
        if (!seed) return fail(seed.error());
        if (!*seed || !named) continue;
        ledger::SigningKey key(origin_, **seed);
        if (key.verifier() != *named) continue;
        key_ = std::move(key);
        if (path == options_.ledger_key) return {};
        return replace_ledger_seed(options_.ledger_key, path);
    }
    return take_key(last, now);
}

/// A new ledger's first key; or one in the place of a key that is lost, as after a restore, of
/// which only who knows it can say that it is right.
Result<void> Ledger::take_key(Seq last, Time now) {
    const bool first = tree_.size() == 0;
    // A key that is here is never thrown away: it may sign for another copy of this journal.
    const auto here = read_ledger_seed(options_.ledger_key);
    if (!here) return fail(here.error());
    const auto seed = *here ? **here : make_ledger_seed();
    if (first) {
        const ledger::SigningKey unnamed("foxtail", seed);
        origin_ = ledger::origin_of(unnamed.verifier().key);
        covered_ = last;
    }
    if (!*here) {
        if (auto written = write_ledger_seed(options_.ledger_key, seed); !written) return written;
    }
    key_ = ledger::SigningKey(origin_, seed);
    Transaction transaction(database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    if (auto done = append_key(*key_, false, last, now); !done) return done;
    if (auto done = insert_checkpoint(now); !done) return done;
    return transaction.commit();
}

}  // namespace foxtail::sqlite
