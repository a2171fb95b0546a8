#include "foxtail/journal/record.hpp"

#include <array>

namespace foxtail {
namespace {

constexpr std::array<const char*, 33> kinds = {
    "reading",     "reading_refused", "thing_told",      "thing_gone",       "event",
    "command",     "command_ended",   "command_denied",  "rule_ran",         "rule_waits",
    "notice",      "subject",         "grant",           "grant_ended",      "started",
    "stopped",     "clock_jump",      "dropped",         "input_refused",    "config",
    "thing_owned", "outside_read",    "invitation",      "invitation_ended", "subject_left",
    "signed_in",   "signed_out",      "sign_in_refused", "grants_suspended", "grant_confirmed",
    "forgotten",   "erasure",         "wish_confirmed"};
static_assert(kinds.size() == std::variant_size_v<Body>);

constexpr std::array<const char*, 11> subject_kinds = {
    "hub",       "owner",  "resident", "guest",   "participant", "agent",
    "connector", "device", "rule",     "planner", "token"};
constexpr std::array<const char*, 4> outcomes = {"confirmed", "refused", "failed", "timed_out"};

template <class E, std::size_t N>
std::optional<E> find_in(const std::array<const char*, N>& names, std::string_view text) {
    for (std::size_t i = 0; i < N; ++i) {
        if (text == names[i]) return static_cast<E>(i);
    }
    return std::nullopt;
}

}  // namespace

const char* kind_name(const Body& body) {
    return kinds.at(body.index());
}
const char* kind_name(std::size_t body_index) {
    return kinds.at(body_index);
}
const char* name(SubjectKind kind) {
    return subject_kinds.at(static_cast<std::size_t>(kind));
}
const char* name(Outcome outcome) {
    return outcomes.at(static_cast<std::size_t>(outcome));
}

std::optional<SubjectKind> subject_kind_from(std::string_view text) {
    return find_in<SubjectKind>(subject_kinds, text);
}
std::optional<Outcome> outcome_from(std::string_view text) {
    return find_in<Outcome>(outcomes, text);
}

}  // namespace foxtail
