// Bytes as a frame of a plan worker, in both directions: whatever comes, what is read must be
// consistent and must be written again to the same bytes' meaning.
#include "foxtail/base/assert.hpp"
#include "foxtail/solver/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxtail;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)solver::decode_head(bytes.substr(0, solver::frame_head_bytes));
    if (const auto task = solver::decode_task(bytes)) {
        for (const auto& entry : task->model.entries) {
            FOX_ASSERT(entry.row >= 0 && entry.column >= 0, "indices are counted from nothing");
            FOX_ASSERT(static_cast<std::size_t>(entry.row) < task->model.rows.size() &&
                           static_cast<std::size_t>(entry.column) < task->model.columns.size(),
                       "every entry is in the model");
        }
        const auto again = solver::encode(*task);
        const auto head = solver::decode_head(again.substr(0, solver::frame_head_bytes));
        FOX_ASSERT(head && *head + solver::frame_head_bytes == again.size(), "a frame is whole");
        FOX_ASSERT(solver::decode_task(again.substr(solver::frame_head_bytes)).has_value(),
                   "what was read can be read again");
    }
    if (const auto answer = solver::decode_answer(bytes)) {
        const auto again = solver::encode(*answer);
        FOX_ASSERT(solver::decode_answer(again.substr(solver::frame_head_bytes)).has_value(),
                   "what was read can be read again");
    }
    return 0;
}
