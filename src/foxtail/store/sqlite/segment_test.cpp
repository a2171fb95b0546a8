#include "foxtail/store/sqlite/segment.hpp"

#include "foxtail/json/record_testing.hpp"
#include "foxtail/store/sqlite/batch.hpp"
#include "foxtail/store/sqlite/blob.hpp"
#include "foxtail/store/sqlite/column.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace foxtail::sqlite {
namespace {

using foxtail::testing::RandomBodies;

constexpr std::uint64_t segment_seed = 20261123;

bool same(const Entry& a, const Entry& b) {
    return a.seq == b.seq && a.time == b.time && a.cause == b.cause && a.actor == b.actor &&
           foxtail::testing::SameBody{}(a.reading, b.reading);
}

/// Readings as a household might say them, and worse: messages of several properties, jumps of the
/// clock, numbers left out for others, sources that know better.
std::vector<Entry> some_entries(RandomBodies& random, std::size_t n, std::uint32_t properties,
                                bool decent) {
    std::vector<Entry> out;
    Seq seq = 1 + random.below(1'000'000);
    Time time{1'800'000'000'000'000};
    while (out.size() < n) {
        time.us += static_cast<std::int64_t>(random.below(60'000)) * 1000;
        if (!decent && random.chance(2))
            time.us -= static_cast<std::int64_t>(random.below(400)) * 86'400'000'000;
        const SubjectId actor{random.chance(95) ? 1U : 2U};
        const Seq cause = random.chance(90) ? 0 : random.below(2 * seq);
        const Time source =
            random.chance(70) ? Time{}
                              : time - Duration{static_cast<std::int64_t>(random.below(3'000'000))};
        const auto together = 1 + random.below(4);
        for (std::uint64_t i = 0; i < together; ++i) {
            const PropertyId property{static_cast<std::uint32_t>(random.below(properties))};
            auto value =
                decent ? Value{20 + static_cast<double>(random.below(100)) / 10} : random.value();
            out.push_back({seq++,
                           time,
                           cause,
                           actor,
                           {property, random.chance(95) ? Quality::good : Quality::estimated,
                            source, std::move(value)}});
        }
        seq += random.below(20);
    }
    return out;
}

std::vector<const Entry*> pointers(const std::vector<Entry>& entries) {
    std::vector<const Entry*> out;
    for (const auto& e : entries) out.push_back(&e);
    return out;
}

TEST(Segments, show_what_was_told_late_where_it_was_true) {
    const Time noon{1'800'000'000'000'000};
    std::vector<Entry> entries;
    for (Seq i = 0; i < 600; ++i) {
        const Time came = noon + seconds(static_cast<std::int64_t>(i));
        const Time was = i == 300 ? came - hours(1) : i % 2 == 0 ? came - seconds(59) : Time{};
        entries.push_back({i + 1, came, 0, {1}, {{0}, Quality::good, was, static_cast<double>(i)}});
    }
    SegmentHead head;
    const auto body = encode_segment(pointers(entries), head);
    EXPECT_EQ(head.oldest.us, (noon + seconds(300) - hours(1)).us) << "or no question finds it";
    EXPECT_EQ(head.newest.us, (noon + seconds(599)).us);
    const auto segment = Segment::open(body);
    ASSERT_TRUE(segment);
    EXPECT_FALSE(segment->properties().front().numeric);
    Segment::Series series;
    ASSERT_TRUE(segment->series({0}, series));
    ASSERT_EQ(series.time_ms.size(), 600U);
    for (std::int64_t i = 0; i < 600; ++i) {
        const auto moved = i == 300 ? hours(1).us : 0;
        EXPECT_EQ(series.time_ms[static_cast<std::size_t>(i)] * 1000,
                  (noon + seconds(i)).us - moved)
            << i;
    }
    std::vector<Entry> back;
    ASSERT_TRUE(segment->entries(0, 1000, std::nullopt, back));
    EXPECT_TRUE(same(back.at(300), entries.at(300))) << "the journal says when it came";
}

TEST(Crc32c, is_the_published_one) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(""), 0U);
}

TEST(Integers, come_back_whatever_they_are) {
    RandomBodies random(segment_seed);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::int64_t> values(random.below(round % 10 == 0 ? 3000 : 40));
        const auto kind = random.below(6);
        std::int64_t walk = 0;
        for (auto& v : values) {
            const auto wide = static_cast<std::int64_t>(random.below(~std::uint64_t{0}));
            walk += static_cast<std::int64_t>(random.below(7)) - 3;
            v = kind == 0   ? wide
                : kind == 1 ? walk
                : kind == 2 ? 7
                : kind == 3 ? 1000 * walk
                : kind == 4 ? (random.chance(50) ? std::numeric_limits<std::int64_t>::min()
                                                 : std::numeric_limits<std::int64_t>::max())
                            : (walk += 30'000) * 30;
        }
        std::string bytes;
        append_integers(bytes, values);
        std::vector<std::int64_t> back(values.size());
        ByteReader in(bytes);
        ASSERT_TRUE(read_integers(in, back)) << "seed " << segment_seed << " round " << round;
        ASSERT_TRUE(in.at_end());
        ASSERT_EQ(back, values) << "seed " << segment_seed << " round " << round;
    }
}

TEST(Doubles, come_back_to_the_bit) {
    RandomBodies random(segment_seed);
    for (int round = 0; round < 1000; ++round) {
        std::vector<double> values(1 + random.below(500));
        const auto kind = random.below(5);
        for (auto& v : values) {
            const auto whole = static_cast<double>(random.below(100'000)) - 50'000;
            v = kind == 0                        ? whole / 100
                : kind == 1                      ? whole * 0.1
                : kind == 2 && random.chance(97) ? whole / 10
                : kind == 2                      ? -0.0
                : kind == 3                      ? std::sin(whole)
                            : std::ldexp(whole, static_cast<int>(random.below(600)) - 300);
        }
        std::string bytes;
        append_doubles(bytes, values);
        std::vector<double> back(values.size());
        ByteReader in(bytes);
        ASSERT_TRUE(read_doubles(in, back));
        ASSERT_TRUE(in.at_end());
        for (std::size_t i = 0; i < values.size(); ++i) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(back[i]),
                      std::bit_cast<std::uint64_t>(values[i]))
                << "seed " << segment_seed << " round " << round << " value " << values[i];
        }
    }
}

TEST(Doubles, of_one_decimal_that_wander_cost_a_byte) {
    RandomBodies random(segment_seed);
    std::vector<double> values;
    std::int64_t tenths = 215;
    for (int i = 0; i < 4096; ++i) {
        tenths += static_cast<std::int64_t>(random.below(5)) - 2;
        values.push_back(static_cast<double>(tenths) / 10);
    }
    std::string bytes;
    append_doubles(bytes, values);
    EXPECT_LT(bytes.size(), values.size() / 2);
}

TEST(Segment, gives_random_readings_back_exactly) {
    RandomBodies random(segment_seed);
    for (int round = 0; round < 300; ++round) {
        const auto entries =
            some_entries(random, 1 + random.below(400),
                         1 + static_cast<std::uint32_t>(random.below(6)), round % 2 == 0);
        SegmentHead head;
        const auto blob = encode_segment(pointers(entries), head);
        const auto segment = Segment::open(blob);
        ASSERT_TRUE(segment) << segment.error().message;
        std::vector<Entry> back;
        ASSERT_TRUE(segment->entries(0, ~Seq{0}, {}, back));
        ASSERT_EQ(back.size(), entries.size());
        for (std::size_t i = 0; i < back.size(); ++i) {
            ASSERT_TRUE(same(back[i], entries[i]))
                << "seed " << segment_seed << " round " << round << " reading " << i;
        }
        EXPECT_EQ(head.readings, entries.size());
        EXPECT_EQ(head.first_seq, entries.front().seq);
        EXPECT_EQ(head.last_seq, entries.back().seq);
    }
}

TEST(Segment, gives_one_property_and_a_range_of_numbers) {
    RandomBodies random(segment_seed);
    const auto entries = some_entries(random, 300, 4, false);
    SegmentHead head;
    const auto blob = encode_segment(pointers(entries), head);
    const auto from = entries[100].seq;
    const auto before = entries[200].seq;
    std::vector<Entry> back;
    ASSERT_TRUE(Segment::open(blob)->entries(from, before, PropertyId{2}, back));
    std::vector<Entry> expected;
    for (const auto& e : entries) {
        if (e.seq >= from && e.seq < before && e.reading.property.index == 2) expected.push_back(e);
    }
    ASSERT_EQ(back.size(), expected.size());
    for (std::size_t i = 0; i < back.size(); ++i) EXPECT_TRUE(same(back[i], expected[i]));
}

TEST(Segment, gives_the_series_of_a_property) {
    RandomBodies random(segment_seed);
    for (const bool decent : {true, false}) {
        const auto entries = some_entries(random, 2000, 4, decent);
        SegmentHead head;
        const auto blob = encode_segment(pointers(entries), head);
        Segment::Series series;
        ASSERT_TRUE(Segment::open(blob)->series({1}, series));
        std::size_t i = 0;
        EXPECT_EQ(series.is_numbers, decent);
        for (const auto& e : entries) {
            if (e.reading.property.index != 1) continue;
            ASSERT_LT(i, series.time_ms.size());
            EXPECT_EQ(series.time_ms[i], e.time.us / 1000);
            if (decent) {
                EXPECT_EQ(static_cast<double>(series.numbers.whole[i]) / series.numbers.divisor,
                          std::get<double>(e.reading.value));
            } else {
                EXPECT_TRUE(foxtail::testing::same_bits(series.values[i], e.reading.value));
            }
            ++i;
        }
        EXPECT_EQ(i, series.time_ms.size());
        EXPECT_TRUE(Segment::open(blob)->series({77}, series));
        EXPECT_TRUE(series.time_ms.empty());
    }
}

TEST(Segment, notices_every_flipped_bit) {
    RandomBodies random(segment_seed);
    const auto entries = some_entries(random, 60, 3, false);
    SegmentHead head;
    auto blob = encode_segment(pointers(entries), head);
    for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
        blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
        const auto opened = Segment::open(blob);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Code::corrupt);
        blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
    }
    EXPECT_TRUE(Segment::open(blob));
}

TEST(Batch, gives_random_readings_back_exactly) {
    RandomBodies random(segment_seed);
    for (int round = 0; round < 300; ++round) {
        const auto entries = some_entries(random, 1 + random.below(200), 50, round % 2 == 0);
        std::vector<Entry> back;
        const auto read = decode_batch(encode_batch(entries), back);
        ASSERT_TRUE(read) << read.error().message;
        ASSERT_EQ(back.size(), entries.size());
        for (std::size_t i = 0; i < back.size(); ++i) {
            ASSERT_TRUE(same(back[i], entries[i]))
                << "seed " << segment_seed << " round " << round << " reading " << i;
        }
    }
}

// Found by the fuzzer: nothing but a right checksum.
TEST(Batch, and_segment_refuse_a_blob_with_nothing_in_it) {
    std::string blob;
    append_checksum(blob);
    std::vector<Entry> back;
    const auto read = decode_batch(blob, back);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::corrupt);
    EXPECT_FALSE(Segment::open(blob));
}

TEST(Batch, notices_damage) {
    RandomBodies random(segment_seed);
    auto blob = encode_batch(some_entries(random, 20, 5, true));
    blob[blob.size() / 2] = static_cast<char>(blob[blob.size() / 2] ^ 1);
    std::vector<Entry> back;
    const auto read = decode_batch(blob, back);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::corrupt);
}

}  // namespace
}  // namespace foxtail::sqlite
