#include "foxtail/store/sqlite/ledger_export.hpp"

#include "foxtail/store/sqlite/ledger_tiles.hpp"

#include <algorithm>

namespace foxtail::sqlite {
namespace {

using ledger::Hash;

// Readings are unpacked that many numbers at a time: a segment on disk spans many leaves.
constexpr Seq readings_window = 64 * 1024;
constexpr std::size_t bytes_at_once = 1024 * 1024;

}  // namespace

Result<void> LedgerExport::flush() {
    if (!stopped_ && !out_.empty()) stopped_ = !write_(out_);
    out_.clear();
    return {};
}

Result<void> LedgerExport::run() {
    auto& database = reader_.database();
    const auto tree = load_tree(database);
    if (!tree) return fail(tree.error());
    if (tree->size() == 0) return fail(Code::not_found, "this journal has no ledger yet");
    const std::pair<Statement*, const char*> all[] = {
        {&records_,
         "SELECT leaf, seq, time, actor, cause, kind, salt, body FROM record WHERE leaf IS NOT "
         "NULL ORDER BY seq"},
        {&own_, "SELECT leaf, kind, first_seq, last_seq, body FROM ledger_leaf ORDER BY leaf"},
        {&erased_,
         "SELECT property, chunk, first_seq, last_seq, hash FROM ledger_block WHERE leaf = ? "
         "ORDER BY property, chunk"},
    };
    for (const auto& [statement, sql] : all) {
        auto prepared = database.prepare(sql);
        if (!prepared) return fail(prepared.error());
        *statement = std::move(*prepared);
    }
    if (auto done = secrets_.open(database); !done) return done;
    if (auto done = head(); !done) return done;
    for (auto* one : {&records_, &own_}) {
        const auto row = one->step();
        if (!row) return fail(row.error());
        (one == &own_ ? own_is_there_ : record_is_there_) = *row;
    }
    for (std::uint64_t at = 0; at < tree->size() && !stopped_; at += ledger::tile_width) {
        const auto count = std::min<std::uint64_t>(ledger::tile_width, tree->size() - at);
        if (auto done = chunk(at, count); !done) return done;
    }
    counts_.leaves = tree->size();
    append_end_line(out_, counts_);
    return flush();
}

/// The first line, and all checkpoints.
Result<void> LedgerExport::head() {
    auto rows = reader_.database().prepare("SELECT note FROM ledger_checkpoint ORDER BY size");
    if (!rows) return fail(rows.error());
    std::string lines;
    std::string origin;
    while (true) {
        const auto row = rows->step();
        if (!row) return fail(row.error());
        if (!*row) break;
        ++counts_.checkpoints;
        origin = rows->text(0).substr(0, rows->text(0).find('\n'));
        ledger::append_checkpoint_line(lines, rows->text(0));
    }
    ledger::append_header_line(out_, origin);
    out_ += lines;
    return {};
}

Result<LedgerExport::Item> LedgerExport::record_item() {
    Item item;
    item.seq = records_.number(1);
    const auto salt = records_.blob(6);
    const auto body = records_.text(7);
    ledger::append_leaf(item.leaf,
                        ledger::RecordLeaf{item.seq,
                                           {records_.integer(2)},
                                           {static_cast<std::uint32_t>(records_.integer(3))},
                                           records_.number(4),
                                           records_.text(5),
                                           ledger::commit(salt, body)});
    ledger::append_body_line(item.after, item.seq, salt, body);
    ++counts_.bodies;
    const auto row = records_.step();
    if (!row) return fail(row.error());
    record_is_there_ = *row;
    return item;
}

Result<LedgerExport::Item> LedgerExport::own_item() {
    Item item;
    item.leaf = own_.text(4);
    if (!own_.is_null(2)) item.seq = own_.number(2);
    if (own_.text(1) == "readings") {
        const auto leaf = ledger::parse_leaf(item.leaf);
        if (leaf && std::holds_alternative<ledger::SegmentLeaf>(*leaf))
            item.segment = std::get<ledger::SegmentLeaf>(*leaf);
    }
    const auto row = own_.step();
    if (!row) return fail(row.error());
    own_is_there_ = *row;
    return item;
}

Result<LedgerExport::Item> LedgerExport::next_item(std::uint64_t leaf) {
    if (own_is_there_ && own_.number(0) == leaf) return own_item();
    if (record_is_there_ && records_.number(0) == leaf) return record_item();
    return fail(Code::corrupt, "leaf " + std::to_string(leaf) + " is missing");
}

/// The leaves from `from` on that fill one tile, or what there is of it.
Result<void> LedgerExport::chunk(std::uint64_t from, std::size_t count) {
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i) {
        auto item = next_item(from + i);
        if (!item) return fail(item.error());
        items.push_back(std::move(*item));
    }
    if (auto done = append_hashes(from, items); !done) return done;
    for (std::size_t i = 0; i < count && !stopped_; ++i) {
        out_ += items[i].leaf;
        out_ += '\n';
        out_ += items[i].after;
        if (items[i].segment) {
            if (auto done = append_blocks(from + i, *items[i].segment); !done) return done;
        }
        if (out_.size() < bytes_at_once) continue;
        if (auto done = flush(); !done) return done;
    }
    return {};
}

