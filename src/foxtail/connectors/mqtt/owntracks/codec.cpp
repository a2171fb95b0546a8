#include "foxtail/connectors/mqtt/owntracks/codec.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/json/parse.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <sodium.h>

namespace foxtail::mqtt::owntracks {
namespace {

namespace bj = boost::json;

constexpr std::size_t list_max = 1000;
constexpr std::size_t name_bytes = 120;

std::optional<double> number_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    double number = 0;
    if (value == nullptr) return std::nullopt;
    if (value->is_number() && as_number(to_value(*value), number)) return number;
    if (const bj::string* text = value->if_string()) {
        const char* end = text->data() + text->size();
        const auto [stop, problem] = std::from_chars(text->data(), end, number);
        if (problem == std::errc() && stop == end && std::isfinite(number)) return number;
    }
    return std::nullopt;
}

std::optional<double> within(std::optional<double> number, double low, double high) {
    return number && *number >= low && *number <= high ? number : std::nullopt;
}

void note_misfit(const bj::object& object, std::string_view key, std::string& misfits) {
    if (!misfits.empty()) misfits += ',';
    append_json_string(misfits, key);
    misfits += ':' + printable(to_json(to_value(object.at(key))), 60);
}

/// Like within(), and what is there and does not fit is noted. Apps say -1 for what they do not
/// know.
std::optional<double> fitting(const bj::object& object, std::string_view key, double low,
                              double high, std::string& misfits) {
    const auto number = number_of(object, key);
    const auto fits = within(number, low, high);
    const bj::value* there = object.if_contains(key);
    if (!fits && number != -1 && there != nullptr && !there->is_null())
        note_misfit(object, key, misfits);
    return fits;
}

std::string text_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : printable(std::string_view(*text), name_bytes);
}

/// Seconds since 1970, up to the year 2200.
Time time_of(const bj::object& object, std::string_view key) {
    const auto seconds = within(number_of(object, key), 1, 7.2e9);
    return seconds ? Time{static_cast<std::int64_t>(*seconds * 1e6)} : Time{};
}

Result<void> position(const bj::object& object, double& latitude, double& longitude) {
    const auto lat = within(number_of(object, "lat"), -90, 90);
    const auto lon = within(number_of(object, "lon"), -180, 180);
    if (!lat || !lon)
        return fail(Code::invalid_input, "no lat from -90 to 90 and lon from -180 to 180");
    latitude = *lat;
    longitude = *lon;
    return {};
}

Result<Message> location(const bj::object& object) {
    Location out;
    if (auto read = position(object, out.latitude, out.longitude); !read) return fail(read.error());
    out.at = time_of(object, "tst");
    out.ping = text_of(object, "t") == "p";
    const auto number = [&](std::string_view key, double low, double high) {
        return fitting(object, key, low, high, out.misfits);
    };
    out.accuracy_m = number("acc", 0, 1e7);
    out.altitude_m = number("alt", -1e4, 1e6);
    out.velocity_km_h = number("vel", 0, 1e5);
    out.course_deg = number("cog", 0, 360);
    out.battery_percent = number("batt", 0, 100);
    if (const auto status = number("bs", 0, 3)) {
        constexpr std::array words{"unknown", "unplugged", "charging", "full"};
        out.charging = words[static_cast<std::size_t>(*status)];
    }
    const std::string connection = text_of(object, "conn");
    if (connection == "w") out.connection = "wifi";
    if (connection == "o") out.connection = "offline";
    if (connection == "m") out.connection = "mobile";
    if (!out.connection && object.contains("conn")) note_misfit(object, "conn", out.misfits);
    const bj::value* regions = object.if_contains("inregions");
    if (regions != nullptr && regions->is_array()) {
        out.regions.emplace();
        for (const bj::value& name : regions->get_array()) {
            if (!name.is_string() || out.regions->size() >= list_max) continue;
            std::string text = printable(std::string_view(name.get_string()), name_bytes);
            if (!text.empty()) out.regions->push_back(std::move(text));
        }
    }
    return Message(std::move(out));
}

