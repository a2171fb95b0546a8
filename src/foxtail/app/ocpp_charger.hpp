#pragma once

#include "foxtail/config/ocpp.hpp"
#include "foxtail/connectors/ocpp/listener.hpp"
#include "foxtail/connectors/ocpp/station.hpp"
#include "foxtail/hub/hub.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace foxtail {

/// One charger of the household: its station, the things it is, and the line it speaks on. Turns
/// what the station says into readings, and its ends of wishes into outcomes.
class OcppCharger final : public ocpp::StationSink {
public:
    /// Tickets from here on are the door's own; smaller ones are numbers of commands.
    static constexpr std::uint64_t own_tickets = std::uint64_t{1} << 62U;

    OcppCharger(Hub& hub, Inlet& inlet, ocpp::Listener& listener, std::string id,
                std::string thing_prefix, ocpp::StationOptions options);

    [[nodiscard]] ocpp::Station& station() { return station_; }
    [[nodiscard]] const ocpp::Station& station() const { return station_; }
    [[nodiscard]] const std::vector<std::string>& things() const { return things_; }
    /// The point that a thing is; 0 = none of this charger's.
    [[nodiscard]] int point_of(std::string_view thing) const;
    /// A wish for one of its things. Error: why it is not even asked.
    [[nodiscard]] Result<Outlet::Sent> carry_out(const Order& order, int point);

    /// What its owner set for it has changed.
    void set_options(ocpp::StationOptions options);

    /// Who it is to the Authority, and its topic; looked up once.
    std::optional<SubjectId> subject;
    std::string own_topic;
    /// The line it speaks on; 0 = none.
    ocpp::LineId line = 0;
    std::string peer;
    Time since;  // of the line, or of its end
    std::function<void(std::uint64_t ticket, bool done, std::string_view detail)> own_ended;
    std::function<bool(std::string request)> own_certificate;

    // ---- StationSink
    void send(std::string frame, bool when_durable) override;
    void say(int point, std::string_view property, Value value, Time at) override;
    void happened(int point, std::string_view event, Value detail) override;
    void learned() override;
    void noticed(std::string_view topic, std::string_view sample, std::string_view why) override;
    void keep(std::string bytes) override;
    bool certificate_wished(std::string request) override;
    void ended(std::uint64_t ticket, bool done, std::string_view detail) override;

private:
    [[nodiscard]] Result<void> carry_out_request(const Order& order, int point, Moment now);
    [[nodiscard]] ThingSpec describe(int point) const;

    Hub& hub_;
    Inlet& inlet_;
    ocpp::Listener& listener_;
    std::string thing_prefix_;
    ocpp::Station station_;
    std::vector<std::string> things_;  // by point, from 1
    std::vector<std::map<std::string, PropertyId, std::less<>>> properties_;
};

[[nodiscard]] ocpp::StationOptions options_for(const OcppStationConfig& station,
                                               const std::vector<std::string>& tags);

}  // namespace foxtail
