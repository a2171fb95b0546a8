#pragma once

#include "foxtail/base/environment.hpp"

#include <memory>

namespace boost::asio {
class io_context;
}

namespace foxtail {

/// The household's thread as the core knows it, on an io_context that one thread runs. What is
/// asked for "soon" is collected and run in one go, so that a packet of a hundred readings costs
/// one turn.
class IoLoop final : public Loop {
public:
    /// `context` must outlive the loop.
    explicit IoLoop(boost::asio::io_context& context);
    /// Nothing that was asked for runs afterwards.
    ~IoLoop() override;
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    void soon(std::function<void()> work) override;
    void alarm(int key, Duration at, std::function<void()> work) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace foxtail
