#pragma once

#include "foxtail/grants/authority.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace foxtail {

/// The decision, said slowly and obviously: no tables, no bits, nothing remembered. Authority must
/// agree with it on every case; tests drive both with random worlds. Used by tests only.
class ReferenceAuthority {
public:
    struct Given {
        Seq id = 0;
        std::string subject;
        std::string grantor = "hub";
        GrantGiven what;
        bool suspended = false;
    };
    struct Owned {
        Seq seq = 0;
        Time from;
        std::set<std::string> owners;
        std::set<std::string> about;
    };
    struct World {
        std::map<std::string, SubjectKind> subjects;    // name -> kind
        std::map<std::string, std::string> brought_by;  // thing -> connector's name, "" = household
        std::set<std::string> people;                   // things of kind person
        std::set<std::string> personal;                 // addresses whose class is personal
        std::map<std::string, Sensitivity> classes;     // of addresses; home when it is not said
        std::set<std::string> left;                     // who may do nothing any more
        std::map<std::string, std::vector<Owned>> owned;  // thing -> what was said, oldest first
        std::vector<Given> grants;                        // in the order they were given
        std::map<std::string, Value> believed;            // address -> value, for presence
        std::vector<Duration> doubts;  // the true time may be now plus one of these, or between
    };
    [[nodiscard]] static Verdict decide(const World& world, const std::string& subject, Verb verb,
                                        const std::string& address, Time now, bool at_home = false);
};

}  // namespace foxtail
