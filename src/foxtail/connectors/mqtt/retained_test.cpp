#include "foxtail/connectors/mqtt/retained.hpp"

#include "foxtail/connectors/mqtt/retained_bytes.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace foxtail::mqtt {
namespace {

class Retained : public testing::Test {
protected:
    bool put(RetainedStore& store, std::string_view topic, std::string_view payload,
             std::uint32_t subject = 1, Duration expires = {}) {
        return store.put(pool_.make(topic, payload, {}, 0, true, expires), subject);
    }
    static std::string all(const RetainedStore& store, std::string_view filter, Duration now = {}) {
        std::string out;
        RetainedStore::Cursor cursor;
        while (true) {
            std::size_t budget = 1000;
            const auto found = store.next(filter, cursor, now, budget);
            if (!found) return out;
            out += std::string(found->topic()) + "=" + std::string(found->payload()) + " ";
        }
    }
    MessagePool pool_;
};

TEST_F(Retained, the_last_message_of_a_topic_stays_until_an_empty_one_clears_it) {
    RetainedStore store({});
    EXPECT_TRUE(put(store, "a/b", "1"));
    EXPECT_TRUE(put(store, "a/b", "22"));
    EXPECT_EQ(all(store, "a/b"), "a/b=22 ");
    EXPECT_TRUE(put(store, "a/b", ""));
    EXPECT_TRUE(put(store, "never/there", ""));
    EXPECT_EQ(all(store, "#"), "");
    EXPECT_EQ(store.bytes(), 0U);
}

TEST_F(Retained, filters_find_what_they_match_and_not_dollar_topics) {
    RetainedStore store({});
    for (const auto* topic : {"a", "a/b", "a/b/c", "ab", "b/a", "$SYS/x"}) put(store, topic, "1");
    EXPECT_EQ(all(store, "a/#"), "a=1 a/b=1 a/b/c=1 ");
    EXPECT_EQ(all(store, "+"), "a=1 ab=1 ");
    EXPECT_EQ(all(store, "+/+"), "a/b=1 b/a=1 ");
    EXPECT_EQ(all(store, "$SYS/#"), "$SYS/x=1 ");
    EXPECT_EQ(all(store, "#"), "a=1 a/b=1 a/b/c=1 ab=1 b/a=1 ");
}

TEST_F(Retained, a_long_answer_goes_on_where_it_stopped_while_the_store_changes) {
    RetainedStore store({});
    for (int i = 100; i < 200; ++i) put(store, "t/" + std::to_string(i), "x");
    RetainedStore::Cursor cursor;
    std::size_t budget = 10;
    std::size_t found = 0;
    while (store.next("t/+", cursor, {}, budget)) ++found;
    EXPECT_EQ(found, 10U);
    EXPECT_EQ(budget, 0U);
    put(store, "t/109", "");  // the very one it stopped at
    put(store, "t/110", "");
    budget = 1000;
    while (store.next("t/+", cursor, {}, budget)) ++found;
    EXPECT_EQ(found, 99U);
    EXPECT_GT(budget, 0U);
}

TEST_F(Retained, limits_of_count_bytes_and_share_refuse_the_new_but_let_the_known_change) {
    RetainedStore store({.messages_max = 3, .bytes_max = 2000, .messages_per_subject_max = 2});
    EXPECT_TRUE(put(store, "a", "1"));
    EXPECT_TRUE(put(store, "b", "1"));
    EXPECT_FALSE(put(store, "c", "1")) << "the subject has its share";
    EXPECT_TRUE(put(store, "c", "1", 2));
    EXPECT_FALSE(put(store, "d", "1", 3)) << "the store is full";
    EXPECT_TRUE(put(store, "a", "2"));
    EXPECT_FALSE(put(store, "a", std::string(3000, 'x')));
    EXPECT_EQ(all(store, "a"), "a=2 ");
    EXPECT_TRUE(put(store, "b", "by another now", 2));
    EXPECT_EQ(store.forget_subject(1), 1U);
    EXPECT_EQ(store.forget_subject(1), 0U);
    EXPECT_EQ(store.forget_subject(2), 2U);
    EXPECT_EQ(store.bytes(), 0U);
}

TEST_F(Retained, every_change_is_told_and_only_changes_are) {
    std::string told;
    RetainedStore store({.messages_max = 2}, [&](const std::string& topic) { told += topic; });
    const auto expect = [&](const char* what) {
        EXPECT_EQ(told, what);
        told.clear();
    };
    put(store, "a", "1");
    expect("a");
    put(store, "a", "1");
    expect("");
    put(store, "a", "1", 2);
    expect("a");
    put(store, "a", "2", 2);
    expect("a");
    put(store, "b", "", 2);
    expect("");
    put(store, "b", "1", 1, seconds(10));
    expect("b");
    put(store, "c", "1");
    expect("");
    (void)store.forget_expired(seconds(10));
    expect("b");
    put(store, "a", "", 3);
    expect("a");
    put(store, "d", "1", 3);
    (void)store.forget_subject(3);
    expect("dd");
    EXPECT_TRUE(store.restore(pool_.restore("e", "1", {}, 0, {}), 1));
    expect("");
    EXPECT_TRUE(store.find("e", {})->restored());
    put(store, "e", "1");
    EXPECT_FALSE(store.find("e", {})->restored()) << "it was said anew";
    expect("");
}

TEST_F(Retained, a_message_comes_back_from_its_bytes_with_all_it_had) {
    const std::array<UserProperty, 2> user{{{"a", "1"}, {"b", "2"}}};
    Decoder decoder;
    for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
        const auto message = pool_.make("a/b", std::string(300, 'x'),
                                        {.content_type = "json", .user = user}, qos, true, {});
        const auto bytes = write_retained(*message, 77, Time{1234});
        const auto read = read_retained(bytes, decoder);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->subject, 77U);
        EXPECT_EQ(read->expires.us, 1234);
        EXPECT_EQ(read->packet.qos, qos);
        const auto back = pool_.restore(read->packet.topic, read->packet.payload,
                                        read->packet.properties, read->packet.qos, {});
        EXPECT_TRUE(back->same_as(*message));
        for (std::size_t cut = 0; cut < bytes.size(); ++cut)
            EXPECT_FALSE(read_retained(std::string_view(bytes).substr(0, cut), decoder)) << cut;
        EXPECT_FALSE(read_retained(bytes + "x", decoder));
        auto odd = bytes;
        odd[0] = 9;
        EXPECT_FALSE(read_retained(odd, decoder));
    }
}

TEST_F(Retained, an_expired_message_is_not_given_and_then_freed) {
    RetainedStore store({});
    put(store, "a", "1", 1, seconds(10));
    put(store, "b", "1");
    EXPECT_EQ(all(store, "#", seconds(9)), "a=1 b=1 ");
    EXPECT_EQ(all(store, "#", seconds(10)), "b=1 ");
    EXPECT_EQ(all(store, "a", seconds(10)), "");
    EXPECT_EQ(store.forget_expired(seconds(10)), 1U);
    EXPECT_EQ(store.size(), 1U);
}

}  // namespace
}  // namespace foxtail::mqtt
