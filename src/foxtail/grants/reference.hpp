#pragma once

#include "foxtail/grants/authority.hpp"

#include <map>
#include <string>
#include <vector>

namespace foxtail {

/// The decision, said slowly and obviously: no tables, no bits, nothing remembered. Authority must
/// agree with it on every case; tests drive both with random worlds. Used by tests only.
class ReferenceAuthority {
public:
    struct World {
        std::map<std::string, SubjectKind> subjects;    // name -> kind
        std::map<std::string, std::string> brought_by;  // thing -> connector's name, "" = household
        std::vector<std::pair<Seq, std::pair<std::string, GrantGiven>>>
            grants;  // number, (subject, what)
    };
    [[nodiscard]] static Verdict decide(const World& world, const std::string& subject, Verb verb,
                                        const std::string& address, Time now);
};

}  // namespace foxtail
