#include "foxtail/app/glass.hpp"

#include "foxtail/base/bytes.hpp"
#include "foxtail/base/utf8.hpp"

#include <algorithm>

namespace foxtail {
namespace {

constexpr std::uint8_t glass_format = 1;

}  // namespace

std::string_view name(Glass::State state) {
    switch (state) {
        case Glass::State::sealed:
            return "sealed";
        case Glass::State::open:
            return "open";
        case Glass::State::used:
            break;
    }
    return "used";
}

Result<void> Glass::open(std::string_view by, std::string_view reason, Moment now) {
    if (state_ != State::sealed) {
        return fail(Code::conflict, state_ == State::open
                                        ? "it is open already"
                                        : "it was used, and has to be sealed anew first");
    }
    if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return fail(Code::invalid_input, "a reason is needed: why now?");
    state_ = State::open;
    by_ = by;
    reason_ = printable(reason, reason_bytes_max);
    until_ = now.wall + open_for_;
    due_ = now.mono + open_for_;
    return {};
}

Result<void> Glass::end() {
    if (state_ != State::open) return fail(Code::conflict, "it is not open");
    state_ = State::used;
    return {};
}

Result<void> Glass::seal() {
    if (state_ == State::open) return fail(Code::conflict, "it is open: end it first");
    if (state_ == State::sealed) return fail(Code::conflict, "it is sealed already");
    state_ = State::sealed;
    by_.clear();
    reason_.clear();
    return {};
}

bool Glass::expire(Moment now) {
    if (state_ != State::open || now.mono < due_) return false;
    state_ = State::used;
    return true;
}

std::string Glass::save() const {
    std::string out;
    ByteWriter bytes(out);
    bytes.u8(glass_format);
    bytes.u8(static_cast<std::uint8_t>(state_));
    bytes.i64(until_.us);
    bytes.text(by_);
    bytes.text(reason_);
    return out;
}

Result<void> Glass::load(std::string_view saved, Moment now) {
    ByteReader bytes(saved);
    const auto version = bytes.u8();
    const auto state = bytes.u8();
    const Time until{bytes.i64()};
    const std::string by(bytes.text());
    const std::string reason(bytes.text());
    state_ = State::used;
    if (!bytes.ok() || !bytes.at_end() || version != glass_format ||
        state > static_cast<std::uint8_t>(State::used))
        return fail(Code::corrupt, "what was kept of it cannot be read: it counts as used");
    by_ = by;
    reason_ = reason;
    state_ = static_cast<State>(state);
    if (state_ != State::open) return {};
    const Duration left = std::min(until - now.wall, open_for_);
    if (left.us <= 0) {
        state_ = State::used;
        return {};
    }
    until_ = now.wall + left;
    due_ = now.mono + left;
    return {};
}

}  // namespace foxtail
