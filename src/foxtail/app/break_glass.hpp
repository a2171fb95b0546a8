#pragma once

#include "foxtail/app/glass.hpp"
#include "foxtail/config/break_glass.hpp"
#include "foxtail/hub/hub.hpp"

#include <optional>
#include <string>
#include <vector>

namespace foxtail {

/// The household's ways in for emergencies, each a thing in common: what is prepared for one is
/// grants that hold while its state is "open". Breaking it is an order like any other, so it is on
/// record before it opens anything; that it is open is told like every other value.
/// docs/decisions/0033.
class BreakGlass final : public Outlet {
public:
    /// The hub outlives it. Calls come on the household's thread.
    BreakGlass(Hub& hub, const std::vector<GlassConfig>& glasses);
    ~BreakGlass() override;
    BreakGlass(const BreakGlass&) = delete;
    BreakGlass& operator=(const BreakGlass&) = delete;

    /// Error: as Hub::attach() and Inlet::tell().
    [[nodiscard]] Result<void> start();
    void stop();

    // Outlet
    Result<Sent> send(const Order& order) override;
    void pause(bool) override {}

private:
    struct One {
        GlassConfig config;
        std::string thing;
        Glass glass;
    };
    void tell(const One& one, Seq cause);
    void report(const One& one, std::string_view property, Value value, Seq cause);
    void wake();

    Hub& hub_;
    std::vector<One> all_;
    std::optional<Inlet> inlet_;
};

}  // namespace foxtail