Result<void> LedgerExport::append_hashes(std::uint64_t from, const std::vector<Item>& items) {
    std::vector<Hash> hashes(items.size());
    std::vector<Seq> seqs;
    for (const auto& item : items) seqs.push_back(item.seq);
    if (items.size() == ledger::tile_width) {
        // As they were kept, not as they come out now: that tells which leaf was changed since.
        const auto tile = read_tile(reader_.database(), 0, from / ledger::tile_width);
        if (!tile) return fail(tile.error());
        std::copy(tile->begin(), tile->end(), reinterpret_cast<char*>(hashes.data()));
    } else {
        for (std::size_t i = 0; i < items.size(); ++i)
            hashes[i] = ledger::hash_leaf({items[i].leaf});
    }
    ledger::append_hashes_line(out_, from, hashes, seqs);
    return {};
}

Result<LedgerSecret> LedgerExport::secret(PropertyId property, std::int64_t day) {
    const auto found = secrets_.find(property, day);
    if (!found) return fail(found.error());
    if (!*found)
        return fail(Code::corrupt, "the secret of property " + std::to_string(property.index) +
                                       " and day " + std::to_string(day) + " is missing");
    return **found;
}

Result<void> LedgerExport::buffer_readings(const ledger::SegmentLeaf& leaf) {
    if (leaf.first >= readings_from_ && leaf.last < readings_before_) return {};
    readings_from_ = leaf.first;
    readings_before_ = std::max(leaf.last + 1, leaf.first + readings_window);
    auto readings = reader_.readings(readings_from_, readings_before_);
    if (!readings) return fail(readings.error());
    readings_ = std::move(*readings);
    return {};
}

Result<void> LedgerExport::append_blocks(std::uint64_t leaf, const ledger::SegmentLeaf& of) {
    if (auto done = buffer_readings(of); !done) return done;
    const auto before = [](const Entry& entry, Seq seq) { return entry.seq < seq; };
    const auto begin = std::lower_bound(readings_.begin(), readings_.end(), of.first, before);
    const auto end = std::lower_bound(begin, readings_.end(), of.last + 1, before);
    std::vector<const Entry*> readings;
    for (auto entry = begin; entry != end; ++entry) readings.push_back(&*entry);
    ErasedBlocks erased;
    erased_.bind(1, leaf);
    while (true) {
        const auto row = erased_.step();
        if (!row) return fail(row.error());
        if (!*row) break;
        const auto hash = ledger::hash_from(erased_.blob(4));
        if (!hash) return fail(Code::corrupt, "an erased block without its hash");
        erased[{static_cast<std::uint32_t>(erased_.integer(0))}].push_back(
            {static_cast<std::uint32_t>(erased_.integer(1)), erased_.number(2), erased_.number(3),
             *hash});
    }
    erased_.reset();
    std::string text;
    for (const auto& block : cutter_.cut(readings, erased)) {
        if (block.erased != nullptr) {
            ledger::append_hidden_block_line(out_, leaf, block.erased->hash);
            continue;
        }
        const auto key = secret(block.property, secret_day(of.time));
        if (!key) return fail(key.error());
        text.clear();
        append_block_text(text, block);
        ledger::append_block_line(out_, leaf, block_salt(*key, leaf, block.chunk), text);
        ++counts_.blocks;
    }
    return {};
}

}  // namespace foxtail::sqlite
