#include "foxtail/api/bookmarks.hpp"

namespace foxtail::api {

std::uint64_t Bookmarks::tell(SubjectId subject, Seq record) {
    Told& told = told_[subject];
    if (!told.records.empty() && told.records.back() == record) return told.last;
    told.records.push_back(record);
    if (told.records.size() > kept_max) told.records.pop_front();
    return ++told.last;
}

std::optional<Seq> Bookmarks::find(SubjectId subject, std::uint64_t number) const {
    const auto at = told_.find(subject);
    if (at == told_.end() || number > at->second.last) return std::nullopt;
    const std::uint64_t back = at->second.last - number;
    const auto& records = at->second.records;
    if (back >= records.size()) return std::nullopt;
    return records[records.size() - 1 - static_cast<std::size_t>(back)];
}

}  // namespace foxtail::api
