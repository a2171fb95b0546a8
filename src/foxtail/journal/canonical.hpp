#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace foxtail::ledger {

/// Reads JSON that has exactly one way to be written (RFC 8785, with whole numbers only, and of
/// members we know in their order). Whoever reads asks for what must stand there; what is read and
/// written again gives the same bytes. After the first refusal ok() is false and stays so.
class CanonicalReader {
public:
    explicit CanonicalReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return ok_ && at_ == text_.size(); }
    /// Where reading stands.
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool next_is(std::string_view what) const {
        return ok_ && text_.substr(at_, what.size()) == what;
    }

    /// These bytes.
    void expect(std::string_view what);
    /// These bytes, if they stand there.
    bool accept(std::string_view what);
    /// A whole number without sign, leading zeros or fraction.
    std::uint64_t number();
    /// The same with a sign.
    std::int64_t integer();
    /// A string with its quotes; the shortest escapes, as RFC 8785 section 3.2.2.2 has them.
    std::string string();
    /// A string of only these characters: a-z, 0-9, '_'; a view of the text.
    std::string_view word();
    /// A string that is base64; its bytes.
    std::string bytes();
    /// Any JSON value whose brackets and strings close; a view of the text.
    std::string_view value();

    void refuse() { ok_ = false; }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool escape(std::string& out);
    bool skip_string();

    std::string_view text_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace foxtail::ledger
