#pragma once

#include "foxtail/base/time.hpp"
#include "foxtail/connectors/ocpp/frame.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>

namespace foxtail::ocpp {

/// What one charger is forgiven, because somebody wrote so into the configuration, with the reason.
enum class Leniency : std::uint16_t {
    no_subprotocol = 1,      // says no Sec-WebSocket-Protocol
    unknown_fields = 2,      // sends members the standard does not have
    long_texts = 4,          // sends texts longer than allowed (they are cut)
    loose_types = 8,         // numbers as texts, texts as numbers, "true"
    missing_fields = 16,     // leaves out what is required
    unknown_values = 32,     // words outside the standard's lists
    times_without_zone = 64  // local-looking times; taken as UTC
};
using Leniencies = std::uint16_t;  // bits of Leniency
[[nodiscard]] constexpr bool has(Leniencies set, Leniency one) {
    return (set & static_cast<Leniencies>(one)) != 0;
}
[[nodiscard]] std::optional<Leniency> leniency_from(std::string_view word);
[[nodiscard]] std::string_view word_for(Leniency one);

/// The first thing that was wrong with a payload.
struct Violation {
    RpcError error = RpcError::format_violation;
    std::string why;
};

/// Gathers what is wrong over a whole payload; the first counts.
class Scrutiny {
public:
    explicit Scrutiny(Leniencies leniencies) : leniencies_(leniencies) {}
    [[nodiscard]] bool lenient(Leniency one) const { return has(leniencies_, one); }
    void wrong(RpcError error, std::string why);
    [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

private:
    Leniencies leniencies_;
    std::optional<Violation> violation_;
};

/// Words of a closed list, in the order of an enumeration.
using Words = std::span<const std::string_view>;

/// Reads the members of one object and checks them: presence, type, length, list. done() tells
/// members nobody asked for. What was wrong is in the Scrutiny; reading goes on with empty values.
class Fields {
public:
    enum class Need : std::uint8_t { optional, required };
    static constexpr Need required = Need::required;
    static constexpr Need optional = Need::optional;

    Fields(const boost::json::object& object, Scrutiny& scrutiny, std::string_view path = {})
        : object_(object), scrutiny_(scrutiny), path_(path) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t chars_max,
                                                  Need need = required);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, Need need = required);
    [[nodiscard]] std::optional<double> number(std::string_view name, Need need = required);
    [[nodiscard]] std::optional<bool> flag(std::string_view name, Need need = required);
    [[nodiscard]] std::optional<Time> time(std::string_view name, Need need = required);
    /// The word's place in the list.
    [[nodiscard]] std::optional<std::size_t> word(std::string_view name, Words words,
                                                  Need need = required);
    [[nodiscard]] const boost::json::object* object(std::string_view name, Need need = required);
    [[nodiscard]] const boost::json::array* array(std::string_view name, std::size_t least,
                                                  Need need = required);
    /// There, whatever it is; counts as asked for.
    [[nodiscard]] const boost::json::value* any(std::string_view name);
    /// Everything was asked for: what is left over is wrong.
    void done();

    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] Scrutiny& scrutiny() { return scrutiny_; }

private:
    const boost::json::value* find(std::string_view name, Need need);
    void wrong_type(std::string_view name, const char* wanted);

    const boost::json::object& object_;
    Scrutiny& scrutiny_;
    std::string path_;
    std::size_t asked_ = 0;  // members found
};

}  // namespace foxtail::ocpp
