#include "foxtail/verify/audit.hpp"

#include "foxtail/verify/sample_testing.hpp"

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

using testing::key_of;
using testing::Sample;
using testing::sample_origin;

Findings audit(std::string_view text, Audit::Trust trust = {}) {
    Audit one(std::move(trust));
    while (!text.empty()) {
        const auto end = text.find('\n');
        one.line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return one.finish();
}

std::string joined(const std::vector<Sample::Line>& lines) {
    std::string out;
    for (const auto& line : lines) out += line.text;
    return out;
}

std::string told(const Findings& f) {
    std::string out;
    for (const auto& p : f.problems) out += std::to_string(p.seq) + ": " + p.what + "\n";
    return out;
}

/// Records and readings over several chunks, three keys, three checkpoints.
Sample usual() {
    Sample sample;
    sample.records(9);
    sample.readings(5);
    sample.checkpoint();
    sample.records(8);
    sample.rotate('b');
    sample.records(7);
    sample.readings(4);
    sample.checkpoint();
    sample.rotate('c');
    sample.records(5);
    sample.checkpoint();
    return sample;
}

/// The same, small enough to break it in every place.
Sample small() {
    Sample sample;
    sample.records(3);
    sample.readings(3);
    sample.rotate('b');
    sample.checkpoint();
    sample.records(3);
    sample.readings(2);
    sample.checkpoint();
    return sample;
}

TEST(Audit, an_export_that_is_whole_holds_and_says_what_it_shows) {
    const auto found = audit(usual().text());
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.leaves, 34U);
    EXPECT_EQ(found.size_signed, 34U);
    EXPECT_EQ(found.records, 29U);
    EXPECT_EQ(found.bodies, 29U);
    EXPECT_EQ(found.readings, 9U);
    EXPECT_EQ(found.readings_shown, 5U);
    EXPECT_EQ(found.checkpoints, 3U);
    EXPECT_EQ(found.keys.size(), 3U);
    EXPECT_EQ(found.complete_to, 33U);
    EXPECT_EQ(found.last, 38U);
    EXPECT_EQ(found.first_bad(), 0U);
}

TEST(Audit, an_erased_body_leaves_everything_else_provable) {
    auto lines = usual().lines();
    std::size_t at = 0;
    while (lines[at].text.find(":17}\"") == std::string::npos) ++at;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
    lines.back().text = R"({"end":{"blocks":2,"bodies":28,"checkpoints":3,"leaves":34}})"
                        "\n";
    const auto found = audit(joined(lines));
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.bodies, 28U);
}

TEST(Audit, every_flipped_byte_is_found_and_in_a_leaf_its_record_is_named) {
    const auto lines = small().lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Seq next = lines[i].seq;  // a key's leaf is about no record: the doubt begins with the next
        for (auto j = i; next == 0 && j < lines.size(); ++j) next = lines[j].seq;
        // Every byte of a leaf; of the other, longer lines every seventh.
        const std::size_t step = lines[i].leaf ? 1 : 7;
        for (std::size_t at = i % step; at + 1 < lines[i].text.size(); at += step) {
            auto flipped = lines;
            auto& byte = flipped[i].text[at];
            byte = static_cast<char>(byte ^ (1 << ((at + i) % 7)));
            if (byte == '\n') continue;  // two lines then; the next test has those
            const auto found = audit(joined(flipped));
            ASSERT_FALSE(found.good()) << "line " << i << " byte " << at << ": " << flipped[i].text;
            if (lines[i].leaf) {
                ASSERT_EQ(found.first_bad(), next) << flipped[i].text << told(found);
            }
        }
    }
}

TEST(Audit, a_line_that_is_cut_in_two_or_doubled_or_lost_is_found) {
    const auto lines = usual().lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto broken = lines;
        broken[i].text.insert(broken[i].text.size() / 2, "\n");
        EXPECT_FALSE(audit(joined(broken)).good()) << i;
        auto doubled = lines;
        doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
        EXPECT_FALSE(audit(joined(doubled)).good()) << i;
        auto lost = lines;
        lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(i));
        const auto found = audit(joined(lost));
        EXPECT_FALSE(found.good()) << i;
        if (lines[i].leaf && lines[i].seq != 0) {
            EXPECT_EQ(found.first_bad(), lines[i].seq) << told(found);
        }
    }
}

TEST(Audit, an_export_cut_anywhere_is_found) {
    const auto text = small().text();
    for (std::size_t size = 0; size + 1 < text.size(); size += 7)
        EXPECT_FALSE(audit(std::string_view(text).substr(0, size)).good()) << size;
}

