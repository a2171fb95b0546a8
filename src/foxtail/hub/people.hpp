#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/result.hpp"
#include "foxtail/journal/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

/// Who may still sign up, and whose visit ends when: a fold over Invited, InvitationEnded and
/// SubjectLeft. Knows no clock; codes only by their hashes.
class People {
public:
    static constexpr std::size_t open_max = 100;

    struct Invitation {
        Seq id = 0;  // number of the record that gave it
        SubjectId by;
        Invited what;
    };
    /// Of a guest who has signed up.
    struct Visit {
        std::string name;
        Time until;
    };

    void apply(Seq seq, SubjectId by, const Invited& invited);
    void apply(const InvitationEnded& ended);
    void left(std::string_view name);

    /// Open ones, oldest first.
    [[nodiscard]] const std::vector<Invitation>& invitations() const { return invitations_; }
    [[nodiscard]] const std::vector<Visit>& visits() const { return visits_; }
    [[nodiscard]] const Invitation* find(Seq id) const;
    [[nodiscard]] const Invitation* find(std::string_view name) const;
    /// The invitation that a code is for, if it can still be used at `now`; else null.
    [[nodiscard]] const Invitation* find_code(std::string_view code_hash, Time now) const;
    /// When the visit of a guest ends; unknown when no end was said.
    [[nodiscard]] Time visit_until(std::string_view name) const;
    /// The next moment at which an invitation or a visit ends by itself; unknown when none does.
    [[nodiscard]] Time next_end() const;

    void save(ByteWriter& out) const;
    /// Error: corrupt.
    [[nodiscard]] Result<void> load(ByteReader& in);
    void clear();

private:
    std::vector<Invitation> invitations_;
    std::vector<Visit> visits_;
};

}  // namespace foxtail
