#pragma once

#include "foxtail/api/live.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

// Inside of live_view*.cpp; nobody else includes this.
namespace foxtail::api {

class LiveView final : public HttpTalker,
                       public Stream,
                       public Pulse::Ear,
                       public std::enable_shared_from_this<LiveView> {
public:
    static constexpr std::size_t things_per_frame = 200;
    static constexpr std::size_t properties_per_frame = 2000;
    static constexpr std::size_t records_max = 500;
    static constexpr std::size_t records_first = 100;
    static constexpr std::size_t answers_max = 256;
    static constexpr std::size_t under_way_max = 1000;
    static constexpr std::size_t problems_per_flush = 20;
    static constexpr auto flush_every = std::chrono::milliseconds(50);
    static constexpr auto time_every = std::chrono::seconds(15);
    static constexpr std::uint16_t code_signed_out = 4401;
    static constexpr std::uint16_t code_too_slow = 4408;

    LiveView(const Door& door, Site& site, Caller caller);
    ~LiveView() override;

    // HttpTalker
    void opened(std::shared_ptr<HttpTalk> talk) override;
    void ready() override { pump(); }
    void message(std::string_view text) override;
    std::uint16_t too_slow() override { return code_too_slow; }
    void closed() override;  // also Stream: either side's end is the end
    // Stream
    void reading(const Property& property, const Belief& belief, Quality quality) override;
    void spoiled(const Property& property) override;
    void record(const Record& record) override;
    // Pulse::Ear, Stream
    void thing_changed(ThingId thing) override;
    void command_ended(const CommandEnded& ended) override;
    void waiting_changed() override;
    void affairs_changed() override;

private:
    enum class Phase { greeting, picture, live, over };
    struct Asked {
        std::string address;
        std::string value;   // JSON
        bool waits = false;  // for a person to confirm it
        bool mine = false;
    };

    // what the client says (live_view.cpp)
    void start(const boost::json::object& frame);
    void wish(const boost::json::object& frame, bool run);
    void answer(const std::string& id, Result<Seq> outcome, Denial denial);
    // what is told (live_view_frames.cpp)
    void pump();
    [[nodiscard]] bool next_frame(std::string& out);
    [[nodiscard]] bool picture_frame(std::string& out);
    [[nodiscard]] bool change_frame(std::string& out);
    void hello(std::string& out) const;
    [[nodiscard]] bool things_frame(std::string& out);
    [[nodiscard]] bool gone_frame(std::string& out);
    [[nodiscard]] bool first_readings_frame(std::string& out);
    [[nodiscard]] bool changed_readings_frame(std::string& out);
    [[nodiscard]] bool wanted_frame(std::string& out);
    [[nodiscard]] bool waiting_frame(std::string& out);
    [[nodiscard]] bool records_frame(std::string& out);
    [[nodiscard]] bool rules_frame(std::string& out);
    [[nodiscard]] bool problem_frame(std::string& out);

    /// The number by which the client knows that everything up to the record has been told, and
    /// back. Of who may not count records they are numbers of their own (Bookmarks).
    [[nodiscard]] std::uint64_t number_of(Seq seq);
    [[nodiscard]] std::optional<Seq> record_of(std::uint64_t number) const;
    void mark(PropertyId property);
    void want(const std::string& address, std::string_view value, const Hub::CommandState& state);
    void note(std::string record);
    void look_anew();
    void fetch_records(Seq after);
    void changed();
    void flush();
    void every_so_often();
    [[nodiscard]] std::string with_parting_words(std::string_view reason) const;
    void shut_out();

    Door door_;
    Site& site_;
    Caller caller_;
    std::shared_ptr<HttpTalk> talk_;
    boost::asio::steady_timer flush_timer_;
    boost::asio::steady_timer time_timer_;
    Phase phase_ = Phase::greeting;
    bool watching_ = false;
    std::uint64_t epoch_ = 0;

    // the picture
    bool resumed_ = false;
    bool counts_ = true;              // the numbers of records are no secret from the client
    Seq since_ = 0;                   // the client has everything up to here
    std::uint64_t since_number_ = 0;  // the same as the client says it
    Seq picture_seq_ = 0;             // the picture shows everything up to here
    bool hello_due_ = false;
    bool first_things_due_ = false;
    std::size_t next_property_ = 0;
    bool picture_whole_ = false;

    // what changed; each bounded by what there is
    std::deque<ThingId> things_;
    std::set<ThingId> shown_;  // the client knows of them
    std::vector<std::string> gone_;
    std::vector<PropertyId> changed_;
    std::vector<bool> marked_;
    std::map<std::string, std::string> wanted_;  // address -> row
    std::map<Seq, Asked> under_way_;
    std::string waiting_told_ = "[]";  // what waits for this person, as it was told
    bool waiting_due_ = true;
    std::set<std::string> rules_;
    bool all_rules_ = false;
    std::deque<std::string> records_;
    std::uint64_t records_dropped_ = 0;
    std::deque<std::string> answers_;
    std::uint64_t problems_told_ = 0;
    Hub::Health health_told_;
    bool problems_due_ = false;
    bool time_due_ = false;
    bool flush_set_ = false;
    bool flushing_ = false;
    Seq flush_seq_ = 0;
    std::chrono::steady_clock::time_point flushed_;
};

}  // namespace foxtail::api
