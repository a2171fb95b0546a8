#include "foxtail/sim/report.hpp"

#include "foxtail/sim/json_text.hpp"

#include <cmath>
#include <string>

namespace foxtail::sim {

Sample number_sample(std::string key, double value, int decimals, double threshold) {
    return {std::move(key), print_number(value, decimals), value, threshold};
}
Sample text_sample(std::string key, std::string_view value) {
    return {std::move(key), print_string(value), 0, 0};
}
Sample flag_sample(std::string key, bool value) {
    return {std::move(key), value ? "true" : "false", 0, 0};
}

bool Reporter::changed(const Sample& sample, std::size_t i, bool may_small) const {
    const Sample& before = sent_[i];
    if (sample.threshold == 0) {
        return sample.json != before.json;
    }
    return may_small && std::abs(sample.number - before.number) >= sample.threshold;
}

bool Reporter::due(std::int64_t t_ms, const std::vector<Sample>& samples) {
    const double since_s = static_cast<double>(t_ms - sent_ms_) / 1000.0;
    bool now = sent_.size() != samples.size() || since_s >= pace_.max_s || since_s < 0;
    for (std::size_t i = 0; i < samples.size() && !now; ++i) {
        now = changed(samples[i], i, since_s >= pace_.min_s);
    }
    if (now) {
        sent_ = samples;
        sent_ms_ = t_ms;
    }
    return now;
}

std::vector<std::size_t> Reporter::due_each(std::int64_t t_ms, const std::vector<Sample>& samples) {
    std::vector<std::size_t> due;
    if (sent_.size() != samples.size()) {
        sent_ = samples;
        each_ms_.assign(samples.size(), t_ms);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            due.push_back(i);
        }
        return due;
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double since_s = static_cast<double>(t_ms - each_ms_[i]) / 1000.0;
        if (since_s >= pace_.max_s || since_s < 0 ||
            changed(samples[i], i, since_s >= pace_.min_s)) {
            sent_[i] = samples[i];
            each_ms_[i] = t_ms;
            due.push_back(i);
        }
    }
    return due;
}

double wander(const Dice& dice, std::string_view device, std::int64_t t_ms, double amplitude,
              double period_s) {
    const double offset = dice.spread(std::string("offset.") + std::string(device), 0);
    const double x = static_cast<double>(t_ms) / 1000.0 / period_s;
    return amplitude * (0.6 * offset + 0.4 * dice.smooth(device, x));
}

std::string plain_text(const Sample& sample) {
    const std::string_view json = sample.json;
    const bool quoted = json.size() >= 2 && json.front() == '"';
    return std::string(quoted ? json.substr(1, json.size() - 2) : json);
}

std::string to_object(const std::vector<Sample>& samples) {
    JsonText out;
    out.open();
    for (const Sample& sample : samples) {
        out.key(sample.key).raw(sample.json);
    }
    out.close();
    return out.take();
}

}  // namespace foxtail::sim
