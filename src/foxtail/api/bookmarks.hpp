#pragma once

#include "foxtail/grants/verdict.hpp"
#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace foxtail::api {

/// Up to where a live view has told what there is, for who may not know how many records there are:
/// numbers of each subject's own, which grow by one. They hold until the program ends.
class Bookmarks {
public:
    static constexpr std::size_t kept_max =
        256;  // of each subject; who was away longer starts anew

    /// The subject's number for the record: one more than the last one told, which is 1 or more;
    /// for the same record as the last one, the same.
    [[nodiscard]] std::uint64_t tell(SubjectId subject, Seq record);
    /// The record that a number stands for; nothing when it was not told, or too long ago.
    [[nodiscard]] std::optional<Seq> find(SubjectId subject, std::uint64_t number) const;

private:
    struct Told {
        std::uint64_t last = 0;  // the number of the newest
        std::deque<Seq> records;
    };
    std::map<SubjectId, Told> told_;
};

}  // namespace foxtail::api
