#include "foxtail/base/assert.hpp"
#include "foxtail/store/sqlite/batch.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/segment.hpp"

// A disk may give back anything, and the checksum of what somebody made on purpose is right: a
// wrong one is replaced, so that the readers behind it are reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    using namespace foxtail::sqlite;
    if (size == 0) return 0;
    std::string blob(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    append_checksum(blob);
    std::vector<Entry> entries;
    if (bytes[0] % 2 == 0) {
        (void)decode_batch(blob, entries);
        return 0;
    }
    const auto segment = Segment::open(blob);
    if (!segment) return 0;
    (void)segment->entries(0, ~Seq{0}, {}, entries);
    Segment::Series series;
    for (const auto& p : segment->properties()) (void)segment->series(p.property, series);
    return 0;
}
