#pragma once

#include "foxtail/journal/export.hpp"
#include "foxtail/journal/note.hpp"

#include <random>
#include <string>
#include <vector>

namespace foxtail::ledger::testing {

inline SigningKey key_of(const std::string& origin, char c) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(c));
    return {origin, seed};
}

inline const std::string& sample_origin() {
    static const std::string origin = origin_of(key_of("x", 'a').verifier().key);
    return origin;
}

/// A ledger made by hand, and its export, line by line. What it says is the same every time.
class Sample {
public:
    struct Line {
        std::string text;  // with its end
        Seq seq = 0;       // of a leaf: the record it is about; else 0
        bool leaf = false;
    };

    Sample() : key_(key_of(sample_origin(), 'a')) {
        key_leaf({sample_origin(), 0, 0, key_.verifier(), {}}, {&key_});
    }

    /// `readings` fewer than 10 stay; the rest is records of commands, every one with a body.
    void records(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            const auto salt = random(salt_bytes);
            const auto body = "{\"address\":\"lamp/on\",\"value\":" + std::to_string(seq_) + "}";
            ++seq_;
            const RecordLeaf leaf{seq_,      {1763772063000000 + static_cast<std::int64_t>(seq_)},
                                  {3},       seq_ % 3 == 0 ? seq_ - 1 : 0,
                                  "command", commit(salt, body)};
            std::string text;
            append_leaf(text, leaf);
            add(text, seq_);
            std::string line;
            append_body_line(line, seq_, salt, body);
            after_.back().push_back(line);
            ++counts_.bodies;
        }
    }
    /// One segment: `n` readings after the last record, of two properties, the second one's hidden.
    void readings(std::size_t n) {
        SegmentLeaf leaf{covered_ + 1, seq_ + n, n, 0, {1763772063000000}, {}};
        std::vector<std::string> lines;
        Tree tree;
        for (std::uint32_t property = 0; property < 2; ++property) {
            std::string text;
            BlockText block(text, {property});
            bool first = true;
            for (std::size_t i = property; i < n; i += 2, first = false)
                block.add(seq_ + i + 1, {1763772063000000}, {5}, 0,
                          {{property}, Quality::good, {}, 20.5 + static_cast<double>(i)});
            block.end();
            if (first) continue;
            const auto salt = random(salt_bytes);
            tree.append(block_leaf(salt, text), {});
            lines.emplace_back();
            if (property == 1 && hide_) {
                append_hidden_block_line(lines.back(), leaves_.size(), block_leaf(salt, text));
            } else {
                append_block_line(lines.back(), leaves_.size(), salt, text);
                ++counts_.blocks;
            }
            ++leaf.blocks;
        }
        leaf.root = tree.root();
        seq_ += n;
        covered_ = seq_;
        std::string text;
        append_leaf(text, leaf);
        add(text, leaf.first);
        after_.back() = lines;
    }
    void hide_second_property(bool hide) { hide_ = hide; }
    /// From here on another key signs; `agreed`: the one before signs for it.
    void rotate(char c, bool agreed = true) {
        auto next = key_of(sample_origin(), c);
        KeyChange change{sample_origin(), leaves_.size(), seq_, next.verifier(), {}};
        std::vector<const SigningKey*> signers = {&next};
        if (agreed) {
            change.before = {key_.verifier()};
            signers.push_back(&key_);
        }
        key_leaf(change, signers);
        key_ = next;
    }
    void checkpoint(const SigningKey* witness = nullptr) {
        Note note{format_checkpoint({sample_origin(), leaves_.size(), root_of(leaves_), {}}), {}};
        note.signatures.push_back(key_.sign(note.text));
        if (witness != nullptr) note.signatures.push_back(witness->sign(note.text));
        std::string line;
        append_checkpoint_line(line, format_note(note));
        checkpoints_.push_back(line);
        ++counts_.checkpoints;
    }

    [[nodiscard]] std::vector<Line> lines() const {
        std::vector<Line> out(1);
        append_header_line(out.back().text, sample_origin());
        for (const auto& line : checkpoints_) out.push_back({line, 0, false});
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            if (i % chunk == 0) {
                const auto n = std::min(chunk, leaves_.size() - i);
                out.emplace_back();
                append_hashes_line(out.back().text, i, std::span(leaves_).subspan(i, n),
                                   std::span(seqs_).subspan(i, n));
            }
            out.push_back({texts_[i] + "\n", seqs_[i], true});
            for (const auto& line : after_[i]) out.push_back({line, 0, false});
        }
        out.emplace_back();
        auto counts = counts_;
        counts.leaves = leaves_.size();
        append_end_line(out.back().text, counts);
        return out;
    }
    [[nodiscard]] std::string text() const {
        std::string out;
        for (const auto& line : lines()) out += line.text;
        return out;
    }
    [[nodiscard]] const SigningKey& key() const { return key_; }
    [[nodiscard]] Seq last() const { return seq_; }

    static constexpr std::size_t chunk = 16;

private:
    std::string random(std::size_t n) {
        std::string out;
        for (std::size_t i = 0; i < n; ++i) out += static_cast<char>(chance_() & 0xFF);
        return out;
    }
    void add(const std::string& text, Seq seq) {
        leaves_.push_back(hash_leaf({text}));
        texts_.push_back(text);
        seqs_.push_back(seq);
        after_.emplace_back();
    }
    void key_leaf(const KeyChange& change, const std::vector<const SigningKey*>& signers) {
        Note note{format_key_change(change), {}};
        for (const auto* signer : signers) note.signatures.push_back(signer->sign(note.text));
        std::string text;
        append_leaf(text, KeyLeaf{{1763772063000000}, format_note(note)});
        add(text, 0);
    }

    std::mt19937_64 chance_{7};
    SigningKey key_;
    bool hide_ = true;
    Seq seq_ = 0;
    Seq covered_ = 0;
    std::vector<Hash> leaves_;
    std::vector<std::string> texts_;
    std::vector<Seq> seqs_;
    std::vector<std::vector<std::string>> after_;
    std::vector<std::string> checkpoints_;
    ExportCounts counts_;
};

}  // namespace foxtail::ledger::testing
