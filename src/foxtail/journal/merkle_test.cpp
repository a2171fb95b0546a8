#include "foxtail/journal/merkle.hpp"

#include <map>

#include <gtest/gtest.h>

namespace foxtail::ledger {
namespace {

std::string hex(const Hash& hash) {
    std::string out;
    for (const auto byte : hash) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

std::string unhex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    }
    return out;
}

/// RFC 6962 section 2.1 word for word: the slow, obvious definition.
Hash by_definition(std::span<const Hash> leaves) {
    if (leaves.empty()) return sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t k = 1;
    while (k * 2 < leaves.size()) k *= 2;
    return hash_node(by_definition(leaves.first(k)), by_definition(leaves.subspan(k)));
}

/// A tree of `size` leaves with all its full tiles.
struct Grown {
    explicit Grown(std::uint64_t size) {
        for (std::uint64_t i = 0; i < size; ++i) grow();
    }
    void grow() {
        leaves.push_back(hash_leaf({std::to_string(leaves.size())}));
        tree.append(leaves.back(),
                    [&](unsigned level, std::uint64_t index, std::string_view hashes) {
                        EXPECT_TRUE(tiles.emplace(std::pair(level, index), hashes).second);
                    });
    }
    TiledNodes nodes() {
        return {tree, [this](unsigned level, std::uint64_t index) -> Result<std::string> {
                    const auto tile = tiles.find({level, index});
                    if (tile == tiles.end()) return fail(Code::not_found, "no such tile");
                    return tile->second;
                }};
    }
    Tree tree;
    std::vector<Hash> leaves;
    std::map<std::pair<unsigned, std::uint64_t>, std::string> tiles;
};

// The reference data that implementations of RFC 6962 share: eight leaves and the roots of the
// trees of the first 0 to 8 of them.
const std::vector<std::string> reference_leaves = {"",
                                                   "00",
                                                   "10",
                                                   "2021",
                                                   "3031",
                                                   "40414243",
                                                   "5051525354555657",
                                                   "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> reference_roots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Merkle, the_reference_data_of_rfc_6962_comes_out) {
    Tree tree;
    EXPECT_EQ(hex(tree.root()), reference_roots[0]);
    for (std::size_t i = 0; i < reference_leaves.size(); ++i) {
        tree.append(hash_leaf({unhex(reference_leaves[i])}), {});
        EXPECT_EQ(hex(tree.root()), reference_roots[i + 1]);
    }
}

TEST(Merkle, parts_hash_as_the_text_they_make) {
    EXPECT_EQ(hash_leaf({"ab", "", "c"}), hash_leaf({"abc"}));
    EXPECT_EQ(sha256({"ab", "c"}), sha256({"abc"}));
    EXPECT_EQ(hex(sha256({"abc"})),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Merkle, the_tree_has_the_root_of_the_definition_at_every_size) {
    Grown grown(0);
    for (int size = 0; size <= 130; ++size) {
        EXPECT_EQ(grown.tree.root(), by_definition(grown.leaves)) << size;
        grown.grow();
    }
}

TEST(Merkle, every_inclusion_in_every_tree_up_to_130_leaves_is_proved_and_only_that) {
    Grown grown(131);
    auto nodes = grown.nodes();
    for (std::uint64_t size = 1; size <= 130; ++size) {
        const auto root = *root_at(size, nodes);
        ASSERT_EQ(root, by_definition(std::span(grown.leaves).first(size)));
        for (std::uint64_t index = 0; index < size; ++index) {
            auto proof = inclusion_proof(index, size, nodes);
            ASSERT_TRUE(proof.has_value());
            const auto& leaf = grown.leaves[index];
            ASSERT_TRUE(verify_inclusion(leaf, index, size, *proof, root)) << index << "/" << size;
            // Nothing else is proved by it.
            EXPECT_FALSE(verify_inclusion(grown.leaves[index + 1], index, size, *proof, root));
            EXPECT_FALSE(verify_inclusion(leaf, index + size, size, *proof, root));
            EXPECT_FALSE(verify_inclusion(leaf, index ^ 1, size, *proof, root) && size > 1);
            EXPECT_FALSE(verify_inclusion(leaf, index, size, *proof, hash_leaf({"other"})));
            for (auto& step : *proof) {
                step[7] ^= 1;
                EXPECT_FALSE(verify_inclusion(leaf, index, size, *proof, root));
                step[7] ^= 1;
            }
            auto longer = *proof;
            longer.push_back(root);
            EXPECT_FALSE(verify_inclusion(leaf, index, size, longer, root));
            if (proof->empty()) continue;
            EXPECT_FALSE(verify_inclusion(leaf, index, size,
                                          std::span(*proof).first(proof->size() - 1), root));
            EXPECT_FALSE(verify_inclusion(leaf, index, size, std::span(*proof).subspan(1), root));
        }
        EXPECT_FALSE(inclusion_proof(size, size, nodes).has_value());
    }
}

TEST(Merkle, every_growth_between_trees_up_to_130_leaves_is_proved_and_only_that) {
    Grown grown(130);
    auto nodes = grown.nodes();
    std::vector<Hash> roots;
    for (std::uint64_t size = 0; size <= 130; ++size) roots.push_back(*root_at(size, nodes));
    const auto other = hash_leaf({"other"});
    for (std::uint64_t to = 0; to <= 130; ++to) {
        for (std::uint64_t from = 0; from <= to; ++from) {
            auto proof = consistency_proof(from, to, nodes);
            ASSERT_TRUE(proof.has_value());
            ASSERT_TRUE(verify_consistency(from, to, roots[from], roots[to], *proof))
                << from << " to " << to;
            EXPECT_FALSE(verify_consistency(from, to, other, roots[to], *proof));
            EXPECT_FALSE(verify_consistency(from, to, roots[from], other, *proof) && from > 0);
            if (from > 0 && from < to) {
                EXPECT_FALSE(verify_consistency(to, from, roots[to], roots[from], *proof));
                EXPECT_FALSE(verify_consistency(from - 1, to, roots[from - 1], roots[to], *proof));
            }
            for (auto& step : *proof) {
                step[31] ^= 0x80;
                EXPECT_FALSE(verify_consistency(from, to, roots[from], roots[to], *proof));
                step[31] ^= 0x80;
            }
            auto longer = *proof;
            longer.push_back(roots[to]);
            EXPECT_FALSE(verify_consistency(from, to, roots[from], roots[to], longer));
            if (proof->empty()) continue;
            EXPECT_FALSE(verify_consistency(from, to, roots[from], roots[to],
                                            std::span(*proof).first(proof->size() - 1)));
        }
        EXPECT_FALSE(consistency_proof(to + 1, to, nodes).has_value());
    }
}

TEST(Merkle, tiles_leave_when_they_are_full_and_proofs_come_from_them) {
    constexpr std::uint64_t size = 256 * 256 + 256 * 3 + 77;
    Grown grown(size);
    EXPECT_EQ(grown.tiles.size(), 256U + 3U + 1U);
    EXPECT_EQ(grown.tree.open_tiles()[0].size(), 77U);
    EXPECT_EQ(grown.tree.open_tiles()[1].size(), 3U);
    EXPECT_EQ(grown.tree.open_tiles()[2].size(), 1U);
    auto nodes = grown.nodes();
    const auto root = grown.tree.root();
    EXPECT_EQ(*root_at(size, nodes), root);
    for (const std::uint64_t index : {0UL, 255UL, 256UL, 65535UL, 65536UL, 66304UL, size - 1}) {
        const auto proof = inclusion_proof(index, size, nodes);
        ASSERT_TRUE(proof.has_value());
        EXPECT_TRUE(verify_inclusion(grown.leaves[index], index, size, *proof, root)) << index;
    }
    for (const std::uint64_t from : {1UL, 256UL, 300UL, 65536UL, 66000UL, size - 1}) {
        const auto proof = consistency_proof(from, size, nodes);
        ASSERT_TRUE(proof.has_value());
        EXPECT_TRUE(verify_consistency(from, size, *root_at(from, nodes), root, *proof)) << from;
    }
}

TEST(Merkle, a_tree_is_restored_from_its_open_tiles_and_grows_on) {
    for (const std::uint64_t size : {0UL, 1UL, 2UL, 255UL, 256UL, 257UL, 700UL, 65536UL, 66000UL}) {
        Grown grown(size);
        auto restored = Tree::restore(size, grown.tree.open_tiles());
        ASSERT_TRUE(restored.has_value()) << size;
        EXPECT_EQ(restored->root(), grown.tree.root()) << size;
        for (int more = 0; more < 300; ++more) {
            grown.grow();
            restored->append(grown.leaves.back(), {});
        }
        EXPECT_EQ(restored->root(), grown.tree.root()) << size;
        EXPECT_EQ(restored->open_tiles(), grown.tree.open_tiles()) << size;
    }
    EXPECT_FALSE(Tree::restore(3, {}).has_value());
    EXPECT_FALSE(Tree::restore(256, {{Hash{}}}).has_value());
    EXPECT_FALSE(Tree::restore(2, {{Hash{}}}).has_value());
}

}  // namespace
}  // namespace foxtail::ledger
