#pragma once

#include "foxtail/hub/door.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace foxtail::api {

/// What the live views need to know about the household beside what their own Door shows them: that
/// a thing changed or left, that a command ended. It tells numbers only; what they stand for each
/// view asks its own Door. One for each household; watches as the household itself.
class Pulse final : public Stream {
public:
    class Ear {
    public:
        virtual ~Ear() = default;
        virtual void thing_changed(ThingId thing) = 0;  // told anew, or gone
        virtual void command_ended(const CommandEnded& ended) = 0;
        /// Something begins to wait for a person to confirm it, or no longer does.
        virtual void waiting_changed() {}
        virtual void affairs_changed() = 0;
    };
    static constexpr std::size_t commands_max = 2000;

    explicit Pulse(Door house);
    ~Pulse() override;
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;

    void listen(Ear& ear) { ears_.push_back(&ear); }
    void ignore(Ear& ear) { std::erase(ears_, &ear); }
    /// Sessions or grants changed outside the hub's sight.
    void affairs() { affairs_changed(); }

    /// Every record up to this one has been shown to the streams.
    [[nodiscard]] Seq seen() const { return seen_; }
    /// The record that last told or removed the thing; for those of before the start, the start.
    [[nodiscard]] Seq told_at(ThingId thing) const;
    /// What a recent command was about; empty when it is not among them.
    [[nodiscard]] std::string_view command_address(Seq command) const;
    /// Over the last ten seconds or so.
    [[nodiscard]] double readings_per_s() const;

    // Stream
    void reading(const Property& property, const Belief& belief, Quality quality) override;
    void record(const Record& record) override;
    void affairs_changed() override;
    void closed() override {}

private:
    template <class Tell>
    void tell_all(Tell tell);
    void count_reading();

    Door house_;
    std::vector<Ear*> ears_;
    Seq start_ = 0;
    Seq seen_ = 0;
    std::vector<Seq> told_at_;  // by thing; 0 = before the start
    std::deque<std::pair<Seq, std::string>> commands_;
    std::uint64_t readings_ = 0;
    struct Mark {
        Time at;
        std::uint64_t readings = 0;
    };
    std::deque<Mark> marks_;
};

}  // namespace foxtail::api
