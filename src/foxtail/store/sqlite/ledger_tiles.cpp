#include "foxtail/store/sqlite/ledger_tiles.hpp"

#include "foxtail/journal/leaf.hpp"

#include <algorithm>

namespace foxtail::sqlite {
namespace {

using ledger::Hash;

/// The hashes of the leaves from `from` on, which are at most 255, by number.
Result<void> read_leaves(Database& database, std::uint64_t from, std::vector<Hash>& out) {
    const auto place = [&](std::uint64_t leaf, const Hash& hash) {
        const auto at = static_cast<std::size_t>(leaf - from);
        if (at >= out.size() || out[at] != Hash{}) return false;
        out[at] = hash;
        return true;
    };
    const auto odd = [](std::uint64_t leaf) {
        return fail(Code::corrupt, "leaf " + std::to_string(leaf) + " stands where it should not");
    };
    auto own = database.prepare("SELECT leaf, body FROM ledger_leaf WHERE leaf >= ?");
    if (!own) return fail(own.error());
    own->bind(1, from);
    while (true) {
        const auto row = own->step();
        if (!row) return fail(row.error());
        if (!*row) break;
        if (!place(own->number(0), ledger::hash_leaf({own->text(1)}))) return odd(own->number(0));
    }
    auto records = database.prepare(
        "SELECT leaf, seq, time, actor, cause, kind, salt, body FROM record ORDER BY seq DESC");
    if (!records) return fail(records.error());
    std::string text;
    while (true) {
        const auto row = records->step();
        if (!row) return fail(row.error());
        if (!*row || records->is_null(0) || records->number(0) < from) break;
        text.clear();
        ledger::append_leaf(text,
                            ledger::RecordLeaf{records->number(1),
                                               {records->integer(2)},
                                               {static_cast<std::uint32_t>(records->integer(3))},
                                               records->number(4),
                                               records->text(5),
                                               ledger::commit(records->blob(6), records->text(7))});
        if (!place(records->number(0), ledger::hash_leaf({text}))) return odd(records->number(0));
    }
    const auto gone = std::find(out.begin(), out.end(), Hash{});
    if (gone != out.end())
        return fail(Code::corrupt,
                    "leaf " +
                        std::to_string(from + static_cast<std::uint64_t>(gone - out.begin())) +
                        " is missing");
    return {};
}

}  // namespace

Result<std::string> read_tile(Database& database, unsigned level, std::uint64_t index) {
    auto row = database.prepare("SELECT hashes FROM ledger_tile WHERE id = ?");
    if (!row) return fail(row.error());
    row->bind(1, tile_id(level, index));
    const auto found = row->step();
    if (!found) return fail(found.error());
    if (!*found || row->blob(0).size() != ledger::tile_width * sizeof(Hash)) {
        return fail(Code::corrupt, "tile " + std::to_string(index) + " of level " +
                                       std::to_string(level) + " is missing");
    }
    return std::string(row->blob(0));
}

Result<ledger::Tree> load_tree(Database& database) {
    const auto newest = database.number(
        "SELECT max(coalesce((SELECT max(leaf) FROM ledger_leaf), -1),"
        " coalesce((SELECT leaf FROM record ORDER BY seq DESC LIMIT 1), -1))");
    if (!newest) return fail(newest.error());
    const auto size = static_cast<std::uint64_t>(*newest + 1);
    std::vector<std::vector<Hash>> open;
    for (unsigned level = 0; size >> (ledger::tile_height * level) != 0; ++level) {
        const auto count = size >> (ledger::tile_height * level);
        auto& hashes = open.emplace_back(count & (ledger::tile_width - 1));
        const auto from = count - hashes.size();
        if (level == 0) {
            if (auto done = read_leaves(database, from, hashes); !done) return fail(done.error());
            continue;
        }
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            const auto tile = read_tile(database, level - 1, from + i);
            if (!tile) return fail(tile.error());
            std::vector<Hash> below(ledger::tile_width);
            std::copy(tile->begin(), tile->end(), reinterpret_cast<char*>(below.data()));
            hashes[i] = ledger::root_of(below);
        }
    }
    return ledger::Tree::restore(size, std::move(open));
}

}  // namespace foxtail::sqlite
