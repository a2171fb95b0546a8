#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/string_map.hpp"
#include "foxtail/grants/verdict.hpp"
#include "foxtail/model/catalogue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foxtail {

struct Subject {
    SubjectId id;
    std::string name;
    SubjectKind kind = SubjectKind::token;
};

struct Grant {
    Seq id = 0;  // number of the record that gave it
    GrantGiven given;
};

/// Who may do what: the one place every read, stream, history query, command and topic passes.
/// Default deny. The owner, the hub and the owner's rules may all; a connector may report and read
/// what it brought; everyone else has what grants give, while they are in force. A fold over
/// SubjectNamed, GrantGiven, GrantEnded and the catalogue; knows no clock. grants/reference.hpp
/// says the same slowly and must agree.
class Authority {
public:
    explicit Authority(const Catalogue& catalogue) : catalogue_(catalogue) {}

    void apply(const SubjectNamed& named);
    void apply(Seq seq, const GrantGiven& given);
    void apply(const GrantEnded& ended);
    /// Properties from `first` on are new, or a thing changed hands: compiles them in.
    void told(const Thing& thing);

    /// The decision for a property. At most some tens of nanoseconds; no allocation.
    [[nodiscard]] Verdict decide(SubjectId subject, Verb verb, PropertyId property, Time now) const;
    /// For a thing's event or action ("thing/name"), or for the household's own affairs (empty
    /// address).
    [[nodiscard]] Verdict decide_at(SubjectId subject, Verb verb, std::string_view address,
                                    Time now) const;
    /// publish: a topic; subscribe: a topic (to receive it) or, with `filter`, a whole topic
    /// filter.
    [[nodiscard]] Verdict decide_topic(SubjectId subject, Verb verb, std::string_view topic,
                                       bool filter, Time now) const;

    template <Verb verb>
    [[nodiscard]] Result<Permit<verb>> permit(SubjectId subject, PropertyId property,
                                              Time now) const {
        const Verdict verdict = decide(subject, verb, property, now);
        if (!verdict.allowed) return denied();
        return Permit<verb>(subject, property, verdict);
    }
    template <Verb verb>
    [[nodiscard]] Result<WidePermit<verb>> permit_at(SubjectId subject, std::string_view address,
                                                     Time now) const {
        const Verdict verdict = decide_at(subject, verb, address, now);
        if (!verdict.allowed) return denied();
        return WidePermit<verb>(subject, verdict);
    }
    /// What every denial says to the one who asked: the same as for what does not exist.
    [[nodiscard]] static tl::unexpected<Error> denied() {
        return fail(Code::denied, "no such thing, or no access to it");
    }

    [[nodiscard]] const Subject* find(std::string_view name) const;
    [[nodiscard]] const Subject* find(SubjectId id) const;
    [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }
    /// Grants in force or to come; ended ones are in the journal.
    [[nodiscard]] const std::vector<Grant>& grants() const { return grants_; }
    [[nodiscard]] const Grant* find_grant(Seq id) const;
    /// The subject of a bearer token, by the hash of the token; null when no grant in force carries
    /// it.
    [[nodiscard]] const Subject* find_token(std::string_view token_hash, Time now) const;
    /// False when the subject may do nothing at all, now or later, unless it is given something
    /// anew.
    [[nodiscard]] bool any_access(SubjectId subject, Time now) const;
    /// Grows by one with every change of subjects or grants: what was decided earlier must be asked
    /// again.
    [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

    void save(ByteWriter& out) const;
    [[nodiscard]] Result<void> load(ByteReader& in);

private:
    enum class Role : std::uint8_t { none, all, brings, listed };
    struct Row {  // one grant, compiled
        std::uint32_t grant = 0;
        std::uint16_t verbs = 0;
        Time from;
        Time until;
        std::vector<std::uint64_t> properties;  // bit per property
    };
    struct Entry {
        Role role = Role::none;
        Reason reason = Reason::no_grant;
        std::vector<Row> rows;
    };
    static Role role_of(SubjectKind kind);
    void compile(std::uint32_t grant);
    void compile_property(Row& row, const Property& property) const;
    void rebuild();

    const Catalogue& catalogue_;
    std::vector<Subject> subjects_;
    StringMap<SubjectId> by_name_;
    std::vector<Entry> entries_;  // by subject
    std::vector<Grant> grants_;
    std::vector<SubjectId> brought_by_;  // by property; index 0 = the household itself
    std::uint64_t epoch_ = 0;
};

}  // namespace foxtail