Result<Message> transition(const bj::object& object) {
    Transition out;
    const std::string event = text_of(object, "event");
    if (event != "enter" && event != "leave") {
        return fail(Code::invalid_input, "event is \"" + event + "\", expected enter or leave");
    }
    out.enter = event == "enter";
    out.region = text_of(object, "desc");
    if (out.region.empty()) return fail(Code::invalid_input, "a transition without desc");
    out.beacon = text_of(object, "t") == "b";
    out.at = time_of(object, "tst");
    out.accuracy_m = within(number_of(object, "acc"), 0, 1e7);
    return Message(std::move(out));
}

Result<Waypoint> waypoint(const bj::object& object) {
    Waypoint out;
    out.name = text_of(object, "desc");
    if (out.name.empty()) return fail(Code::invalid_input, "a waypoint without desc");
    if (auto read = position(object, out.latitude, out.longitude); !read) return fail(read.error());
    out.radius_m = within(number_of(object, "rad"), 0, 1e7).value_or(0);
    return out;
}

Result<Message> waypoints(const bj::object& object) {
    const bj::value* list = object.if_contains("waypoints");
    if (list == nullptr || !list->is_array()) {
        return fail(Code::invalid_input, "waypoints without a list");
    }
    Waypoints out;
    for (const bj::value& item : list->get_array()) {
        if (!item.is_object() || out.list.size() >= list_max) continue;
        if (auto one = waypoint(item.get_object())) out.list.push_back(std::move(*one));
    }
    return Message(std::move(out));
}

}  // namespace

Result<Message> read_message(const bj::value& payload) {
    const bj::object* object = payload.if_object();
    if (object == nullptr)
        return fail(Code::invalid_input, "an owntracks message must be an object");
    const std::string type = text_of(*object, "_type");
    if (type == "location") return location(*object);
    if (type == "transition") return transition(*object);
    if (type == "waypoint") {
        auto one = waypoint(*object);
        if (!one) return fail(one.error());
        return Message(std::move(*one));
    }
    if (type == "waypoints") return waypoints(*object);
    if (type == "lwt") return Message(Lost{});
    if (type == "card") return Message(Card{text_of(*object, "name")});
    if (type == "encrypted") {
        const bj::value* data = object->if_contains("data");
        if (data == nullptr || !data->is_string()) {
            return fail(Code::invalid_input, "an encrypted message without data");
        }
        return Message(Encrypted{std::string(data->get_string())});
    }
    for (const std::string_view known :
         {"cmd", "configuration", "status", "steps", "beacon", "dump", "request"}) {
        if (type == known) return Message(Other{});
    }
    return fail(Code::invalid_input, "unknown _type \"" + type + "\"");
}

Result<std::string> decrypt(std::string_view base64, std::string_view secret) {
    if (sodium_init() < 0) return fail(Code::unavailable, "libsodium does not start");
    if (secret.empty() || secret.size() > crypto_secretbox_KEYBYTES) {
        return fail(Code::invalid_input, "the secret must have 1 to 32 bytes");
    }
    std::array<unsigned char, crypto_secretbox_KEYBYTES> key{};
    std::copy(secret.begin(), secret.end(), key.begin());
    std::vector<unsigned char> sealed(base64.size());
    std::size_t size = 0;
    if (sodium_base642bin(sealed.data(), sealed.size(), base64.data(), base64.size(), "\r\n ",
                          &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) {
        return fail(Code::invalid_input, "encrypted data is no base64 of nonce and box");
    }
    const std::size_t box = size - crypto_secretbox_NONCEBYTES;
    std::vector<unsigned char> opened(box - crypto_secretbox_MACBYTES + 1);
    const bool good =
        crypto_secretbox_open_easy(opened.data(), sealed.data() + crypto_secretbox_NONCEBYTES, box,
                                   sealed.data(), key.data()) == 0;
    sodium_memzero(key.data(), key.size());
    if (!good) return fail(Code::invalid_input, "the secret does not open the message");
    return std::string(reinterpret_cast<const char*>(opened.data()), opened.size() - 1);
}

}  // namespace foxtail::mqtt::owntracks
