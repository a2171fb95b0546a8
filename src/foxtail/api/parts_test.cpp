// The smaller parts: tokens, throttle, secrets on disk, metrics, sentences, packed files.
#include "foxtail/api/api_testing.hpp"
#include "foxtail/api/assets.hpp"
#include "foxtail/api/call.hpp"
#include "foxtail/api/file_secrets.hpp"
#include "foxtail/api/metrics.hpp"
#include "foxtail/api/page.hpp"
#include "foxtail/api/sentence.hpp"
#include "foxtail/api/throttle.hpp"
#include "foxtail/json/record.hpp"

#include <cstdlib>
#include <fstream>
#include <set>

#include <sys/stat.h>
#include <unistd.h>

namespace foxtail::api {
namespace {

TEST(Token, no_two_are_alike_and_only_the_hash_is_kept) {
    RealRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto fresh = create_token(random);
        EXPECT_TRUE(is_token(fresh.token));
        EXPECT_FALSE(is_token(fresh.token.substr(1)));
        EXPECT_EQ(fresh.token.size(), 47U);
        EXPECT_EQ(fresh.hash.size(), 64U);
        EXPECT_EQ(fresh.hash, hash_secret(fresh.token));
        EXPECT_TRUE(seen.insert(fresh.token).second);
    }
    // BLAKE2b-256 of the empty text, from the reference implementation.
    EXPECT_EQ(hash_secret(""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    EXPECT_TRUE(same_secret("abc", "abc"));
    EXPECT_FALSE(same_secret("abc", "abd"));
    EXPECT_FALSE(same_secret("abc", "abcd"));
}

TEST(Call, links_lead_back_the_way_the_asker_came) {
    Call call;
    call.request.headers = {{"Host", "house.example:8443"}};
    EXPECT_EQ(call.base(), "http://house.example:8443");
    call.request.secure = true;
    EXPECT_EQ(call.base(), "https://house.example:8443");
}

TEST(Throttle, a_source_has_a_few_tries_and_gets_more_with_time) {
    Throttle throttle;
    Duration now = hours(1);
    int taken = 0;
    for (int i = 0; i < 100; ++i) taken += throttle.take("eve", now) ? 1 : 0;
    EXPECT_EQ(taken, 6);
    EXPECT_TRUE(throttle.take("anna", now));
    EXPECT_TRUE(throttle.take("eve", now + seconds(10)));
    EXPECT_FALSE(throttle.take("eve", now + seconds(10)));
    throttle.give_back("eve");
    EXPECT_TRUE(throttle.take("eve", now + seconds(10)));
}

TEST(Throttle, many_sources_do_not_free_the_guilty_one) {
    Throttle throttle;
    while (throttle.take("eve", hours(1))) {
    }
    for (int i = 0; i < 5000; ++i)
        EXPECT_TRUE(throttle.take("source " + std::to_string(i), hours(1)));
    EXPECT_FALSE(throttle.take("eve", hours(1)));
}

class SecretsOnDisk : public ::testing::Test {
protected:
    SecretsOnDisk() {
        std::string folder = ::testing::TempDir() + "foxtail-secrets-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ + "/secrets.json";
    }
    ~SecretsOnDisk() override {
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
    }
    std::string folder_;
    std::string path_;
};

TEST_F(SecretsOnDisk, what_is_kept_is_read_back_and_only_by_its_owner) {
    FileSecrets secrets(path_);
    EXPECT_EQ(secrets.load().value(), SecretBook{});
    SecretBook book;
    book.passphrases["owner:änna \"x\""] = "$argon2id$...";
    book.sessions.push_back({"abc", "owner:änna \"x\"", Time{1'790'000'000'123'456}});
    book.signup_code_hash = "def";
    ASSERT_TRUE(secrets.keep(book));
    ASSERT_TRUE(secrets.keep(book));
    EXPECT_EQ(secrets.load().value(), book);
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_NE(::access((path_ + ".new").c_str(), F_OK), 0);
}

TEST_F(SecretsOnDisk, a_damaged_or_open_file_is_refused) {
    FileSecrets secrets(path_);
    ASSERT_TRUE(secrets.keep({}));
    ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
    EXPECT_EQ(secrets.load().error().code, Code::unavailable);
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
    for (const char* wrong :
         {"", "{", "[]", "{\"format\":2}", "{\"format\":1,\"sessions\":[{\"until\":\"x\"}]}"}) {
        std::ofstream(path_, std::ios::trunc) << wrong;
        EXPECT_EQ(secrets.load().error().code, Code::corrupt) << wrong;
    }
}

TEST_F(SecretsOnDisk, a_folder_that_cannot_be_written_is_told) {
    FileSecrets secrets(folder_ + "/nowhere/secrets.json");
    EXPECT_EQ(secrets.keep({}).error().code, Code::unavailable);
}

TEST(Metrics, lines_of_one_name_stand_together_under_one_head) {
    const std::vector<Metric> metrics = {
        {"a_total", "As.", Metric::Kind::counter, {{"x", "1"}}, 1},
        {"b", "Line\nbreak.", Metric::Kind::gauge, {}, 0.5},
        {"a_total", "As.", Metric::Kind::counter, {{"x", "2\n"}}, 1e15},
    };
    EXPECT_EQ(format_metrics(metrics),
              "# HELP a_total As.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total{x=\"2\\n\"} "
              "1000000000000000\n"
              "# HELP b Line\\nbreak.\n# TYPE b gauge\nb 0.5\n");
}

class NoNames final : public Names {
public:
    bool append(std::string&, PropertyId) const override { return false; }
    bool append(std::string&, ThingId) const override { return false; }
    bool append(std::string& out, SubjectId s) const override {
        out += s.index == 0 ? "hub" : s.index == 1 ? "owner:anna" : "rule:evening";
        return s.index < 3;
    }
    [[nodiscard]] std::optional<PropertyId> property(std::string_view) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::optional<ThingId> thing(std::string_view) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::optional<SubjectId> subject(std::string_view) const override {
        return std::nullopt;
    }
};

TEST(Sentence, every_kind_of_record_has_one) {
    Catalogue catalogue;
    ThingSpec lamp;
    lamp.id = "lamp";
    lamp.title = "Lamp";
    lamp.properties = {testing::House::property("power", Type::number, true)};
    lamp.properties[0].title = "Power";
    lamp.properties[0].unit = "W";
    lamp.events = {{"press", "Press", {}}};
    ASSERT_TRUE(catalogue.tell(lamp, "connector:mqtt"));
    const NoNames names;
    const auto say = [&](Body body, std::uint32_t actor = 1, std::string_view about = {}) {
        return sentence({5, Time{1}, {actor}, 0, std::move(body)}, {names, catalogue, about});
    };
    EXPECT_EQ(say(Reading{{0}, Quality::good, {}, 21.0}), "Lamp · Power is 21 W");
    EXPECT_EQ(say(Reading{{0}, Quality::estimated, {}, Null{}}),
              "Lamp · Power is unknown (estimated)");
    EXPECT_EQ(say(ReadingRefused{{0}, "x", "no number"}),
              "Lamp · Power said 'x', which was refused: no number");
    EXPECT_EQ(say(ThingTold{lamp, "connector:mqtt", {0}, {}}), "Lamp was made known by mqtt");
    EXPECT_EQ(say(ThingGone{{0}}), "Lamp is gone");
    EXPECT_EQ(say(EventHappened{{0}, "press", Value("twice")}), "Lamp · Press: twice");
    EXPECT_EQ(say(CommandAsked{{0}, {0}, "", 5.5, {}, 0}),
              "Anna asked for Lamp · Power to be 5.5 W");
    EXPECT_EQ(say(CommandAsked{{0}, {0}, "blink", {}, {}, 0}, 2),
              "Rule 'evening' asked Lamp to run 'blink'");
    EXPECT_EQ(say(CommandEnded{4, Outcome::confirmed, ""}, 0, "lamp/power"),
              "Lamp · Power did as asked");
    EXPECT_EQ(say(CommandEnded{4, Outcome::failed, "away"}, 0),
              "The command for command 4 failed: away");
    EXPECT_EQ(say(CommandDenied{"lamp/power", {}, "no grant allows it"}),
              "Anna may not set Lamp · Power: no grant allows it");
    EXPECT_EQ(say(RuleRan{"evening", RunOutcome::ran, "07:00"}, 2), "Rule 'evening' ran: 07:00");
    EXPECT_EQ(say(ClockJumped{seconds(-90)}, 0), "The clock jumped back by 1m30s");
    EXPECT_EQ(say(Started{1, "0.1.0"}, 0), "Foxtail 0.1.0 started");
    EXPECT_EQ(say(GrantGiven{{2}, {"a/*", "b/*"}, 1, {}, {}, "", ""}),
              "Anna gave rule 'evening' access to a/*, b/*");
    EXPECT_EQ(say(Reading{{99}, Quality::good, {}, true}, 9), "Property 99 is true");
    EXPECT_EQ(say(GrantEnded{12, "enough", Time{} + days(1)}),
              "Anna took back grant 12: enough; what came of it is to be erased by "
              "1970-01-02T00:00:00Z");
    EXPECT_EQ(say(ErasureTold{12, {2}, true}),
              "Rule 'evening' says that what came of grant 12 is erased");
    EXPECT_EQ(say(ErasureTold{12, {2}, false}),
              "Rule 'evening' has not said in time that what came of grant 12 is erased");
    for (const Body& body : {Body(RuleWaits{}), Body(Noticed{"x", ""}), Body(SubjectNamed{}),
                             Body(GrantEnded{}), Body(Stopped{}), Body(Dropped{}),
                             Body(InputRefused{}), Body(ConfigLoaded{"rules", "", ""})}) {
        EXPECT_FALSE(say(body).empty()) << kind_name(body);
    }
}

TEST(Page, packed_files_unpack_and_damaged_ones_do_not) {
    // printf 'hello hello hello' | gzip -n
    const std::string packed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88"
        "\xf9\xe5\x11\x00\x00\x00",
        28);
    EXPECT_EQ(gunzip(packed).value_or("?"), "hello hello hello");
    EXPECT_FALSE(gunzip(packed.substr(0, 20)));
    EXPECT_FALSE(gunzip("hello"));
    EXPECT_FALSE(gunzip(""));
    for (const Asset& asset : assets()) EXPECT_TRUE(gunzip(asset.gzip)) << asset.path;
}

}  // namespace
}  // namespace foxtail::api
