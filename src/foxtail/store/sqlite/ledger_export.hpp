#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/export.hpp"
#include "foxtail/store/sqlite/ledger_blocks.hpp"
#include "foxtail/store/sqlite/ledger_secrets.hpp"
#include "foxtail/store/sqlite/reader.hpp"

#include <functional>
#include <string_view>

namespace foxtail::sqlite {

/// Writes the ledger of a file line by line, as docs/ledger-format.md has it: all leaves, all
/// bodies and readings that are left. `write` gets whole lines with their ends, and gives false to
/// stop.
class LedgerExport {
public:
    using Write = std::function<bool(std::string_view lines)>;
    LedgerExport(Reader& reader, Write write) : reader_(reader), write_(std::move(write)) {}

    /// Error: corrupt when something cannot be put together; what is only other than it was is
    /// written as it is, for the verifier to find.
    [[nodiscard]] Result<void> run();

private:
    struct Item {
        std::string leaf;
        std::string after;  // its body, as a line
        Seq seq = 0;
        std::optional<ledger::SegmentLeaf> segment;
    };
    [[nodiscard]] Result<void> head();
    [[nodiscard]] Result<void> chunk(std::uint64_t from, std::size_t count);
    [[nodiscard]] Result<Item> next_item(std::uint64_t leaf);
    [[nodiscard]] Result<Item> own_item();
    [[nodiscard]] Result<Item> record_item();
    [[nodiscard]] Result<void> append_hashes(std::uint64_t from, const std::vector<Item>& items);
    [[nodiscard]] Result<void> append_blocks(std::uint64_t leaf, const ledger::SegmentLeaf& of);
    [[nodiscard]] Result<void> buffer_readings(const ledger::SegmentLeaf& leaf);
    [[nodiscard]] Result<LedgerSecret> secret(PropertyId property, std::int64_t day);
    [[nodiscard]] Result<void> flush();

    Reader& reader_;
    Write write_;
    Statement records_;
    Statement own_;
    LedgerSecrets secrets_;
    Statement erased_;
    bool record_is_there_ = false;
    bool own_is_there_ = false;
    bool stopped_ = false;
    std::string out_;
    ledger::ExportCounts counts_;
    std::vector<Entry> readings_;
    Seq readings_from_ = 1;
    Seq readings_before_ = 0;
    BlockCutter cutter_;
};

}  // namespace foxtail::sqlite
