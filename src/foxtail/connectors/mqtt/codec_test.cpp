#include "foxtail/connectors/mqtt/codec.hpp"

#include "foxtail/connectors/mqtt/codec_properties.hpp"

#include <array>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// GCC 12 takes the member of an empty optional for a value that is used.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace foxtail::mqtt {
namespace {

using namespace std::string_literals;

Decoded decode_one(Decoder& decoder, std::string_view bytes, std::optional<Version> version,
                   Packet& out) {
    return decoder.decode(bytes, {.version = version}, out);
}

struct Wrong {
    const char* what;
    std::optional<Version> version;
    std::string bytes;
    Reason reason;
};

std::string connect_311(const std::string& variable) {
    return "\x10"s + static_cast<char>(variable.size()) + variable;
}

constexpr auto none = std::nullopt;
constexpr auto v3 = Version::v311;
constexpr auto v5 = Version::v5;
const Wrong malformed[] = {
    {"type 0", v5, "\x00\x00"s, Reason::malformed_packet},
    {"ping before connect", none, "\xC0\x00"s, Reason::protocol_error},
    {"publish before connect", none, "\x30\x03\x00\x01\x61"s, Reason::protocol_error},
    {"connect with flags", none, "\x11\x00"s, Reason::malformed_packet},
    {"subscribe without flag 2", v5, "\x80\x00"s, Reason::malformed_packet},
    {"puback with flags", v5, "\x41\x02\x00\x01"s, Reason::malformed_packet},
    {"five length bytes", v5, "\x30\xFF\xFF\xFF\xFF\x01"s, Reason::malformed_packet},
    {"length not in shortest form", v5, "\xC0\x80\x00"s, Reason::malformed_packet},
    {"ping with a body", v5, "\xC0\x01\x00"s, Reason::malformed_packet},
    {"auth in 3.1.1", v3, "\xF0\x00"s, Reason::malformed_packet},
    {"wrong protocol name", none, connect_311("\x00\x04MQTX\x04\x02\x00\x00\x00\x00"s),
     Reason::unsupported_protocol_version},
    {"mqtt 3.1", none, connect_311("\x00\x06MQIsdp\x03\x02\x00\x00\x00\x00"s),
     Reason::unsupported_protocol_version},
    {"level 6", none, connect_311("\x00\x04MQTT\x06\x02\x00\x00\x00\x00"s),
     Reason::unsupported_protocol_version},
    {"connect reserved flag", none, connect_311("\x00\x04MQTT\x04\x03\x00\x00\x00\x00"s),
     Reason::malformed_packet},
    {"will qos without will", none, connect_311("\x00\x04MQTT\x04\x0A\x00\x00\x00\x00"s),
     Reason::malformed_packet},
    {"will retain without will", none, connect_311("\x00\x04MQTT\x04\x22\x00\x00\x00\x00"s),
     Reason::malformed_packet},
    {"will qos 3", none, connect_311("\x00\x04MQTT\x04\x1E\x00\x00\x00\x00\x00\x01w\x00\x00"s),
     Reason::malformed_packet},
    {"will topic with wildcard", none,
     connect_311("\x00\x04MQTT\x04\x06\x00\x00\x00\x00\x00\x01+\x00\x00"s),
     Reason::topic_name_invalid},
    {"password without user in 3.1.1", none,
     connect_311("\x00\x04MQTT\x04\x42\x00\x00\x00\x00\x00\x01p"s), Reason::malformed_packet},
    {"connect cut short", none, connect_311("\x00\x04MQTT\x04\x02\x00"s), Reason::malformed_packet},
    {"client id not utf-8", none, connect_311("\x00\x04MQTT\x04\x02\x00\x00\x00\x02\xC0\x80"s),
     Reason::malformed_packet},
    {"client id with nul", none, connect_311("\x00\x04MQTT\x04\x02\x00\x00\x00\x01\x00"s),
     Reason::malformed_packet},
    {"bytes after connect", none, connect_311("\x00\x04MQTT\x04\x02\x00\x00\x00\x00zz"s),
     Reason::malformed_packet},
    {"receive maximum 0", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x03\x21\x00\x00\x00\x00"s), Reason::protocol_error},
    {"maximum packet size 0", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x05\x27\x00\x00\x00\x00\x00\x00"s),
     Reason::protocol_error},
    {"property twice", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x04\x17\x01\x17\x01\x00\x00"s),
     Reason::protocol_error},
    {"unknown property", none, connect_311("\x00\x04MQTT\x05\x02\x00\x00\x02\x7F\x01\x00\x00"s),
     Reason::malformed_packet},
    {"property of another packet", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x02\x01\x01\x00\x00"s), Reason::protocol_error},
    {"properties beyond the packet", none, connect_311("\x00\x04MQTT\x05\x02\x00\x00\x7F\x00\x00"s),
     Reason::malformed_packet},
    {"property beyond its block", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x02\x21\x00\x01\x00\x00"s),
     Reason::malformed_packet},
    {"problem info 2", none, connect_311("\x00\x04MQTT\x05\x02\x00\x00\x02\x17\x02\x00\x00"s),
     Reason::protocol_error},
    {"auth data without method", none,
     connect_311("\x00\x04MQTT\x05\x02\x00\x00\x03\x16\x00\x00\x00\x00"s), Reason::protocol_error},
    {"qos 3", v5, "\x36\x06\x00\x01\x61\x00\x01\x00"s, Reason::malformed_packet},
    {"duplicate of qos 0", v5, "\x38\x04\x00\x01\x61\x00"s, Reason::malformed_packet},
    {"packet id 0", v5, "\x32\x06\x00\x01\x61\x00\x00\x00"s, Reason::protocol_error},
    {"empty topic in 3.1.1", v3, "\x30\x02\x00\x00"s, Reason::topic_name_invalid},
    {"empty topic without alias", v5, "\x30\x03\x00\x00\x00"s, Reason::protocol_error},
    {"topic alias 0", v5, "\x30\x07\x00\x01\x61\x03\x23\x00\x00"s, Reason::topic_alias_invalid},
    {"topic with +", v3, "\x30\x03\x00\x01+"s, Reason::topic_name_invalid},
    {"topic with #", v3, "\x30\x05\x00\x03\x61/#"s, Reason::topic_name_invalid},
    {"topic with nul", v3, "\x30\x03\x00\x01\x00"s, Reason::malformed_packet},
    {"topic with a surrogate", v3, "\x30\x05\x00\x03\xED\xA0\x80"s, Reason::malformed_packet},
    {"topic longer than packet", v3, "\x30\x03\x00\x02\x61"s, Reason::malformed_packet},
    {"response topic with wildcard", v5, "\x30\x08\x00\x01\x61\x04\x08\x00\x01#"s,
     Reason::protocol_error},
    {"payload format 2", v5, "\x30\x06\x00\x01\x61\x02\x01\x02"s, Reason::protocol_error},
    {"subscribe without filter", v3, "\x82\x02\x00\x01"s, Reason::protocol_error},
    {"subscribe id 0", v3, "\x82\x06\x00\x00\x00\x01\x61\x00"s, Reason::protocol_error},
    {"subscribe qos 3 in 3.1.1", v3, "\x82\x06\x00\x01\x00\x01\x61\x03"s, Reason::malformed_packet},
    {"subscribe qos 3", v5, "\x82\x07\x00\x01\x00\x00\x01\x61\x03"s, Reason::protocol_error},
    {"v5 options in 3.1.1", v3, "\x82\x06\x00\x01\x00\x01\x61\x04"s, Reason::malformed_packet},
    {"retain handling 3", v5, "\x82\x07\x00\x01\x00\x00\x01\x61\x30"s, Reason::protocol_error},
    {"no local and shared", v5, "\x82\x10\x00\x01\x00\x00\x0A$share/g/a\x04"s,
     Reason::protocol_error},
    {"filter a#", v5, "\x82\x08\x00\x01\x00\x00\x02\x61#\x00"s, Reason::topic_filter_invalid},
    {"filter #/a", v5, "\x82\x09\x00\x01\x00\x00\x03#/\x61\x00"s, Reason::topic_filter_invalid},
    {"empty filter", v5, "\x82\x06\x00\x01\x00\x00\x00\x00"s, Reason::topic_filter_invalid},
    {"subscription id 0", v5, "\x82\x09\x00\x01\x02\x0B\x00\x00\x01\x61\x00"s,
     Reason::protocol_error},
    {"two subscription ids", v5, "\x82\x0B\x00\x01\x04\x0B\x01\x0B\x02\x00\x01\x61\x00"s,
     Reason::protocol_error},
    {"unsubscribe without filter", v5, "\xA2\x03\x00\x01\x00"s, Reason::protocol_error},
    {"disconnect with a body in 3.1.1", v3, "\xE0\x01\x00"s, Reason::malformed_packet},
    {"server reference in a publish", v5, "\x30\x08\x00\x01\x61\x04\x1C\x00\x01s"s,
     Reason::protocol_error},
};

TEST(Codec, every_malformed_packet_is_answered_with_its_reason) {
    Decoder decoder;
    for (const auto& each : malformed) {
        Packet packet;
        const auto decoded = decode_one(decoder, each.bytes, each.version, packet);
        EXPECT_EQ(decoded.progress, Progress::error) << each.what;
        EXPECT_STREQ(name(decoded.reason), name(each.reason)) << each.what << ": " << decoded.why;
    }
}

TEST(Codec, a_broken_connect_tells_in_which_form_to_answer) {
    Decoder decoder;
    Packet packet;
    const auto asked = [&](const std::string& variable) {
        return decode_one(decoder, connect_311(variable), std::nullopt, packet).version;
    };
    EXPECT_EQ(asked("\x00\x04MQTT\x05\x03\x00\x00\x00\x00\x00"s), Version::v5);
    EXPECT_EQ(asked("\x00\x04MQTT\x04\x03\x00\x00\x00\x00"s), Version::v311);
    EXPECT_EQ(asked("\x00\x04MQTT\x09\x03\x00\x00\x00\x00"s), Version::v5);
    EXPECT_EQ(asked("\x00\x06MQIsdp\x03\x03\x00\x00\x00\x00"s), Version::v311);
    EXPECT_EQ(asked("\x00\x04HTTP\x04\x03\x00\x00\x00\x00"s), std::nullopt);
}

TEST(Codec, a_packet_beyond_the_limit_is_refused_on_its_first_bytes) {
    Decoder decoder;
    Packet packet;
    const DecodeRules rules{.version = Version::v311, .packet_bytes_max = 1000};
    const auto giant = decoder.decode("\x30\xFF\xFF\xFF\x7F"s, rules, packet);
    EXPECT_EQ(giant.progress, Progress::error);
    EXPECT_EQ(giant.reason, Reason::packet_too_large);
    const auto fits = decoder.decode("\x30\xE5\x07"s, rules, packet);  // 3 + 997
    EXPECT_EQ(fits.progress, Progress::more);
    EXPECT_EQ(fits.bytes, 1000U);
    EXPECT_EQ(decoder.decode("\x30\xE6\x07"s, rules, packet).reason, Reason::packet_too_large);
}

TEST(Codec, too_many_properties_or_filters_are_an_exhausted_limit) {
    Decoder decoder;
    Packet out;
    std::vector<UserProperty> user(user_properties_max + 1, {"k", "v"});
    std::string bytes;
    encode(bytes, Version::v5, Publish{.topic = "t", .properties = {.user = user}});
    EXPECT_EQ(decode_one(decoder, bytes, Version::v5, out).reason, Reason::quota_exceeded);
    bytes.clear();
    std::vector<Filter> filters(filters_per_packet_max + 1, Filter{.filter = "a"});
    encode(bytes, Version::v5, Subscribe{.packet_id = 1, .filters = filters});
    EXPECT_EQ(decode_one(decoder, bytes, Version::v5, out).reason, Reason::quota_exceeded);
}

/// Random but valid packets of every kind; all texts live as long as the maker.
class Maker {
public:
    explicit Maker(std::uint32_t seed) : random_(seed) {}

    std::uint32_t number(std::uint32_t most) {
        return static_cast<std::uint32_t>(random_() % (most + 1ULL));
    }
    bool coin() { return number(1) == 1; }
    Version version() { return coin() ? Version::v5 : Version::v311; }
    std::uint16_t id() { return static_cast<std::uint16_t>(1 + number(0xFFFE)); }
    std::string_view bytes(std::size_t least = 0) {
        auto& text = kept_.emplace_back();
        for (std::size_t n = least + number(number(20) == 0 ? 40'000 : 20); n > 0; --n) {
            text.push_back(static_cast<char>(number(255)));
        }
        return text;
    }
    std::string_view text(std::size_t least = 0) {
        static constexpr std::array<const char*, 7> parts{"a", "temperature", "/", "ä",
                                                          "€", "🦊",        " "};
        auto& text = kept_.emplace_back();
        for (std::size_t n = least + number(6); n > 0; --n) text += parts[number(6)];
        return text;
    }

    Properties properties(std::uint16_t place, Version version) {
        Properties made;
        if (version == Version::v311) return made;
        for_each_property(
            made, [&](std::uint8_t, auto& field, int places, Shape shape = Shape::binary) {
                using Field = std::remove_cvref_t<decltype(field)>;
                if ((places & place) == 0 || coin()) return;
                if constexpr (std::is_same_v<Field, std::span<const UserProperty>>) {
                    auto& list = user_.emplace_back();
                    for (std::size_t n = number(5); n > 0; --n) list.push_back({text(), text()});
                    field = list;
                } else if constexpr (std::is_same_v<Field, std::span<const std::uint32_t>>) {
                    auto& list = numbers_.emplace_back();
                    for (std::size_t n = place == in_subscribe ? 1 : 1 + number(5); n > 0; --n) {
                        list.push_back(1 + number(268'435'454));
                    }
                    field = list;
                } else if constexpr (std::is_same_v<typename Field::value_type, std::string_view>) {
                    field = shape == Shape::text ? text(1) : bytes();
                } else if constexpr (sizeof(typename Field::value_type) == 1) {
                    field = static_cast<std::uint8_t>(number(1));
                } else {
                    field = static_cast<typename Field::value_type>(1 + number(0xFFFE));
                }
            });
        if (!made.authentication_method) made.authentication_bytes.reset();
        return made;
    }

    Packet packet(Version version) {
        switch (number(11)) {
            case 0:
                return connect(version);
            case 1:
                return Connack{coin(), coin() ? Reason::success : Reason::not_authorized,
                               properties(in_connack, version)};
            case 2: {
                const auto qos = static_cast<std::uint8_t>(number(2));
                return Publish{qos != 0 && coin(),
                               qos,
                               coin(),
                               text(1),
                               qos != 0 ? id() : std::uint16_t{0},
                               properties(in_publish, version),
                               bytes()};
            }
            case 3: {
                const auto type = static_cast<PacketType>(4 + number(3));
                const auto reason =
                    version == Version::v5 && coin() ? Reason::quota_exceeded : Reason::success;
                return Ack{type, id(), reason, properties(in(type), version)};
            }
            case 4:
                return subscribe(version);
            case 5:
                return Suback{id(), properties(in(PacketType::suback), version), bytes(1)};
            case 6: {
                auto& list = names_.emplace_back();
                for (std::size_t n = 1 + number(5); n > 0; --n)
                    list.push_back(coin() ? "a/+/#" : text(1));
                return Unsubscribe{id(), properties(in(PacketType::unsubscribe), version), list};
            }
            case 7:
                return Unsuback{id(), properties(in(PacketType::unsuback), version),
                                version == Version::v5 ? bytes(1) : std::string_view()};
            case 8:
                return Pingreq{};
            case 9:
                return Pingresp{};
            case 10:
                return Disconnect{version == Version::v5 ? Reason::server_busy : Reason::success,
                                  properties(in_disconnect, version)};
            default:
                if (version == Version::v311) return Pingreq{};
                return Auth{Reason::continue_authentication, properties(in_auth, version)};
        }
    }

private:
    Packet connect(Version version) {
        Connect made;
        made.version = version;
        made.clean_start = coin();
        made.keep_alive_s = id();
        made.client_id = text();
        made.properties = properties(in_connect, version);
        if (coin()) {
            made.will = Will{text(1), bytes(), static_cast<std::uint8_t>(number(2)), coin(),
                             properties(in_will, version)};
        }
        if (coin()) made.user_name = text();
        if (made.user_name && coin()) made.password = bytes();
        return made;
    }
    Packet subscribe(Version version) {
        auto& list = filters_.emplace_back();
        for (std::size_t n = 1 + number(5); n > 0; --n) {
            Filter each{.filter = coin() ? "+/b/#" : text(1),
                        .qos = static_cast<std::uint8_t>(number(2))};
            if (version == Version::v5) {
                each.no_local = coin();
                each.retain_as_published = coin();
                each.retain_sending = static_cast<RetainSending>(number(2));
            }
            list.push_back(each);
        }
        return Subscribe{id(), properties(in_subscribe, version), list};
    }

    std::mt19937 random_;
    std::deque<std::string> kept_;
    std::deque<std::vector<UserProperty>> user_;
    std::deque<std::vector<std::uint32_t>> numbers_;
    std::deque<std::vector<Filter>> filters_;
    std::deque<std::vector<std::string_view>> names_;
};

TEST(Codec, what_is_encoded_decodes_to_the_same_whole_or_byte_by_byte) {
    Decoder decoder;
    std::array<int, std::variant_size_v<Packet>> seen{};
    for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
        Maker maker(seed);
        const auto version = maker.version();
        const auto packet = maker.packet(version);
        ++seen[packet.index()];
        std::string bytes;
        encode(bytes, version, packet);

        const auto rules_version =
            std::holds_alternative<Connect>(packet) ? std::nullopt : std::optional(version);
        Packet decoded;
        const auto outcome = decode_one(decoder, bytes, rules_version, decoded);
        ASSERT_EQ(outcome.progress, Progress::packet) << "seed " << seed << ": " << outcome.why;
        ASSERT_EQ(outcome.bytes, bytes.size()) << "seed " << seed;
        ASSERT_EQ(decoded.index(), packet.index()) << "seed " << seed;
        std::string again;
        encode(again, version, decoded);
        ASSERT_EQ(again, bytes) << "seed " << seed;

        for (std::size_t cut = 0; cut < std::min<std::size_t>(bytes.size(), 100); ++cut) {
            const auto part =
                decode_one(decoder, std::string_view(bytes).substr(0, cut), rules_version, decoded);
            ASSERT_EQ(part.progress, Progress::more) << "seed " << seed << " cut at " << cut;
        }
    }
    for (const auto count : seen) EXPECT_GT(count, 20);
}

TEST(Codec, a_flipped_byte_never_makes_it_read_beyond_the_packet) {
    Decoder decoder;
    for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
        Maker maker(seed);
        const auto version = maker.version();
        std::string bytes;
        encode(bytes, version, maker.packet(version));
        bytes[maker.number(static_cast<std::uint32_t>(bytes.size() - 1))] =
            static_cast<char>(maker.number(255));
        // An exact copy on the heap, so that the sanitizer sees one byte too many.
        const std::vector<char> exact(bytes.begin(), bytes.end());
        Packet packet;
        const auto outcome = decode_one(decoder, {exact.data(), exact.size()}, version, packet);
        EXPECT_LE(outcome.progress == Progress::packet ? outcome.bytes : 0, exact.size());
    }
}

TEST(Codec, the_fields_of_a_publish_arrive_in_their_places) {
    const auto correlation = "\x00\x01"s;
    std::string encoded;
    const std::array<UserProperty, 2> user{{{"fx-cause", "17"}, {"fx-cause", "18"}}};
    const std::array<std::uint32_t, 2> ids{5, 268'435'455};
    encode(encoded, Version::v5,
           Publish{true,
                   1,
                   true,
                   "a/b",
                   0x1234,
                   {.payload_format = 1,
                    .message_expiry_s = 60,
                    .content_type = "text/plain",
                    .response_topic = "r/t",
                    .correlation = correlation,
                    .subscription_ids = ids,
                    .topic_alias = 7,
                    .user = user},
                   "payload"});
    Decoder decoder;
    Packet packet;
    ASSERT_EQ(decode_one(decoder, encoded, Version::v5, packet).progress, Progress::packet);
    const auto& got = std::get<Publish>(packet);
    EXPECT_TRUE(got.duplicate && got.retain);
    EXPECT_EQ(got.qos, 1);
    EXPECT_EQ(got.topic, "a/b");
    EXPECT_EQ(got.packet_id, 0x1234);
    EXPECT_EQ(got.payload, "payload");
    EXPECT_EQ(got.properties.payload_format, 1);
    EXPECT_EQ(got.properties.message_expiry_s, 60U);
    EXPECT_EQ(got.properties.content_type, "text/plain");
    EXPECT_EQ(got.properties.response_topic, "r/t");
    EXPECT_EQ(got.properties.correlation, correlation);
    EXPECT_EQ(got.properties.topic_alias, 7);
    ASSERT_EQ(got.properties.user.size(), 2U);
    EXPECT_EQ(got.properties.user[1], user[1]);
    ASSERT_EQ(got.properties.subscription_ids.size(), 2U);
    EXPECT_EQ(got.properties.subscription_ids[1], ids[1]);
}

TEST(Codec, texts_are_utf8_without_nul_wherever_the_fast_path_ends) {
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string lead(before, 'x');
        EXPECT_TRUE(valid_text(lead + "€ 🦊 ok")) << before;
        EXPECT_FALSE(valid_text(lead + "\0"s + "after the nul")) << before;
        EXPECT_FALSE(valid_text(lead + "\xFF" + "after")) << before;
        EXPECT_FALSE(valid_text(lead + "\xE2\x82")) << before;
    }
    EXPECT_TRUE(valid_text(std::string(0xFFFF, 'a')));
    EXPECT_FALSE(valid_text(std::string(0x10000, 'a')));
}

TEST(Codec, connack_of_311_knows_five_words_for_no) {
    for (std::uint8_t code = 0; code <= 5; ++code) {
        EXPECT_EQ(connack_code_311(reason_from_connack_311(code)), code);
    }
    EXPECT_EQ(connack_code_311(Reason::server_busy), 3);
    EXPECT_EQ(connack_code_311(Reason::banned), 5);
    EXPECT_STREQ(name(static_cast<Reason>(0x42)), "unknown");
}

}  // namespace
}  // namespace foxtail::mqtt
