#include "foxtail/sim/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <unistd.h>

namespace foxtail::sim {
namespace {

constexpr std::size_t pending_max = 64;
constexpr std::int64_t pending_ms = 4000;
constexpr std::size_t acks_max = 64;
constexpr std::int64_t save_every_ms = 30'000;
constexpr std::int64_t saved_wait_ms = 1000;

/// How far the machine's clock is from the time that it has been awake: this changes when it slept,
/// or when somebody turns the clock.
std::int64_t clock_off_ms() {
    using namespace std::chrono;
    const auto wall = system_clock::now().time_since_epoch();
    return duration_cast<milliseconds>(wall).count() - steady_ms();
}

void carry_out(Answer& answer, SharedView& view, Link& link) {
    for (const Act& act : answer.acts) {
        if (const auto message = view.act(act, steady_ms())) {
            link.publish(*message);
        }
    }
    for (const Message& message : answer.messages) {
        link.publish(message);
    }
}

}  // namespace

bool SharedView::take(std::string_view payload, std::int64_t now_ms) {
    auto truth = decode_truth(payload);
    if (!truth) {
        return false;
    }
    const auto ack = truth->acks.find(who_);
    const std::int64_t taken = ack == truth->acks.end() ? 0 : ack->second;
    while (!pending_.empty() &&
           (pending_.front().sent.seq <= taken || pending_.front().until_ms < now_ms)) {
        pending_.pop_front();
    }
    world_ = std::move(truth->world);
    known_ = true;
    for (const Pending& pending : pending_) {
        apply(world_, pending.sent.act);
    }
    return true;
}

std::optional<Message> SharedView::act(const Act& act, std::int64_t now_ms) {
    if (!known_ || !apply(world_, act)) {
        return std::nullopt;
    }
    if (pending_.size() >= pending_max) {
        pending_.pop_front();
    }
    pending_.push_back({{who_, ++seq_, act}, now_ms + pending_ms});
    return Message{std::string(act_topic), encode_act(pending_.back().sent), false, 1};
}

void run_device(Device& device, LinkOptions options, const std::atomic<bool>& stop) {
    options.will = device.will();
    SharedView view(std::string(device.name()) + "-" + std::to_string(::getpid()));
    Link link(std::move(options));
    bool announced = false;
    link.on_connected = [&] {
        announced = false;
        link.subscribe(std::string(truth_topic));
        for (const std::string& filter : device.filters()) {
            link.subscribe(filter);
        }
    };
    link.on_message = [&](std::string_view topic, std::string_view payload) {
        if (topic == truth_topic) {
            if (!view.take(payload, steady_ms())) {
                return;
            }
        } else if (!announced) {
            return;  // it does not know yet what it would answer
        } else {
            Answer answer;
            device.hear(topic, payload, view.world(), answer);
            carry_out(answer, view, link);
        }
        Answer answer;
        if (announced) {
            device.tick(view.world(), answer);
        } else {
            device.announce(view.world(), answer);
            announced = true;
        }
        carry_out(answer, view, link);
    };
    while (!stop) {
        link.turn(200);
    }
    Answer answer;
    device.leave(answer);
    carry_out(answer, view, link);
    link.close();
}

std::optional<World> resume_world(std::string_view saved, const WorldOptions& options) {
    auto truth = decode_truth(saved);
    if (!truth || truth->world.seed != options.setup.seed ||
        (options.era != 0 && truth->world.era != options.era) ||
        std::abs(truth->world.t_ms - options.start_ms) > 2 * day_ms) {
        return std::nullopt;
    }
    World world = std::move(truth->world);
    world.era = options.era;
    world.site = options.setup.site;
    world.carport = {};  // who stands there says so again
    world.t_ms = std::max(world.t_ms, options.start_ms);
    refresh(world);
    return world;
}

void run_world(const WorldOptions& options, LinkOptions link_options,
               const std::atomic<bool>& stop) {
    Link link(std::move(link_options));
    World world = make_world(options.setup, options.start_ms);
    world.era = options.era;
    Acks acks;
    bool settled = !options.resume;
    std::int64_t settle_at_ms = 0;
    std::int64_t base_steady_ms = steady_ms();
    std::int64_t base_t_ms = world.t_ms;
    const std::int64_t base_off_ms = clock_off_ms();

    link.on_connected = [&] {
        settle_at_ms = steady_ms() + saved_wait_ms;
        link.subscribe(std::string(act_topic));
        if (!settled) {
            link.subscribe(std::string(saved_topic));
        }
    };
    link.on_message = [&](std::string_view topic, std::string_view payload) {
        if (topic == saved_topic && !settled) {
            if (auto saved = resume_world(payload, options)) {
                world = std::move(*saved);
                base_t_ms = world.t_ms;
                base_steady_ms = steady_ms();
            }
            settled = true;
        } else if (topic == act_topic) {
            const auto sent = decode_act(payload);
            if (sent && apply(world, sent->act)) {
                if (acks.size() >= acks_max && !acks.contains(sent->from)) {
                    acks.erase(acks.begin());
                }
                acks[sent->from] = sent->seq;
            }
        }
    };

    // Fast worlds publish more often, so that people still walk from room to room and do not jump.
    const auto every_ms =
        static_cast<std::int64_t>(std::clamp(15'000.0 / options.speed, 200.0, 1000.0));
    std::int64_t next_ms = 0;
    std::int64_t next_save_ms = 0;
    while (!stop) {
        const std::int64_t now_ms = steady_ms();
        link.turn(static_cast<int>(std::clamp<std::int64_t>(next_ms - now_ms, 1, 200)));
        settled = settled || (link.connected() && steady_ms() >= settle_at_ms);
        const std::int64_t t_ms =
            base_t_ms + clock_off_ms() - base_off_ms +
            static_cast<std::int64_t>(static_cast<double>(steady_ms() - base_steady_ms) *
                                      options.speed);
        // Who turned the clock, or woke the machine, is not kept waiting.
        const bool turned = static_cast<double>(t_ms - world.t_ms) >
                            2 * static_cast<double>(every_ms) * options.speed;
        if ((steady_ms() < next_ms && !turned) || !settled) {
            continue;
        }
        next_ms = steady_ms() + every_ms;
        advance(world, std::max(world.t_ms, t_ms));
        const std::string truth = encode_truth(world, acks);
        link.publish({std::string(truth_topic), truth, false, 0});
        if (steady_ms() >= next_save_ms) {
            next_save_ms = steady_ms() + save_every_ms;
            link.publish({std::string(saved_topic), truth, true, 0});
        }
    }
    link.close();
}

}  // namespace foxtail::sim
