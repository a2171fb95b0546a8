#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/connectors/ocpp/fields.hpp"
#include "foxtail/connectors/ocpp/model.hpp"

#include <string>
#include <string_view>

#include <tl/expected.hpp>

// Payloads of both versions to and from the one model. Pure. Fields, lengths and lists follow the
// message definitions of "Open Charge Point Protocol 1.6 edition 2" section 6, its security
// whitepaper (edition 3), and "OCPP 2.0.1" part 2.
namespace foxtail::ocpp {

template <class T>
using Taken = tl::expected<T, Violation>;

/// A CALL of a charger. Error: not_implemented for what no charger may call.
[[nodiscard]] Taken<Told> read_call(Version version, std::string_view action,
                                    const boost::json::object& payload, Leniencies leniencies);

struct Written {
    std::string_view action;
    std::string payload;
};
/// A CALL of ours. Error: invalid_input where the version has no such request.
[[nodiscard]] Result<Written> write_call(Version version, const Asked& asked);

/// The CALLRESULT of a call of ours.
[[nodiscard]] Taken<Answered> read_result(Version version, const Asked& asked,
                                          const boost::json::object& payload,
                                          Leniencies leniencies);

// ---- our answers --------------------------------------------------------------------------------
enum class Admittance : std::uint8_t { accepted, pending, rejected };
[[nodiscard]] std::string boot_answer(Admittance admittance, Time now, Duration interval);
[[nodiscard]] std::string heartbeat_answer(Time now);
[[nodiscard]] std::string token_answer(Version version, bool accepted);
/// 1.6 StartTransaction.
[[nodiscard]] std::string start_answer(std::int64_t transaction, bool accepted);
/// 1.6 StopTransaction, 2.0.1 TransactionEvent; without a token there is nothing to say about one.
[[nodiscard]] std::string transaction_answer(Version version, bool about_token, bool accepted);
/// DataTransfer: no vendor's extension is known here.
[[nodiscard]] std::string vendor_answer();
[[nodiscard]] std::string noted_answer(Noted::Answer answer);

namespace v16 {
[[nodiscard]] Taken<Told> read_call(std::string_view action, const boost::json::object& payload,
                                    Leniencies leniencies);
[[nodiscard]] Result<Written> write_call(const Asked& asked);
[[nodiscard]] Taken<Answered> read_result(const Asked& asked, const boost::json::object& payload,
                                          Leniencies leniencies);
}  // namespace v16
namespace v201 {
[[nodiscard]] Taken<Told> read_call(std::string_view action, const boost::json::object& payload,
                                    Leniencies leniencies);
[[nodiscard]] Result<Written> write_call(const Asked& asked);
[[nodiscard]] Taken<Answered> read_result(const Asked& asked, const boost::json::object& payload,
                                          Leniencies leniencies);
}  // namespace v201

}  // namespace foxtail::ocpp
