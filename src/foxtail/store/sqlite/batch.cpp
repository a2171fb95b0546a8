#include "foxtail/store/sqlite/batch.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/bytes.hpp"
#include "foxtail/store/sqlite/blob.hpp"

namespace foxtail::sqlite {
namespace {

constexpr std::uint8_t format_plain = 1;
constexpr std::uint8_t format_zstd = 2;
// Compressing costs 3 ns a byte and saves writing two thirds of them; a few readings are not worth
// a frame.
constexpr std::size_t packed_bytes_min = 512;
constexpr int batch_level = 1;

// What differs from the entry before, as bits of the entry's first byte.
enum Differs : std::uint8_t {
    by_number = 1,  // not the next number
    by_time = 2,
    by_actor = 4,
    by_cause = 8,
    by_quality = 16,
    by_source =
        32,  // another distance between the source's time and ours; none = source time unknown
    source_known = 64,
};

void write(ByteWriter& to, const Entry& e, const Entry& before) {
    const auto ahead = [](const Entry& x) { return x.reading.source_time - x.time; };
    const bool known = e.reading.source_time.known();
    const bool source_differs =
        known && (!before.reading.source_time.known() || ahead(e) != ahead(before));
    std::uint8_t bits = 0;
    const auto set = [&](bool differs, std::uint8_t bit) {
        if (differs) bits = static_cast<std::uint8_t>(bits | bit);
    };
    set(e.seq != before.seq + 1, by_number);
    set(e.time != before.time, by_time);
    set(e.actor != before.actor, by_actor);
    set(e.cause != before.cause, by_cause);
    set(e.reading.quality != before.reading.quality, by_quality);
    set(source_differs, by_source);
    set(known, source_known);
    to.u8(bits);
    if ((bits & by_number) != 0) to.u64(e.seq - before.seq);
    if ((bits & by_time) != 0) to.i64((e.time.us - before.time.us) / 1000);
    if ((bits & by_actor) != 0) to.u64(e.actor.index);
    if ((bits & by_cause) != 0) to.u64(e.cause);
    if ((bits & by_quality) != 0) to.u8(static_cast<std::uint8_t>(e.reading.quality));
    if ((bits & by_source) != 0) to.i64(ahead(e).us);
    to.u64(e.reading.property.index);
    foxtail::write(to, e.reading.value);
}

Entry read(ByteReader& in, const Entry& before) {
    const auto bits = in.u8();
    Entry e = {before.seq + 1, before.time, before.cause, before.actor, {}};
    if ((bits & by_number) != 0) e.seq = before.seq + in.u64();
    if ((bits & by_time) != 0) e.time.us = add(e.time.us, us_of_ms(in.i64()));
    if ((bits & by_actor) != 0) e.actor.index = static_cast<std::uint32_t>(in.u64());
    if ((bits & by_cause) != 0) e.cause = in.u64();
    e.reading.quality =
        (bits & by_quality) != 0 ? static_cast<Quality>(in.u8()) : before.reading.quality;
    if ((bits & source_known) != 0) {
        const auto ahead = (bits & by_source) != 0
                               ? in.i64()
                               : less(before.reading.source_time.us, before.time.us);
        e.reading.source_time.us = add(e.time.us, ahead);
    }
    e.reading.property.index = static_cast<std::uint32_t>(in.u64());
    e.reading.value = read_value(in);
    return e;
}

}  // namespace

std::string encode_batch(std::span<const Entry> entries) {
    std::string raw;
    raw.reserve(entries.size() * 20);
    ByteWriter to(raw);
    to.u64(entries.size());
    const Entry zero;
    const Entry* before = &zero;
    for (const auto& e : entries) {
        write(to, e, *before);
        before = &e;
    }
    std::string blob;
    ByteWriter head(blob);
    if (raw.size() < packed_bytes_min) {
        head.u8(format_plain);
        blob += raw;
    } else {
        head.u8(format_zstd);
        head.u64(raw.size());
        append_zstd(blob, raw, batch_level);
    }
    append_checksum(blob);
    return blob;
}

Result<void> decode_batch(std::string_view blob, std::vector<Entry>& out) {
    const auto body = without_checksum(blob, "batch of readings");
    if (!body) return fail(body.error());
    ByteReader head(*body);
    const auto format = head.u8();
    std::string inflated;
    std::string_view raw;
    if (format == format_zstd) {
        const auto size = head.u64();
        if (!head.ok() || !read_zstd(head.bytes(head.left()), size, inflated)) {
            return fail(Code::corrupt, "batch of readings that does not unpack");
        }
        raw = inflated;
    } else if (head.ok() && format == format_plain) {
        raw = head.bytes(head.left());
    } else {
        return fail(Code::corrupt, "batch of readings of format " + std::to_string(format));
    }
    ByteReader in(raw);
    const auto n = in.count(3);
    out.reserve(out.size() + n);
    Entry before;
    for (std::size_t i = 0; i < n; ++i) {
        out.push_back(read(in, before));
        const auto& e = out.back();
        before = {e.seq,
                  e.time,
                  e.cause,
                  e.actor,
                  {e.reading.property, e.reading.quality, e.reading.source_time, {}}};
    }
    if (!in.ok() || !in.at_end())
        return fail(Code::corrupt, "batch of readings that does not end where it should");
    return {};
}

}  // namespace foxtail::sqlite
