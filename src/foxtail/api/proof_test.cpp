#include "foxtail/api/proof.hpp"

#include "foxtail/api/api_testing.hpp"
#include "foxtail/api/token.hpp"
#include "foxtail/journal/merkle.hpp"
#include "foxtail/json/parse.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <sodium.h>

namespace foxtail::api {
namespace {

using testing::House;

std::string base64url_of(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();
    return text;
}

/// Who holds a token: an Ed25519 key and the proofs it makes.
class Holder {
public:
    explicit Holder(unsigned char which) {
        std::array<unsigned char, crypto_sign_SEEDBYTES> seed{};
        seed.fill(which);
        crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
    }
    [[nodiscard]] std::string jwk() const {
        return R"({"kty":"OKP","crv":"Ed25519","x":")" +
               base64url_of({reinterpret_cast<const char*>(public_.data()), public_.size()}) +
               "\"}";
    }
    [[nodiscard]] std::string thumbprint() const {
        return holder_key_from_json(*parse_json(jwk()))->thumbprint();
    }
    [[nodiscard]] std::string sign(const std::string& head, const std::string& claims) const {
        const auto text = base64url_of(head) + "." + base64url_of(claims);
        std::array<unsigned char, crypto_sign_BYTES> signature{};
        crypto_sign_detached(signature.data(), nullptr,
                             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                             secret_.data());
        return text + "." +
               base64url_of({reinterpret_cast<const char*>(signature.data()), signature.size()});
    }
    [[nodiscard]] std::string head() const {
        return R"({"typ":"dpop+jwt","alg":"EdDSA","jwk":)" + jwk() + "}";
    }
    struct Claims {
        std::string method = "GET";
        std::string uri;
        std::string id = "one";
        Time made;
        std::string token;
    };
    [[nodiscard]] std::string prove(const Claims& claims) const {
        const auto hash = ledger::sha256({claims.token});
        auto date = std::to_string(claims.made.us / 1000000) + "." +
                    std::to_string(1000000 + claims.made.us % 1000000).substr(1);
        return sign(head(), R"({"jti":")" + claims.id + R"(","htm":")" + claims.method +
                                R"(","htu":")" + claims.uri + R"(","iat":)" + date + R"(,"ath":")" +
                                base64url_of(ledger::bytes_of(hash)) + "\"}");
    }

private:
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_{};
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_{};
};

HttpRequest request_for(std::string path, std::string host) {
    HttpRequest request;
    request.method = "GET";
    request.path = std::move(path);
    request.headers = {{"Host", std::move(host)}};
    return request;
}

const Time noon{1'800'000'000'000'000};

TEST(Proof, the_example_of_the_standard_is_read_and_its_key_signed_it) {
    // RFC 9449, 7.1: the request to a protected resource, with its token.
    const std::string token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const std::string text =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0Vj"
        "NoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5"
        "VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VU"
        "IiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2Mj"
        "I2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRq"
        "zhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const auto proof = read_proof(text);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_EQ(proof->key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    EXPECT_EQ(proof->made, Time{1562262618000000});
    auto request = request_for("/protectedresource", "resource.example.org");
    const auto good = check_proof(*proof, request, token);
    EXPECT_TRUE(good) << good.error().message;
    EXPECT_FALSE(check_proof(*proof, request, token + "x"));
    request.method = "POST";
    EXPECT_FALSE(check_proof(*proof, request, token));
}

TEST(Proof, one_that_was_changed_anywhere_is_not_taken) {
    const Holder holder(1);
    const auto request = request_for("/things", "hub.lan");
    const Holder::Claims claims{"GET", "http://hub.lan/things", "one", noon, "fxt_x"};
    const auto text = holder.prove(claims);
    ASSERT_TRUE(check_proof(*read_proof(text), request, "fxt_x"));
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        const auto proof = read_proof(changed);
        const bool of_the_same_key =
            proof && proof->key.thumbprint() == read_proof(text)->key.thumbprint();
        EXPECT_FALSE(of_the_same_key && check_proof(*proof, request, "fxt_x")) << at;
    }
}

