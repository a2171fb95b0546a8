#pragma once

#include "foxtail/journal/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foxtail {

/// Who asks, and from where. Whoever does not say where asks from outside.
struct Asker : SubjectId {
    bool at_home = false;  // from the household's own network, or from within the program

    constexpr Asker() = default;
    constexpr Asker(SubjectId who, bool from_home = false) : SubjectId(who), at_home(from_home) {}
    constexpr Asker(std::uint32_t number) : SubjectId{number} {}
};
/// True for addresses of this machine and of private and link-local networks (RFC 1122, 1918, 3927,
/// 4193, 4291), as text without a port; not for names.
[[nodiscard]] bool is_own_network(std::string_view address);

/// What somebody wants to do with an address or a topic. Bits of GrantGiven::verbs.
enum class Verb : std::uint16_t {
    discover = 1,    // know that it exists
    read = 2,        // its present value
    observe = 4,     // its changes as they happen
    history = 8,     // its past
    set = 16,        // wish a value
    run = 32,        // run an action
    grant = 64,      // give others access; also: the household's own affairs (subjects, problems,
                     // rules, metrics)
    report = 128,    // say what is: connectors only, for what they brought
    publish = 256,   // MQTT topics
    subscribe = 512  // MQTT topics
};
[[nodiscard]] const char* name(Verb verb);
[[nodiscard]] std::optional<Verb> verb_from(std::string_view text);

enum class Reason : std::uint8_t {
    owner,       // allowed: it is theirs
    the_hub,     // allowed: the hub itself, a rule of the owner's
    brought_it,  // allowed: the connector that brought the thing
    granted,     // allowed: by the grant named
    about_them,  // allowed: it is about the one who asks
    no_grant,    // denied: nothing allows it
    expired,     // denied: what allowed it has ended or not begun
    unknown,     // denied: no such subject or address; shown to outsiders exactly as no_grant
    no_consent,  // denied: somebody it is about has not given it
    forbidden,   // denied: somebody who may has forbidden it
};
/// A sentence for the owner's record ("no grant allows it"); outsiders never see it.
[[nodiscard]] const char* sentence(Reason reason);

/// A decision with its reason.
struct Verdict {
    bool allowed = false;
    Reason reason = Reason::no_grant;
    Seq grant = 0;               // the grant that allowed it, for Reason::granted
    Obligation obligation = {};  // how coarse it has to be; the strictest of the grants that apply
    Time since = {};             // only what is from then on ...
    Time before = {};            // ... and from before then; unknown = no such limit
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

class Authority;

/// Proof that a decision was asked for and allowed. Only Authority makes one, and what shows or
/// changes a property takes one as argument: a path that forgets to ask does not compile.
template <Verb verb>
class Permit {
public:
    [[nodiscard]] PropertyId property() const { return property_; }
    [[nodiscard]] SubjectId subject() const { return subject_; }
    [[nodiscard]] const Verdict& verdict() const { return verdict_; }

private:
    friend class Authority;
    Permit(SubjectId subject, PropertyId property, Verdict verdict)
        : subject_(subject), property_(property), verdict_(verdict) {}
    SubjectId subject_;
    PropertyId property_;
    Verdict verdict_;
};

/// The same for what has no property: a thing's events and actions, topics, the household's own
/// affairs.
template <Verb verb>
class WidePermit {
public:
    [[nodiscard]] SubjectId subject() const { return subject_; }
    [[nodiscard]] const Verdict& verdict() const { return verdict_; }

private:
    friend class Authority;
    WidePermit(SubjectId subject, Verdict verdict) : subject_(subject), verdict_(verdict) {}
    SubjectId subject_;
    Verdict verdict_;
};

}  // namespace foxtail
