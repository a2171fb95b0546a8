#pragma once

#include "foxtail/api/site_chargers.hpp"
#include "foxtail/app/charger_tries.hpp"
#include "foxtail/app/ocpp_charger.hpp"
#include "foxtail/config/configuration.hpp"
#include "foxtail/connectors/ocpp/listener.hpp"
#include "foxtail/hub/door.hpp"
#include "foxtail/hub/hub.hpp"
#include "foxtail/json/parse.hpp"
#include "foxtail/runtime/tls_gate.hpp"
#include "foxtail/runtime/worker.hpp"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace foxtail {

/// The chargers' door: joins the OCPP listener, the stations and the hub. Decides nothing itself:
/// every charger is a subject (device:ocpp-ID from the configuration, token:ocpp-ID when it was
/// accepted by a person), and each frame of its is put to the hub's Authority as a message on the
/// topic ocpp/ID. Who takes that grant back sends the charger away. Lives on the household's
/// thread.
class OcppDoor final : public ocpp::ListenerHost, public Outlet {
public:
    static constexpr std::size_t chargers_max = 5000;
    static constexpr std::size_t waiting_max = 16;

    /// All references must outlive the door. `passwords` computes the slow hashes.
    OcppDoor(boost::asio::io_context& home, Hub& hub, Worker& passwords, OcppConfig configuration);
    ~OcppDoor() override;

    /// Attaches to the hub, brings back the chargers there were, opens the listeners without TLS.
    /// Error: unavailable (a port is taken), conflict.
    [[nodiscard]] Result<void> start();
    void stop();
    /// Stations, cards and pairing as the configuration now says; listeners stay. Who may not come
    /// any more, or has to come with something else, is sent away. Error: as Hub::configure().
    [[nodiscard]] Result<void> configure(OcppConfig configuration);
    /// Makes a certificate in a charger's name for a request of its own (PKCS #10), on the worker.
    using Signer =
        std::function<Result<std::string>(const std::string& request, const std::string& id)>;
    /// Without one no charger gets a certificate.
    void sign_with(Signer signer) { signer_ = std::move(signer); }
    /// A connection from which somebody else took the TLS off.
    void take(int socket, TlsPeer peer);
    [[nodiscard]] const std::vector<Endpoint>& endpoints() const { return endpoints_; }

    [[nodiscard]] std::vector<api::ChargerShown> chargers() const;
    /// api::Chargers::accept.
    void accept(Door& door, const std::string& id, bool without_key,
                std::function<void(Result<void>)> then);
    [[nodiscard]] const ocpp::Listener& listener() const { return listener_; }

    // ---- ListenerHost
    void admit(const ocpp::Caller& caller, std::function<void(ocpp::Admission)> done) override;
    void opened(ocpp::LineId line, const std::string& identity, ocpp::Version version,
                const std::string& peer) override;
    void text(ocpp::LineId line, std::string_view text) override;
    void closed(ocpp::LineId line) override;
    void refused(std::string_view identity, std::string_view peer, std::string_view why) override;

    // ---- Outlet
    Result<Sent> send(const Order& order) override;
    void pause(bool paused) override;

private:
    struct Waiting {  // unknown, and connected
        ocpp::LineId line = 0;
        ocpp::Version version = ocpp::Version::v16;
        std::string peer;
        Time since;
        ocpp::Booted about;
    };
    struct Accepting {
        std::string id;
        std::function<void(Result<void>)> then;
    };

    [[nodiscard]] const OcppStationConfig* configured(std::string_view id) const;
    /// The subject that the charger is, if it is known.
    [[nodiscard]] const Subject* subject_of(const std::string& id) const;
    /// The decision for a frame of the charger's.
    [[nodiscard]] bool may_speak(const std::string& id) const;
    [[nodiscard]] bool may_speak(OcppCharger& charger) const;
    [[nodiscard]] bool needs_key(SubjectId subject) const;
    void admit_configured(const OcppStationConfig& station, const ocpp::Caller& caller,
                          std::function<void(ocpp::Admission)> done);
    void check_slowly(const OcppStationConfig& station, const ocpp::Caller& caller,
                      std::function<void(ocpp::Admission)> done);
    [[nodiscard]] ocpp::Admission admit_certified(const OcppStationConfig& station,
                                                  const ocpp::Caller& caller);
    [[nodiscard]] ocpp::Admission admit_paired(const Subject& subject, const ocpp::Caller& caller);
    void sign_in_failed(const Subject* subject, std::string_view peer,
                        std::string_view why = "name or password is not right");
    /// The answer for who has guessed wrong too often, of late.
    [[nodiscard]] ocpp::Admission too_often(const Subject* subject, std::string_view peer);
    OcppCharger& charger(const std::string& id);
    [[nodiscard]] std::string name_for(const std::string& id);
    [[nodiscard]] Result<void> restore();
    [[nodiscard]] Result<void> give_grants(const OcppConfig& configuration);
    void know_stations();
    void serve(OcppCharger& charger, ocpp::LineId line, ocpp::Version version,
               const std::string& peer);
    void wait_in_lobby(const std::string& id, Waiting waiting);
    void accepted(const std::string& id, const std::string& key,
                  std::function<void(Result<void>)> then);
    void key_answered(std::uint64_t ticket, bool done, std::string_view detail);
    [[nodiscard]] bool sign(const std::string& id, std::string request);
    void signed_for(const std::string& id, Result<std::string> certificate);
    void tick();
    void recheck();

    Hub& hub_;
    Worker& passwords_;
    OcppConfig configuration_;
    ocpp::Listener listener_;
    std::optional<Inlet> inlet_;
    std::map<std::string, const OcppStationConfig*, std::less<>> configured_;
    std::map<std::string, std::string, std::less<>>
        names_;  // id -> what its things' ids begin with
    std::map<std::string, std::unique_ptr<OcppCharger>, std::less<>> chargers_;
    std::unordered_map<ocpp::LineId, OcppCharger*> lines_;
    std::map<std::string, Waiting, std::less<>> waiting_;
    std::unordered_map<ocpp::LineId, std::string> waiting_lines_;
    std::map<std::string, std::string, std::less<>> proven_;  // id -> quick hash of its password
    std::map<std::uint64_t, Accepting> accepting_;            // by ticket
    std::uint64_t next_ticket_ = OcppCharger::own_tickets;
    std::uint64_t epoch_ = 0;
    ChargerTries tries_;
    std::string salt_;  // of the quick hashes; of this run
    JsonReader reader_;
    std::vector<Endpoint> endpoints_;
    Signer signer_;
    bool stopped_ = false;
};

}  // namespace foxtail