TEST(Proof, what_is_no_proof_is_told_apart) {
    const Holder holder(1);
    const auto claims = R"({"jti":"a","htm":"GET","htu":"http://h/","iat":1,"ath":")" +
                        base64url_of(std::string(32, 'x')) + "\"}";
    const auto told = [&](const std::string& head, const std::string& body) {
        const auto proof = read_proof(holder.sign(head, body));
        return proof ? std::string("read") : proof.error().message;
    };
    const auto jwk = holder.jwk();
    EXPECT_EQ(told(holder.head(), claims), "read");
    EXPECT_NE(told(R"({"typ":"JWT","alg":"EdDSA","jwk":)" + jwk + "}", claims), "read");
    EXPECT_NE(told(R"({"typ":"dpop+jwt","alg":"none","jwk":)" + jwk + "}", claims), "read");
    EXPECT_NE(told(R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + jwk + "}", claims), "read");
    EXPECT_NE(told(R"({"typ":"dpop+jwt","alg":"EdDSA"})", claims), "read");
    EXPECT_NE(told(R"({"typ":"dpop+jwt","alg":"EdDSA","crit":["b64"],"jwk":)" + jwk + "}", claims),
              "read");
    EXPECT_NE(told(holder.head(), R"({"jti":"a","htm":"GET","htu":"http://h/","iat":1})"), "read");
    EXPECT_NE(told(holder.head(), "[]"), "read");
    for (const char* text : {"", ".", "..", "a.b.c", "e30.e30.e30", "e30.e30"})
        EXPECT_FALSE(read_proof(text)) << text;
    EXPECT_FALSE(read_proof(std::string(100000, '.')));
    for (
        const char* key :
        {R"({"kty":"oct","k":"AAAA"})", R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})",
         R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         R"({"kty":"OKP","crv":"Ed25519","d":"AA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
         "[]", "7"})
        EXPECT_FALSE(holder_key_from_json(*parse_json(key))) << key;
}

