#pragma once

#include "foxtail/base/result.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The hash tree over a journal, as RFC 6962 section 2.1 (and RFC 9162) defines it: a leaf is
// SHA-256(0x00 || bytes), a node SHA-256(0x01 || left || right), the tree of n leaves splits at the
// largest power of two below n. Pure; what has to be kept is behind an interface.
namespace foxtail::ledger {

using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] std::string_view bytes_of(const Hash& hash);
/// Error: invalid_input unless it is 32 bytes.
[[nodiscard]] Result<Hash> hash_from(std::string_view bytes);

/// SHA-256 of the parts one after the other.
[[nodiscard]] Hash sha256(std::initializer_list<std::string_view> parts);
/// The leaf whose bytes are the parts one after the other.
[[nodiscard]] Hash hash_leaf(std::initializer_list<std::string_view> parts);
[[nodiscard]] Hash hash_node(const Hash& left, const Hash& right);
/// The root of a tree without leaves: SHA-256 of nothing.
[[nodiscard]] Hash empty_root();
/// The root of the tree over these leaves.
[[nodiscard]] Hash root_of(std::span<const Hash> leaves);

/// A tile is 256 neighbouring hashes of one level that is a multiple of 8, as in C2SP tlog-tiles:
/// tile (l, n) has the roots of the subtrees of 256^l leaves from number 256 n on.
constexpr std::size_t tile_width = 256;
constexpr unsigned tile_height = 8;

/// An append-only tree. It keeps one hash for each power of two in its size, which gives the root,
/// and the hashes that do not fill a tile yet; full tiles leave through `full`.
class Tree {
public:
    using Full = std::function<void(unsigned level, std::uint64_t index, std::string_view hashes)>;

    Tree() = default;
    /// A tree again from what a tree of `size` leaves had not given away: for each level of tiles
    /// the hashes of its last tile. Error: corrupt when they are not as many as the size asks for.
    [[nodiscard]] static Result<Tree> restore(std::uint64_t size,
                                              std::vector<std::vector<Hash>> open_tiles);

    void append(const Hash& leaf, const Full& full);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;
    /// By level; the hashes of the tile at the right edge, fewer than 256 each.
    [[nodiscard]] const std::vector<std::vector<Hash>>& open_tiles() const { return open_tiles_; }

private:
    struct Peak {
        unsigned level = 0;
        Hash hash{};
    };
    void keep(unsigned tile_level, const Hash& hash, const Full& full);

    std::uint64_t size_ = 0;
    std::vector<Peak> peaks_;  // roots of complete subtrees, left to right
    std::vector<std::vector<Hash>> open_tiles_;
};

/// Where proofs come from: the root of the complete subtree of 2^level leaves from leaf
/// index * 2^level on.
class Nodes {
public:
    virtual ~Nodes() = default;
    virtual Result<Hash> node(unsigned level, std::uint64_t index) = 0;
};

/// Nodes from full tiles that are kept somewhere and the open ones of a tree.
class TiledNodes : public Nodes {
public:
    /// Gives the hashes of a full tile: 256 * 32 bytes.
    using Fetch = std::function<Result<std::string>(unsigned level, std::uint64_t index)>;
    TiledNodes(const Tree& tree, Fetch fetch) : tree_(tree), fetch_(std::move(fetch)) {}
    Result<Hash> node(unsigned level, std::uint64_t index) override;

private:
    const Tree& tree_;
    Fetch fetch_;
};

using Proof = std::vector<Hash>;

/// The root when the tree had `size` leaves.
[[nodiscard]] Result<Hash> root_at(std::uint64_t size, Nodes& nodes);
/// That leaf `index` is in the tree of `size` leaves. Error: invalid_input unless index < size.
[[nodiscard]] Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, Nodes& nodes);
/// That the tree of `from` leaves is the beginning of the tree of `to` leaves. Error: invalid_input
/// unless from <= to.
[[nodiscard]] Result<Proof> consistency_proof(std::uint64_t from, std::uint64_t to, Nodes& nodes);

[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Hash> proof, const Hash& root);
[[nodiscard]] bool verify_consistency(std::uint64_t from, std::uint64_t to, const Hash& from_root,
                                      const Hash& to_root, std::span<const Hash> proof);

}  // namespace foxtail::ledger
