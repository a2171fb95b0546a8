#include "foxtail/journal/merkle.hpp"

#include "foxtail/base/assert.hpp"

#include <algorithm>
#include <bit>
#include <memory>

#include <openssl/evp.h>

namespace foxtail::ledger {
namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// One hash being worked out. The algorithm is looked up once for the process, and each thread
/// keeps its context: looking up costs more than hashing.
class Digest {
public:
    Digest() {
        static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
        context_ = context.get();
        FOX_ASSERT(algorithm != nullptr && context_ != nullptr &&
                       EVP_DigestInit_ex2(context_, algorithm, nullptr) == 1,
                   "OpenSSL has SHA-256");
    }
    void add(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
    Hash finish() {
        Hash out{};
        EVP_DigestFinal_ex(context_, out.data(), nullptr);
        return out;
    }

private:
    EVP_MD_CTX* context_;
};

constexpr std::string_view leaf_mark("\0", 1);
constexpr char node_mark = 1;

/// The root of leaves [begin, end).
Result<Hash> root_between(std::uint64_t begin, std::uint64_t end, Nodes& nodes) {
    const auto size = end - begin;
    if (std::has_single_bit(size)) {
        const auto level = static_cast<unsigned>(std::countr_zero(size));
        return nodes.node(level, begin >> level);
    }
    const auto split = begin + std::bit_floor(size);
    const auto left = root_between(begin, split, nodes);
    if (!left) return left;
    const auto right = root_between(split, end, nodes);
    if (!right) return right;
    return hash_node(*left, *right);
}

/// Consumes the proof from its beginning; false once it is asked for more than it has.
class Steps {
public:
    explicit Steps(std::span<const Hash> proof) : left_(proof) {}
    bool next(Hash& out) {
        if (left_.empty()) return false;
        out = left_.front();
        left_ = left_.subspan(1);
        return true;
    }
    [[nodiscard]] bool at_end() const { return left_.empty(); }

private:
    std::span<const Hash> left_;
};

}  // namespace

std::string_view bytes_of(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Result<Hash> hash_from(std::string_view bytes) {
    Hash out{};
    if (bytes.size() != out.size()) {
        return fail(Code::invalid_input,
                    "hash of " + std::to_string(bytes.size()) + " bytes, it has 32");
    }
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

Hash sha256(std::initializer_list<std::string_view> parts) {
    Digest digest;
    for (const auto part : parts) digest.add(part);
    return digest.finish();
}

Hash hash_leaf(std::initializer_list<std::string_view> parts) {
    Digest digest;
    digest.add(leaf_mark);
    for (const auto part : parts) digest.add(part);
    return digest.finish();
}

Hash hash_node(const Hash& left, const Hash& right) {
    std::array<char, 65> bytes{};
    bytes[0] = node_mark;
    std::copy(left.begin(), left.end(), bytes.begin() + 1);
    std::copy(right.begin(), right.end(), bytes.begin() + 33);
    return sha256({std::string_view(bytes.data(), bytes.size())});
}

Hash empty_root() {
    return sha256({});
}

Hash root_of(std::span<const Hash> leaves) {
    Tree tree;
    for (const auto& leaf : leaves) tree.append(leaf, {});
    return tree.root();
}

void Tree::keep(unsigned tile_level, const Hash& hash, const Full& full) {
    if (open_tiles_.size() <= tile_level) open_tiles_.resize(tile_level + 1);
    auto& tile = open_tiles_[tile_level];
    tile.push_back(hash);
    if (tile.size() < tile_width) return;
    if (full) {
        const auto index = (size_ >> (tile_height * (tile_level + 1))) - 1;
        full(tile_level, index,
             {reinterpret_cast<const char*>(tile.data()), tile.size() * sizeof(Hash)});
    }
    tile.clear();
}

void Tree::append(const Hash& leaf, const Full& full) {
    ++size_;
    peaks_.push_back({0, leaf});
    keep(0, leaf, full);
    while (peaks_.size() > 1 && peaks_[peaks_.size() - 2].level == peaks_.back().level) {
        const auto right = peaks_.back();
        peaks_.pop_back();
        auto& left = peaks_.back();
        left = {left.level + 1, hash_node(left.hash, right.hash)};
        if (left.level % tile_height == 0) keep(left.level / tile_height, left.hash, full);
    }
}

Hash Tree::root() const {
    if (peaks_.empty()) return empty_root();
    Hash root = peaks_.back().hash;
    for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak)
        root = hash_node(peak->hash, root);
    return root;
}

Result<Tree> Tree::restore(std::uint64_t size, std::vector<std::vector<Hash>> open_tiles) {
    Tree tree;
    tree.size_ = size;
    while (!open_tiles.empty() && open_tiles.back().empty()) open_tiles.pop_back();
    for (auto level = open_tiles.size(); level-- > 0;) {
        const std::span<const Hash> tile(open_tiles[level]);
        if (tile.size() != ((size >> (tile_height * level)) & (tile_width - 1)))
            return fail(Code::corrupt, "open tile of level " + std::to_string(level) + " has " +
                                           std::to_string(tile.size()) + " hashes");
        for (std::size_t at = 0; at < tile.size();) {
            const auto count = std::bit_floor(tile.size() - at);
            const auto height = static_cast<unsigned>(std::countr_zero(count));
            tree.peaks_.push_back({static_cast<unsigned>(tile_height * level) + height,
                                   root_of(tile.subspan(at, count))});
            at += count;
        }
    }
    for (auto level = open_tiles.size(); level < 8; ++level) {
        if (((size >> (tile_height * level)) & (tile_width - 1)) != 0)
            return fail(Code::corrupt, "no open tile of level " + std::to_string(level));
    }
    tree.open_tiles_ = std::move(open_tiles);
    return tree;
}

Result<Hash> TiledNodes::node(unsigned level, std::uint64_t index) {
    const auto tile_level = level / tile_height;
    const auto height = level % tile_height;
    const auto first = index << height;  // in hashes of the tile's level
    const auto count = std::size_t{1} << height;
    const auto tile = first / tile_width;
    const auto at = static_cast<std::size_t>(first % tile_width);
    if (tile < tree_.size() >> (tile_height * (tile_level + 1))) {
        const auto bytes = fetch_(tile_level, tile);
        if (!bytes) return fail(bytes.error());
        if (bytes->size() != tile_width * sizeof(Hash))
            return fail(Code::corrupt, "tile of " + std::to_string(bytes->size()) + " bytes");
        std::vector<Hash> hashes(count);
        std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(at * sizeof(Hash)),
                    count * sizeof(Hash), reinterpret_cast<char*>(hashes.data()));
        return root_of(hashes);
    }
    const auto& open = tree_.open_tiles();
    if (tile_level >= open.size() || at + count > open[tile_level].size())
        return fail(Code::invalid_input, "no such subtree");
    return root_of(std::span<const Hash>(open[tile_level]).subspan(at, count));
}

Result<Hash> root_at(std::uint64_t size, Nodes& nodes) {
    if (size == 0) return empty_root();
    return root_between(0, size, nodes);
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, Nodes& nodes) {
    if (index >= size) {
        return fail(Code::invalid_input,
                    "leaf " + std::to_string(index) + " of a tree of " + std::to_string(size));
    }
    Proof proof;
    std::uint64_t begin = 0;
    auto end = size;
    while (end - begin > 1) {
        const auto split = begin + std::bit_floor(end - begin - 1);
        const bool left = index < split;
        const auto beside =
            left ? root_between(split, end, nodes) : root_between(begin, split, nodes);
        if (!beside) return fail(beside.error());
        proof.push_back(*beside);
        (left ? end : begin) = split;
    }
    std::reverse(proof.begin(), proof.end());
    return proof;
}

Result<Proof> consistency_proof(std::uint64_t from, std::uint64_t to, Nodes& nodes) {
    if (from > to) {
        return fail(Code::invalid_input,
                    "from " + std::to_string(from) + " leaves back to " + std::to_string(to));
    }
    Proof proof;
    if (from == 0 || from == to) return proof;
    std::uint64_t begin = 0;
    auto end = to;
    while (from != end) {
        const auto split = begin + std::bit_floor(end - begin - 1);
        const bool left = from <= split;
        const auto beside =
            left ? root_between(split, end, nodes) : root_between(begin, split, nodes);
        if (!beside) return fail(beside.error());
        proof.push_back(*beside);
        (left ? end : begin) = split;
    }
    if (begin > 0) {
        const auto last = root_between(begin, end, nodes);
        if (!last) return fail(last.error());
        proof.push_back(*last);
    }
    std::reverse(proof.begin(), proof.end());
    return proof;
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
    if (index >= size) return false;
    auto at = index;
    auto last = size - 1;
    Hash hash = leaf;
    for (const auto& beside : proof) {
        if (last == 0) return false;
        if ((at & 1) == 1 || at == last) {
            hash = hash_node(beside, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = hash_node(hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

// RFC 9162 section 2.1.4.2.
bool verify_consistency(std::uint64_t from, std::uint64_t to, const Hash& from_root,
                        const Hash& to_root, std::span<const Hash> proof) {
    if (from > to) return false;
    if (from == 0) return proof.empty() && from_root == empty_root();
    if (from == to) return proof.empty() && from_root == to_root;
    Steps steps(proof);
    Hash first = from_root;
    if (!std::has_single_bit(from) && !steps.next(first)) return false;
    auto at = from - 1;
    auto last = to - 1;
    while ((at & 1) == 1) {
        at >>= 1;
        last >>= 1;
    }
    Hash old_hash = first;
    Hash new_hash = first;
    Hash beside{};
    while (steps.next(beside)) {
        if (last == 0) return false;
        if ((at & 1) == 1 || at == last) {
            old_hash = hash_node(beside, old_hash);
            new_hash = hash_node(beside, new_hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = hash_node(new_hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace foxtail::ledger