/// As the checklist asks: ten thousand entries, and whatever is done to one, it is named.
TEST(Audit, in_ten_thousand_leaves_the_first_bad_one_is_named) {
    Sample sample;
    for (int i = 0; i < 100; ++i) {
        sample.records(99);
        sample.readings(7);
    }
    sample.checkpoint();
    const auto lines = sample.lines();
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].leaf && lines[i].seq > 0) leaves.push_back(i);
    ASSERT_EQ(leaves.size(), 10000U);
    ASSERT_TRUE(audit(joined(lines)).good());
    for (std::size_t n = 3; n + 1 < leaves.size(); n += 2477) {
        const auto at = leaves[n];
        const auto seq = lines[at].seq;
        auto swapped = lines;
        std::swap(swapped[at].text, swapped[leaves[n + 1]].text);
        EXPECT_EQ(audit(joined(swapped)).first_bad(), seq);
        auto lost = lines;
        lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_EQ(audit(joined(lost)).first_bad(), seq);
        auto foreign = lines;
        foreign[at].text = lines[leaves[0]].text;
        EXPECT_LE(audit(joined(foreign)).first_bad(), seq);
        EXPECT_NE(audit(joined(foreign)).first_bad(), 0U);
        auto cut = lines;
        cut.resize(at);
        EXPECT_EQ(audit(joined(cut)).first_bad(), seq);
    }
}

TEST(Audit, a_rewritten_history_fails_under_the_checkpoint_of_the_old_one) {
    // All lines are made anew and fit each other, but for the signature that only the key can make.
    Sample honest = usual();
    Sample other;
    other.records(30);
    other.checkpoint();
    auto lines = other.lines();
    lines[1].text = honest.lines()[3].text;
    EXPECT_FALSE(audit(joined(lines)).good());
}

TEST(Audit, a_given_key_must_be_one_that_signed) {
    const auto text = usual().text();
    EXPECT_TRUE(audit(text, {key_of(sample_origin(), 'a').verifier(), {}}).good());
    EXPECT_TRUE(audit(text, {key_of(sample_origin(), 'c').verifier(), {}}).good());
    EXPECT_FALSE(audit(text, {key_of(sample_origin(), 'x').verifier(), {}}).good());
}

TEST(Audit, a_lost_key_is_a_break_unless_the_new_one_is_known) {
    Sample sample;
    sample.records(3);
    sample.checkpoint();
    sample.rotate('b', false);
    sample.records(3);
    sample.checkpoint();
    EXPECT_FALSE(audit(sample.text()).good());
    EXPECT_FALSE(audit(sample.text(), {key_of(sample_origin(), 'a').verifier(), {}}).good());
    const auto known = audit(sample.text(), {sample.key().verifier(), {}});
    EXPECT_TRUE(known.good()) << told(known);
}

TEST(Audit, a_key_that_was_replaced_signs_no_more) {
    Sample sample;
    sample.records(3);
    const Sample before = sample;
    sample.rotate('b');
    sample.records(3);
    sample.checkpoint();
    ASSERT_TRUE(audit(sample.text()).good());
    // The old key signs the new tree.
    auto lines = sample.lines();
    const auto note = parse_note(format_note([&] {
        Note n{format_checkpoint({sample_origin(), 8, Hash{}, {}}), {}};
        n.signatures.push_back(before.key().sign(n.text));
        return n;
    }()));
    lines[1].text.clear();
    append_checkpoint_line(lines[1].text, format_note(*note));
    EXPECT_FALSE(audit(joined(lines)).good());
}

TEST(Audit, a_witness_is_counted) {
    const auto witness = key_of("phone.anna", 'w');
    Sample sample;
    sample.records(3);
    sample.checkpoint(&witness);
    sample.records(3);
    sample.checkpoint();
    EXPECT_EQ(audit(sample.text()).cosigned, 0U);
    const auto found = audit(sample.text(), {std::nullopt, {witness.verifier()}});
    EXPECT_TRUE(found.good()) << told(found);
    EXPECT_EQ(found.cosigned, 1U);
}

TEST(Audit, a_record_that_was_left_out_before_signing_is_missed_once_readings_are_sealed) {
    // The hub itself leaves record 4 out and signs all the same: the numbers tell.
    Sample sample;
    sample.hide_second_property(false);
    sample.records(6);
    sample.readings(4);
    sample.checkpoint();
    auto lines = sample.lines();
    Sample forged;
    std::vector<Hash> hashes;
    for (const auto& line : lines)
        if (line.leaf && line.seq != 4)
            hashes.push_back(hash_leaf({line.text.substr(0, line.text.size() - 1)}));
    Note note{format_checkpoint({sample_origin(), hashes.size(), root_of(hashes), {}}), {}};
    note.signatures.push_back(sample.key().sign(note.text));
    std::string text;
    append_header_line(text, sample_origin());
    append_checkpoint_line(text, format_note(note));
    ExportCounts counts{2, 0, 1, hashes.size()};
    for (const auto& line : lines) {
        if (line.leaf ? line.seq != 4 : line.text.starts_with("{\"block\"")) {
            auto copy = line.text;
            if (!line.leaf) copy.replace(copy.rfind("\"leaf\":7"), 8, "\"leaf\":6");
            text += copy;
        }
    }
    append_end_line(text, counts);
    const auto found = audit(text);
    EXPECT_EQ(found.problem_count, 1U) << told(found);
    EXPECT_EQ(found.size_signed, hashes.size());
    EXPECT_EQ(found.first_bad(), 1U);  // among 1 to 10 one is missing; which one nobody can tell
}

}  // namespace
}  // namespace foxtail::ledger
