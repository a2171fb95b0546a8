#include "foxtail/connectors/mqtt/codec_reason.hpp"

namespace foxtail::mqtt {

namespace {
struct Named {
    Reason reason;
    const char* name;
};
constexpr Named names[] = {
    {Reason::success, "success"},
    {Reason::granted_qos_1, "granted_qos_1"},
    {Reason::granted_qos_2, "granted_qos_2"},
    {Reason::disconnect_with_will, "disconnect_with_will"},
    {Reason::no_matching_subscribers, "no_matching_subscribers"},
    {Reason::no_subscription_existed, "no_subscription_existed"},
    {Reason::continue_authentication, "continue_authentication"},
    {Reason::reauthenticate, "reauthenticate"},
    {Reason::unspecified_error, "unspecified_error"},
    {Reason::malformed_packet, "malformed_packet"},
    {Reason::protocol_error, "protocol_error"},
    {Reason::implementation_specific_error, "implementation_specific_error"},
    {Reason::unsupported_protocol_version, "unsupported_protocol_version"},
    {Reason::client_identifier_not_valid, "client_identifier_not_valid"},
    {Reason::bad_user_name_or_password, "bad_user_name_or_password"},
    {Reason::not_authorized, "not_authorized"},
    {Reason::server_unavailable, "server_unavailable"},
    {Reason::server_busy, "server_busy"},
    {Reason::banned, "banned"},
    {Reason::server_shutting_down, "server_shutting_down"},
    {Reason::bad_authentication_method, "bad_authentication_method"},
    {Reason::keep_alive_timeout, "keep_alive_timeout"},
    {Reason::session_taken_over, "session_taken_over"},
    {Reason::topic_filter_invalid, "topic_filter_invalid"},
    {Reason::topic_name_invalid, "topic_name_invalid"},
    {Reason::packet_identifier_in_use, "packet_identifier_in_use"},
    {Reason::packet_identifier_not_found, "packet_identifier_not_found"},
    {Reason::receive_maximum_exceeded, "receive_maximum_exceeded"},
    {Reason::topic_alias_invalid, "topic_alias_invalid"},
    {Reason::packet_too_large, "packet_too_large"},
    {Reason::message_rate_too_high, "message_rate_too_high"},
    {Reason::quota_exceeded, "quota_exceeded"},
    {Reason::administrative_action, "administrative_action"},
    {Reason::payload_format_invalid, "payload_format_invalid"},
    {Reason::retain_not_supported, "retain_not_supported"},
    {Reason::qos_not_supported, "qos_not_supported"},
    {Reason::use_another_server, "use_another_server"},
    {Reason::server_moved, "server_moved"},
    {Reason::shared_subscriptions_not_supported, "shared_subscriptions_not_supported"},
    {Reason::connection_rate_exceeded, "connection_rate_exceeded"},
    {Reason::maximum_connect_time, "maximum_connect_time"},
    {Reason::subscription_identifiers_not_supported, "subscription_identifiers_not_supported"},
    {Reason::wildcard_subscriptions_not_supported, "wildcard_subscriptions_not_supported"},
};
}  // namespace

const char* name(Reason reason) {
    for (const auto& each : names) {
        if (each.reason == reason) return each.name;
    }
    return "unknown";
}

std::uint8_t connack_code_311(Reason reason) {
    switch (reason) {
        case Reason::success:
            return 0;
        case Reason::unsupported_protocol_version:
            return 1;
        case Reason::client_identifier_not_valid:
            return 2;
        case Reason::bad_user_name_or_password:
            return 4;
        case Reason::not_authorized:
        case Reason::banned:
        case Reason::bad_authentication_method:
            return 5;
        default:
            return 3;
    }
}

Reason reason_from_connack_311(std::uint8_t code) {
    switch (code) {
        case 0:
            return Reason::success;
        case 1:
            return Reason::unsupported_protocol_version;
        case 2:
            return Reason::client_identifier_not_valid;
        case 3:
            return Reason::server_unavailable;
        case 4:
            return Reason::bad_user_name_or_password;
        case 5:
            return Reason::not_authorized;
        default:
            return Reason::unspecified_error;
    }
}

}  // namespace foxtail::mqtt
