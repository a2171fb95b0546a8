#pragma once

#include "foxtail/api/file_secrets.hpp"
#include "foxtail/api/server.hpp"
#include "foxtail/app/break_glass.hpp"
#include "foxtail/app/car_desk.hpp"
#include "foxtail/app/charging_desk.hpp"
#include "foxtail/app/formats.hpp"
#include "foxtail/app/mqtt_door.hpp"
#include "foxtail/app/ocpp_door.hpp"
#include "foxtail/app/plan_desk.hpp"
#include "foxtail/app/program.hpp"
#include "foxtail/app/tls_doors.hpp"
#include "foxtail/runtime/loop.hpp"
#include "foxtail/runtime/real_environment.hpp"
#include "foxtail/runtime/worker.hpp"
#include "foxtail/runtime/zone.hpp"
#include "foxtail/store/sqlite/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

namespace foxtail {

/// In the order of construction; destruction is the reverse.
struct Program::Parts {
    boost::asio::io_context io{1};
    RealClock clock;
    RealRandom random;
    IoLoop loop{io};
    std::unique_ptr<Zone> zone;
    int lock = -1;
    std::unique_ptr<sqlite::SqliteStore> store;
    std::unique_ptr<Hub> hub;
    std::unique_ptr<api::FileSecrets> secrets;
    std::unique_ptr<Worker> slow;
    std::unique_ptr<Formats> formats;
    std::size_t names_kept = 0;
    std::unique_ptr<MqttDoor> mqtt;
    std::unique_ptr<OcppDoor> ocpp;
    std::unique_ptr<BreakGlass> break_glass;
    std::unique_ptr<CarDesk> cars;
    std::unique_ptr<ChargingDesk> charging;
    std::unique_ptr<PlanDesk> plan;
    /// Those of before, until what was asked of them is answered.
    std::vector<std::unique_ptr<PlanDesk>> plans_before;
    std::unique_ptr<api::Server> api;
    std::unique_ptr<TlsDoors> tls;
    std::uint16_t api_port = 0;
    std::string signup_code;
    boost::asio::signal_set signals{io};
    bool stopping = false;
    int status = 0;

    ~Parts() {
        tls.reset();
        api.reset();
        ocpp.reset();
        break_glass.reset();
        cars.reset();
        plan.reset();
        plans_before.clear();
        charging.reset();
        mqtt.reset();
        formats.reset();
        slow.reset();
        hub.reset();
        if (lock >= 0) ::close(lock);
    }
};

}  // namespace foxtail
