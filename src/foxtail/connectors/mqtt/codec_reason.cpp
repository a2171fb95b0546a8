#include "foxtail/connectors/mqtt/codec_reason.hpp"

namespace foxtail::mqtt {

const char* name(Reason reason) {
    switch (reason) {
        case Reason::success:
            return "success";
        case Reason::granted_qos_1:
            return "granted_qos_1";
        case Reason::granted_qos_2:
            return "granted_qos_2";
        case Reason::disconnect_with_will:
            return "disconnect_with_will";
        case Reason::no_matching_subscribers:
            return "no_matching_subscribers";
        case Reason::no_subscription_existed:
            return "no_subscription_existed";
        case Reason::continue_authentication:
            return "continue_authentication";
        case Reason::reauthenticate:
            return "reauthenticate";
        case Reason::unspecified_error:
            return "unspecified_error";
        case Reason::malformed_packet:
            return "malformed_packet";
        case Reason::protocol_error:
            return "protocol_error";
        case Reason::implementation_specific_error:
            return "implementation_specific_error";
        case Reason::unsupported_protocol_version:
            return "unsupported_protocol_version";
        case Reason::client_identifier_not_valid:
            return "client_identifier_not_valid";
        case Reason::bad_user_name_or_password:
            return "bad_user_name_or_password";
        case Reason::not_authorized:
            return "not_authorized";
        case Reason::server_unavailable:
            return "server_unavailable";
        case Reason::server_busy:
            return "server_busy";
        case Reason::banned:
            return "banned";
        case Reason::server_shutting_down:
            return "server_shutting_down";
        case Reason::bad_authentication_method:
            return "bad_authentication_method";
        case Reason::keep_alive_timeout:
            return "keep_alive_timeout";
        case Reason::session_taken_over:
            return "session_taken_over";
        case Reason::topic_filter_invalid:
            return "topic_filter_invalid";
        case Reason::topic_name_invalid:
            return "topic_name_invalid";
        case Reason::packet_identifier_in_use:
            return "packet_identifier_in_use";
        case Reason::packet_identifier_not_found:
            return "packet_identifier_not_found";
        case Reason::receive_maximum_exceeded:
            return "receive_maximum_exceeded";
        case Reason::topic_alias_invalid:
            return "topic_alias_invalid";
        case Reason::packet_too_large:
            return "packet_too_large";
        case Reason::message_rate_too_high:
            return "message_rate_too_high";
        case Reason::quota_exceeded:
            return "quota_exceeded";
        case Reason::administrative_action:
            return "administrative_action";
        case Reason::payload_format_invalid:
            return "payload_format_invalid";
        case Reason::retain_not_supported:
            return "retain_not_supported";
        case Reason::qos_not_supported:
            return "qos_not_supported";
        case Reason::use_another_server:
            return "use_another_server";
        case Reason::server_moved:
            return "server_moved";
        case Reason::shared_subscriptions_not_supported:
            return "shared_subscriptions_not_supported";
        case Reason::connection_rate_exceeded:
            return "connection_rate_exceeded";
        case Reason::maximum_connect_time:
            return "maximum_connect_time";
        case Reason::subscription_identifiers_not_supported:
            return "subscription_identifiers_not_supported";
        case Reason::wildcard_subscriptions_not_supported:
            return "wildcard_subscriptions_not_supported";
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
