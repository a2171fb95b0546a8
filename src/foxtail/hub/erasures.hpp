#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/grants/authority.hpp"
#include "foxtail/journal/record.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Who was asked to erase what, since a grant that said so has ended, and what they say: a fold
/// over GrantEnded and ErasureTold. Knows no clock; tokens only by their hashes.
class Erasures {
public:
    /// Of one giver so many are kept; of more the oldest that is done goes, else the oldest. The
    /// journal has all.
    static constexpr std::size_t of_one_giver_max = 200;

    struct Asked {
        Seq grant = 0;
        SubjectId subject;  // who is to erase
        SubjectId grantor;
        std::vector<std::string> addresses;
        std::string purpose;
        std::string token_hash;  // of the ended grant: it opens nothing but the answer to this
        Seq ended = 0;           // the record that asks
        Time since;
        Time until;
        Time done;    // when they said that it is; unknown = not so far
        Time missed;  // when it was put on record that the day had passed; unknown = not so
    };

    /// The grant, which is about to end, is to be followed by an erasure.
    void ask(const Grant& grant, Seq ended, Time since, Time until);
    void apply(Time at, const ErasureTold& told);

    /// In the order of asking.
    [[nodiscard]] const std::vector<Asked>& all() const { return all_; }
    [[nodiscard]] const Asked* find(Seq grant) const;
    /// What the one with this token was asked; null when nothing was.
    [[nodiscard]] const Asked* find_token(std::string_view token_hash) const;
    /// The first day that passes without an answer, and is not on record; unknown when none does.
    [[nodiscard]] Time next_due() const;

    void save(ByteWriter& out) const;
    /// Error: corrupt.
    [[nodiscard]] Result<void> load(ByteReader& in);
    void clear() { all_.clear(); }

private:
    std::vector<Asked> all_;
};

}  // namespace foxtail
