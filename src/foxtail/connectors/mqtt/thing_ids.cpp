#include "foxtail/connectors/mqtt/thing_ids.hpp"

#include "foxtail/model/thing.hpp"

#include <utility>

namespace foxtail::mqtt {
namespace {

constexpr std::size_t wish_bytes_max = 80;  // leaves room for a suffix within name_bytes_max
constexpr std::size_t suffix_bytes_max = 40;

}  // namespace

ThingIds::ThingIds(Taken taken, StringMap<std::string> known)
    : taken_(std::move(taken)), id_by_key_(std::move(known)) {
    for (const auto& [key, id] : id_by_key_) key_by_id_.emplace(id, key);
}

bool ThingIds::taken(std::string_view id) const {
    return key_by_id_.contains(id) || (taken_ && taken_(id));
}

Result<std::string> ThingIds::id_of(std::string_view key, std::string_view wish,
                                    std::string_view suffix) {
    if (const auto known = id_by_key_.find(key); known != id_by_key_.end()) return known->second;
    if (id_by_key_.size() >= keys_max) {
        return fail(Code::exhausted, std::to_string(keys_max) + " things seen, no more are taken");
    }
    const std::string base = to_name(wish.substr(0, wish_bytes_max)).substr(0, wish_bytes_max);
    std::string id = base;
    if (taken(id)) id = base + "-" + to_name(suffix.substr(0, suffix_bytes_max));
    // Only identities that fold to the same suffix come this far.
    const std::string stem = id;
    for (int number = 2; taken(id); ++number) id = stem + "-" + std::to_string(number);
    id_by_key_.emplace(key, id);
    key_by_id_.emplace(id, key);
    return id;
}

}  // namespace foxtail::mqtt