TEST(Proof, thumbprints_are_as_the_standard_has_them) {
    // RFC 8037, appendix A.3.
    const auto key = holder_key_from_json(*parse_json(
        R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    EXPECT_TRUE(is_thumbprint(key->thumbprint()));
    EXPECT_FALSE(is_thumbprint("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4"));
    EXPECT_FALSE(is_thumbprint("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k="));
}

TEST(Proof, a_point_that_is_not_on_the_curve_signed_nothing) {
    HolderKey key;
    key.x.fill(7);
    key.y.fill(9);
    EXPECT_FALSE(key.signed_this("text", std::string(64, '\1')));
    EXPECT_FALSE(key.signed_this("text", std::string(64, '\0')));
    EXPECT_FALSE(key.signed_this("text", ""));
}

TEST(Proof, an_address_is_the_same_however_it_may_be_spelled_and_no_other) {
    const Holder holder(1);
    auto request = request_for("/things/a%20b", "hub.lan:8420");
    const auto fits = [&](const std::string& uri) {
        const Holder::Claims claims{"GET", uri, "one", noon, "t"};
        return check_proof(*read_proof(holder.prove(claims)), request, "t").has_value();
    };
    EXPECT_TRUE(fits("http://hub.lan:8420/things/a%20b"));
    EXPECT_TRUE(fits("HTTP://HUB.LAN:8420/things/a%20b?limit=5#top"));
    EXPECT_TRUE(fits("https://hub.lan:8420/things/a%20b")) << "a proxy may have taken TLS off";
    for (const char* other :
         {"http://hub.lan/things/a%20b", "http://other.lan:8420/things/a%20b",
          "http://hub.lan:8420/things", "http://hub.lan:8420/", "http://hub.lan:8420",
          "ftp://hub.lan:8420/things/a%20b", "ws://hub.lan:8420/things/a%20b", "/things/a%20b", "",
          "http://hub.lan:8420@evil/things/a%20b"})
        EXPECT_FALSE(fits(other)) << other;
    request.secure = true;
    EXPECT_FALSE(fits("http://hub.lan:8420/things/a%20b"));
    request = request_for("/", "hub.lan");
    EXPECT_TRUE(fits("http://hub.lan:80"));
    EXPECT_TRUE(fits("https://hub.lan:443/"));
    EXPECT_FALSE(fits("http://hub.lan:443/"));
    request = request_for("/stream", "hub.lan");
    request.wants_websocket = true;
    EXPECT_TRUE(fits("ws://hub.lan/stream"));
    EXPECT_TRUE(fits("wss://hub.lan/stream"));
}

TEST(ProofsTaken, each_counts_once_and_for_a_minute) {
    const Holder holder(1);
    const Holder other(2);
    ProofsTaken taken;
    taken.begin(noon - hours(1));
    const auto take = [&](const Holder& who, const char* id, Time made, Time now) {
        const auto proof = read_proof(who.prove({"GET", "http://h/", id, made, "t"}));
        return taken.take(*proof, now).has_value();
    };
    EXPECT_TRUE(take(holder, "a", noon, noon));
    EXPECT_FALSE(take(holder, "a", noon, noon));
    EXPECT_FALSE(take(holder, "a", noon + seconds(5), noon + seconds(5))) << "the same id";
    EXPECT_TRUE(take(other, "a", noon, noon)) << "another's id";
    EXPECT_TRUE(take(holder, "b", noon - seconds(59), noon));
    EXPECT_FALSE(take(holder, "c", noon - seconds(60), noon));
    EXPECT_TRUE(take(holder, "d", noon + seconds(60), noon)) << "whose clock is ahead";
    EXPECT_FALSE(take(holder, "e", noon + seconds(61), noon));
    EXPECT_FALSE(take(holder, "d", noon + seconds(60), noon + seconds(119)));
    EXPECT_EQ(taken.size(), 1U) << "what counts no more is not remembered";
    EXPECT_FALSE(take(holder, "d", noon + seconds(60), noon + seconds(120)));
    EXPECT_EQ(taken.size(), 0U);
}

TEST(ProofsTaken, neither_a_restart_nor_a_clock_set_back_makes_an_old_one_new) {
    const Holder holder(1);
    ProofsTaken taken;
    taken.begin(noon);
    const auto take = [&](const char* id, Time made, Time now) {
        return taken.take(*read_proof(holder.prove({"GET", "http://h/", id, made, "t"})), now)
            .has_value();
    };
    EXPECT_FALSE(take("before", noon - seconds(1), noon + seconds(1)));
    EXPECT_TRUE(take("a", noon + seconds(1), noon + seconds(1)));
    EXPECT_TRUE(take("b", noon + hours(1), noon + hours(1)));
    EXPECT_FALSE(take("a", noon + seconds(1), noon + seconds(2))) << "set back by an hour";
    EXPECT_FALSE(take("b", noon + hours(1), noon + hours(1)));
    EXPECT_TRUE(take("c", noon + hours(1), noon + hours(1)));
}

TEST(ProofsTaken, are_bounded_for_each_key_and_others_do_not_feel_it) {
    const Holder holder(1);
    const Holder other(2);
    ProofsTaken taken;
    taken.begin(noon - hours(1));
    auto proof = *read_proof(holder.prove({"GET", "http://h/", "x", noon, "t"}));
    for (std::size_t i = 0; i < ProofsTaken::of_one_key_max; ++i) {
        proof.id = std::to_string(i);
        ASSERT_TRUE(taken.take(proof, noon));
    }
    EXPECT_EQ(taken.take(proof, noon).error().code, Code::denied);
    proof.id = "one more";
    EXPECT_EQ(taken.take(proof, noon).error().code, Code::exhausted);
    EXPECT_TRUE(taken.take(*read_proof(other.prove({"GET", "http://h/", "x", noon, "t"})), noon));
    EXPECT_FALSE(taken.take(proof, noon + seconds(60)));
    proof.made = noon + seconds(60);
    EXPECT_TRUE(taken.take(proof, noon + seconds(60))) << "room again";
}

// ---- the whole way in
// ---------------------------------------------------------------------------------------------------

struct Bound {
    std::string id;
    std::string token;
};

Bound give_bound(House& house, const Holder& holder, const std::string& terms = "{}") {
    const auto answer =
        HttpClient(house.as_owner())
            .post("/grants",
                  R"({"subject_name":"participant:insurer","addresses":["hall-lamp/*"],"verbs":)"
                  R"(["read","observe"],"terms":)" +
                      terms + R"(,"key":)" + holder.jwk() + "}")
            .value();
    EXPECT_EQ(answer.status, 201U) << answer.body;
    const auto body = parse_json(answer.body).value().as_object();
    EXPECT_EQ(std::string_view(body.at("key").as_string()), holder.thumbprint());
    return {std::to_string(body.at("id").to_number<std::uint64_t>()),
            std::string(std::string_view(body.at("token").as_string()))};
}

HttpEndpoint proven(const House& house, const std::string& token, const std::string& proof) {
    auto to = house.as({});
    to.headers = {{"Authorization", "DPoP " + token}, {"DPoP", proof}};
    return to;
}

TEST(BoundToken, opens_only_with_proofs_of_its_key_and_fails_in_one_way) {
    House house;
    const Holder holder(1);
    const Holder thief(2);
    const auto given = give_bound(house, holder);
    const auto base = "http://127.0.0.1:" + std::to_string(house.port);
    const std::string target = "/things/hall-lamp/properties/on";
    const auto claims = [&](const char* id) {
        return Holder::Claims{"GET", base + target, id, house.clock.now(), given.token};
    };
    const auto first = holder.prove(claims("1"));
    const auto right = HttpClient(proven(house, given.token, first)).get(target).value();
    EXPECT_EQ(right.status, 200U) << right.body;

    const auto unknown = HttpClient(house.as("fxt_nobodys")).get(target).value();
    EXPECT_EQ(unknown.status, 401U);
    const auto fails_alike = [&](const HttpEndpoint& to, const char* why) {
        const auto answer = HttpClient(to).get(target).value();
        EXPECT_EQ(answer.status, 401U) << why;
        EXPECT_EQ(answer.body, unknown.body) << why;
        EXPECT_EQ(answer.headers.size(), unknown.headers.size()) << why;
    };
    fails_alike(house.as(given.token), "without a proof");
    fails_alike(proven(house, given.token, first), "a second time");
    fails_alike(proven(house, given.token, thief.prove(claims("2"))), "with another key");
    fails_alike(proven(house, given.token, "nonsense"), "with no proof");
    auto other = claims("3");
    other.uri = base + "/things";
    fails_alike(proven(house, given.token, holder.prove(other)), "for another address");
    other = claims("4");
    other.made = house.clock.now() - minutes(5);
    fails_alike(proven(house, given.token, holder.prove(other)), "too old");
    other = claims("5");
    other.token = house.owner_token;
    fails_alike(proven(house, house.owner_token, holder.prove(other)),
                "a token that is bound to none");

    EXPECT_EQ(HttpClient(house.as_owner()).remove("/grants/" + given.id)->status, 200U);
    fails_alike(proven(house, given.token, holder.prove(claims("8"))), "taken back");
}

TEST(BoundToken, a_narrower_grant_keeps_the_key_and_the_list_says_that_there_is_one) {
    House house;
    const Holder holder(1);
    const auto given = give_bound(house, holder);
    HttpClient owner(house.as_owner());
    const auto narrower =
        owner.put("/grants/" + given.id, R"({"addresses":["hall-lamp/on"]})").value();
    EXPECT_EQ(narrower.status, 200U) << narrower.body;
    const std::string target = "/things/hall-lamp/properties/on";
    EXPECT_EQ(HttpClient(house.as(given.token)).get(target)->status, 401U);
    const auto proof =
        holder.prove({"GET", "http://127.0.0.1:" + std::to_string(house.port) + target, "1",
                      house.clock.now(), given.token});
    EXPECT_EQ(HttpClient(proven(house, given.token, proof)).get(target)->status, 200U);
    const auto listed = owner.get("/grants")->body;
    EXPECT_NE(listed.find(R"("token":true,"bound":true)"), std::string::npos) << listed;
    EXPECT_EQ(listed.find(holder.thumbprint()), std::string::npos);
}

TEST(BoundToken, its_ended_grant_is_answered_for_only_with_the_key) {
    House house;
    const Holder holder(1);
    const auto given = give_bound(house, holder, R"({"obligations":{"erase_after":"90d"}})");
    EXPECT_EQ(HttpClient(house.as_owner()).remove("/grants/" + given.id)->status, 200U);
    const auto ask = [&](const Holder& who, const char* id) {
        const auto proof =
            who.prove({"POST", "http://127.0.0.1:" + std::to_string(house.port) + "/erasure", id,
                       house.clock.now(), given.token});
        return HttpClient(proven(house, given.token, proof)).post("/erasure", "")->status;
    };
    EXPECT_EQ(HttpClient(house.as(given.token)).post("/erasure", "")->status, 401U);
    EXPECT_EQ(ask(Holder(2), "1"), 401U);
    EXPECT_EQ(ask(holder, "2"), 200U);
    EXPECT_EQ(ask(holder, "2"), 401U) << "the same proof again";
}

TEST(BoundToken, a_key_is_refused_that_is_none_or_has_nothing_to_bind) {
    House house;
    HttpClient owner(house.as_owner());
    const auto status = [&](const std::string& subject, const std::string& key) {
        return owner
            .post("/grants", R"({"subject_name":")" + subject +
                                 R"(","addresses":["*"],"verbs":["read"],"key":)" + key + "}")
            ->status;
    };
    EXPECT_EQ(status("dashboard", "7"), 400U);
    EXPECT_EQ(status("dashboard", R"("short")"), 400U);
    EXPECT_EQ(status("dashboard", R"({"kty":"RSA"})"), 400U);
    EXPECT_EQ(status("resident:ben", Holder(1).jwk()), 400U);
    EXPECT_EQ(status("dashboard", '"' + Holder(1).thumbprint() + '"'), 201U);
}

}  // namespace
}  // namespace foxtail::api
