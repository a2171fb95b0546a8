#include "foxtail/app/plan_sources.hpp"

#include "foxtail/connectors/energy/parse.hpp"

#include <array>
#include <fstream>
#include <utility>

namespace foxtail {
namespace {

constexpr std::array<std::string_view, 3> source_words = {"prices", "a forecast of the sun",
                                                          "a forecast of the weather"};
constexpr std::array<energy::Use, 3> source_uses = {energy::Use::price, energy::Use::sun,
                                                    energy::Use::outdoor};

}  // namespace

std::string token_in(const std::string& file) {
    std::string line;
    if (file.empty()) return line;
    std::ifstream in(file);
    std::getline(in, line);
    return line;
}

PlanSources::PlanSources(boost::asio::io_context& io, const PlanningConfig& config,
                         const Zone& zone, Ends ends)
    : io_(io), zone_(zone), ends_(std::move(ends)) {
    const auto add = [&](Outlooker::Of what, const std::optional<SourceConfig>& source) {
        if (source) sources_.push_back({what, *source, {}});
    };
    add(Outlooker::Of::prices, config.prices);
    add(Outlooker::Of::sun, config.sun_forecast);
    add(Outlooker::Of::outdoor, config.outdoor_forecast);
}

void PlanSources::start() {
    for (auto& source : sources_) {
        if (source.config.url.empty()) continue;
        FetchRequest request;
        request.url = source.config.url;
        request.token = token_in(source.config.token_file);
        request.body = source.config.ask;
        polls_.push_back(std::make_unique<HttpPoll>(
            io_, std::move(request), source.config.every,
            [this, &source](Result<std::string> said) {
                if (said) return take(source, source.config.url, *said);
                ends_.refused(source.config.url, {}, said.error().message);
            }));
        polls_.back()->ask();
    }
}

bool PlanSources::said(std::string_view address, std::string_view text) {
    bool known = false;
    for (auto& source : sources_) {
        if (source.config.address != address) continue;
        known = true;
        take(source, source.config.address, text);
    }
    return known;
}

void PlanSources::take(Source& source, const std::string& name, std::string_view text) {
    if (source.last == text) return;
    const auto index = static_cast<std::size_t>(source.what);
    const energy::Asked asked{source.config.format, source_uses.at(index), source.config.scale};
    auto told = energy::parse(asked, text, zone_);
    if (!told) return ends_.refused(name, text.substr(0, 200), told.error().message);
    source.last = text;
    const auto until = told->series.until();
    ends_.told(source.what, std::move(told->series),
               std::string(source_words.at(index)) + " until " + format_rfc3339(until) + " came");
}

}  // namespace foxtail
