#include "foxtail/journal/attestation.hpp"
#include "foxtail/store/sqlite/ledger.hpp"
#include "foxtail/store/sqlite/ledger_tiles.hpp"

// What the ledger says to who will not take its word. Between transactions: the tree is durable.
namespace foxtail::sqlite {
namespace {

struct LeafFound {
    std::uint64_t index = 0;
    std::string text;
    std::string salt;
    std::string body;
};

/// The leaf that is about this record: its own, or that of the readings it is among.
Result<LeafFound> find_leaf(Database& database, Seq seq) {
    LeafFound out;
    auto record = database.prepare(
        "SELECT leaf, time, actor, cause, kind, salt, body FROM record WHERE seq = ? AND leaf IS "
        "NOT NULL");
    if (!record) return fail(record.error());
    record->bind(1, seq);
    const auto row = record->step();
    if (!row) return fail(row.error());
    if (*row) {
        out.index = record->number(0);
        out.salt = record->blob(5);
        out.body = record->text(6);
        ledger::append_leaf(out.text,
                            ledger::RecordLeaf{seq,
                                               {record->integer(1)},
                                               {static_cast<std::uint32_t>(record->integer(2))},
                                               record->number(3),
                                               record->text(4),
                                               ledger::commit(out.salt, out.body)});
        return out;
    }
    // An erased record's own leaf goes before that of the readings around it.
    auto own = database.prepare(
        "SELECT leaf, body FROM ledger_leaf WHERE first_seq <= ?1 AND last_seq >= ?1 ORDER BY kind "
        "= 'erased' DESC LIMIT 1");
    if (!own) return fail(own.error());
    own->bind(1, seq);
    const auto found = own->step();
    if (!found) return fail(found.error());
    if (!*found)
        return fail(Code::not_found, "record " + std::to_string(seq) + " is in no leaf yet");
    out.index = own->number(0);
    out.text = own->text(1);
    return out;
}

}  // namespace

Result<ledger::Proof> Ledger::path_of(std::uint64_t index, std::uint64_t size) {
    ledger::TiledNodes nodes(tree_, [this](unsigned level, std::uint64_t tile) {
        return read_tile(database_, level, tile);
    });
    return ledger::inclusion_proof(index, size, nodes);
}

Result<std::string> Ledger::attest(const ledger::CheckpointAsked&, Time) {
    return newest_note_;
}

Result<std::string> Ledger::attest(const ledger::KeysAsked&, Time) {
    auto rows = database_.prepare("SELECT body FROM ledger_leaf WHERE kind = 'key' ORDER BY leaf");
    if (!rows) return fail(rows.error());
    std::string out;
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) return out;
        out.append(rows->text(0)).append("\n");
    }
}

Result<std::string> Ledger::attest(const ledger::ConsistencyAsked& asked, Time) {
    const auto to = asked.to == 0 ? signed_size_ : asked.to;
    if (asked.from > to || to > signed_size_)
        return fail(Code::invalid_input,
                    "the newest checkpoint has " + std::to_string(signed_size_) + " leaves");
    ledger::TiledNodes nodes(tree_, [this](unsigned level, std::uint64_t tile) {
        return read_tile(database_, level, tile);
    });
    auto proof = ledger::consistency_proof(asked.from, to, nodes);
    if (!proof) return fail(proof.error());
    return ledger::format_consistency(
        {asked.from, std::move(*proof), to == signed_size_ ? newest_note_ : std::string()});
}

Result<std::string> Ledger::attest(const ledger::InclusionAsked& asked, Time now) {
    auto leaf = find_leaf(database_, asked.seq);
    if (!leaf) return fail(leaf.error());
    if (leaf->index >= signed_size_) {
        if (auto done = sign(now); !done) return fail(done.error());
    }
    auto path = path_of(leaf->index, signed_size_);
    if (!path) return fail(path.error());
    return ledger::format_inclusion(
        {std::move(leaf->text), leaf->index, std::move(*path), newest_note_});
}

/// Signs the tree as it stands and writes nothing: what was taken back on a full disk is certified
/// all the same.
Result<std::string> Ledger::attest(const ledger::CertificateAsked& asked, Time) {
    auto leaf = find_leaf(database_, asked.effective);
    if (!leaf) return fail(leaf.error());
    const auto parsed = ledger::parse_leaf(leaf->text);
    const auto* record = parsed ? std::get_if<ledger::RecordLeaf>(&*parsed) : nullptr;
    if (record == nullptr || leaf->body.empty())
        return fail(Code::not_found, "the record is not there to be certified");
    ledger::Certificate out;
    out.origin = origin_;
    out.key = key_->verifier();
    out.grant = asked.grant;
    out.subject = asked.subject;
    out.effective = asked.effective;
    out.delivered_last = asked.delivered_last;
    out.time = record->time;
    auto path = path_of(leaf->index, tree_.size());
    if (!path) return fail(path.error());
    out.leaf = std::move(leaf->text);
    out.salt = std::move(leaf->salt);
    out.body = std::move(leaf->body);
    out.index = leaf->index;
    out.size = tree_.size();
    out.root = tree_.root();
    out.path = std::move(*path);
    // What the house would not accept from another it does not sign.
    if (auto good = ledger::check_certificate(out); !good)
        return fail(Code::invalid_input, good.error().message);
    ledger::Note note{ledger::format_certificate(out), {}};
    note.signatures.push_back(key_->sign(note.text));
    return ledger::format_note(note);
}

/// Signs what it is told and writes nothing.
Result<std::string> Ledger::attest(const ledger::ReceiptAsked& asked, Time) {
    ledger::Receipt out{origin_,     key_->verifier(), asked.grant,
                        asked.state, asked.time,       asked.text};
    ledger::Note note{ledger::format_receipt(out), {}};
    note.signatures.push_back(key_->sign(note.text));
    std::string text = ledger::format_note(note);
    // What the house would not accept from another it does not sign.
    if (auto good = ledger::verify_receipt(text, nullptr); !good)
        return fail(Code::invalid_input, good.error().message);
    return text;
}

}  // namespace foxtail::sqlite
