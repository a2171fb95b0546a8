#include "foxtail/runtime/wakefulness.hpp"

#include <chrono>

#include <boost/asio/io_context.hpp>

namespace foxtail {
namespace {

Duration awake_clock() {
    using namespace std::chrono;
    return {
        duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch()).count()};
}

}  // namespace

void Wakefulness::worked(Duration at) {
    last_ = at;
    if (!began_) began_ = at;
    ++turns_;
    const Duration counted = at - *began_;
    if (counted < window) return;
    // A window that lasted much longer was one in which hardly anything came.
    worth_it_ = turns_ >= turns_min && turns_ <= turns_max && counted < window * 2;
    began_ = at;
    turns_ = 0;
}

void run_wakeful(boost::asio::io_context& context) {
    Wakefulness wakefulness;
    while (!context.stopped()) {
        if (context.poll() > 0) {
            wakefulness.worked(awake_clock());
        } else if (!wakefulness.awake(awake_clock()) && context.run_one() > 0) {
            wakefulness.worked(awake_clock());
        }
    }
}

}  // namespace foxtail
