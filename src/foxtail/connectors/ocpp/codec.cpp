#include "foxtail/connectors/ocpp/codec.hpp"

#include "foxtail/connectors/ocpp/json_out.hpp"

namespace foxtail::ocpp {
namespace {

constexpr std::array<std::string_view, 3> admittance_words = {"Accepted", "Pending", "Rejected"};

void token_status(std::string& out, bool accepted) {
    ObjectOut(out).text("status", accepted ? "Accepted" : "Invalid").end();
}

const char* token_member(Version version) {
    return version == Version::v16 ? "idTagInfo" : "idTokenInfo";
}

}  // namespace

Taken<Told> read_call(Version version, std::string_view action, const boost::json::object& payload,
                      Leniencies leniencies) {
    return version == Version::v16 ? v16::read_call(action, payload, leniencies)
                                   : v201::read_call(action, payload, leniencies);
}

Result<Written> write_call(Version version, const Asked& asked) {
    return version == Version::v16 ? v16::write_call(asked) : v201::write_call(asked);
}

Taken<Answered> read_result(Version version, const Asked& asked, const boost::json::object& payload,
                            Leniencies leniencies) {
    return version == Version::v16 ? v16::read_result(asked, payload, leniencies)
                                   : v201::read_result(asked, payload, leniencies);
}

std::string boot_answer(Admittance admittance, Time now, Duration interval) {
    std::string out;
    ObjectOut(out)
        .text("status", admittance_words[static_cast<std::size_t>(admittance)])
        .time("currentTime", now)
        .integer("interval", interval.us / 1'000'000)
        .end();
    return out;
}

std::string heartbeat_answer(Time now) {
    std::string out;
    ObjectOut(out).time("currentTime", now).end();
    return out;
}

std::string token_answer(Version version, bool accepted) {
    std::string out;
    ObjectOut whole(out);
    whole.name(token_member(version));
    token_status(out, accepted);
    whole.end();
    return out;
}

std::string start_answer(std::int64_t transaction, bool accepted) {
    std::string out;
    ObjectOut whole(out);
    whole.integer("transactionId", transaction).name("idTagInfo");
    token_status(out, accepted);
    whole.end();
    return out;
}

std::string transaction_answer(Version version, bool about_token, bool accepted) {
    return about_token ? token_answer(version, accepted) : "{}";
}

std::string vendor_answer() {
    return R"({"status":"UnknownVendorId"})";
}

std::string noted_answer(Noted::Answer answer) {
    switch (answer) {
        case Noted::Answer::accepted:
            return R"({"status":"Accepted"})";
        case Noted::Answer::rejected:
            return R"({"status":"Rejected"})";
        case Noted::Answer::processing:
            return R"({"status":"Processing"})";
        case Noted::Answer::empty:
            break;
    }
    return "{}";
}

}  // namespace foxtail::ocpp
