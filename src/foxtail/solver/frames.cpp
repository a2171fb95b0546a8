#include "foxtail/solver/frames.hpp"

#include "foxtail/base/bytes.hpp"

#include <cmath>

namespace foxtail::solver {
namespace {

using planner::Model;
using planner::Status;
using planner::WholeTask;

constexpr std::string_view mark = "FXS1";
constexpr std::size_t columns_max = 200'000;

std::string framed(const std::string& payload) {
    std::string out(mark);
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(payload.size() >> (8 * i)));
    out += payload;
    return out;
}

void write_numbers(ByteWriter& out, const std::vector<double>& values) {
    out.u64(values.size());
    for (const double value : values) out.f64(value);
}

std::vector<double> read_numbers(ByteReader& in) {
    std::vector<double> values(in.count(8));
    for (auto& value : values) value = in.f64();
    return values;
}

bool known(double value) {
    return !std::isnan(value);
}

bool sound(const Model& model) {
    for (const auto& c : model.columns) {
        if (!known(c.lower) || !known(c.upper) || !std::isfinite(c.cost) || c.lower > c.upper) {
            return false;
        }
    }
    for (const auto& r : model.rows) {
        if (!known(r.lower) || !known(r.upper) || r.lower > r.upper) return false;
    }
    for (const auto& e : model.entries) {
        if (!std::isfinite(e.value)) return false;
    }
    return true;
}

bool read_model(ByteReader& in, Model& model) {
    model.columns.resize(in.count(25));
    for (auto& c : model.columns) {
        c.lower = in.f64();
        c.upper = in.f64();
        c.cost = in.f64();
        c.whole = in.u8() != 0;
    }
    model.rows.resize(in.count(16));
    for (auto& r : model.rows) {
        r.lower = in.f64();
        r.upper = in.f64();
    }
    if (model.columns.size() > columns_max || model.rows.size() > columns_max) return false;
    model.entries.resize(in.count(10));
    for (auto& e : model.entries) {
        const auto row = in.u32();
        const auto column = in.u32();
        e.value = in.f64();
        if (row >= model.rows.size() || column >= model.columns.size()) return false;
        e.row = static_cast<int>(row);
        e.column = static_cast<int>(column);
    }
    return in.ok() && sound(model);
}

}  // namespace

std::string encode(const WholeTask& task) {
    std::string payload;
    ByteWriter out(payload);
    out.u64(task.number);
    out.f64(task.gap_eur);
    out.f64(task.seconds);
    out.i64(task.nodes_max);
    out.u64(task.model.columns.size());
    for (const auto& c : task.model.columns) {
        out.f64(c.lower);
        out.f64(c.upper);
        out.f64(c.cost);
        out.u8(c.whole ? 1 : 0);
    }
    out.u64(task.model.rows.size());
    for (const auto& r : task.model.rows) {
        out.f64(r.lower);
        out.f64(r.upper);
    }
    out.u64(task.model.entries.size());
    for (const auto& e : task.model.entries) {
        out.u64(static_cast<std::uint64_t>(e.row));
        out.u64(static_cast<std::uint64_t>(e.column));
        out.f64(e.value);
    }
    write_numbers(out, task.start);
    return framed(payload);
}

std::string encode(const Answer& answer) {
    std::string payload;
    ByteWriter out(payload);
    out.u64(answer.number);
    out.u8(static_cast<std::uint8_t>(answer.solution.status));
    out.f64(answer.solution.objective);
    out.f64(answer.solution.bound);
    write_numbers(out, answer.solution.x);
    return framed(payload);
}

Result<WholeTask> decode_task(std::string_view payload) {
    ByteReader in(payload);
    WholeTask task;
    task.number = in.u64();
    task.gap_eur = in.f64();
    task.seconds = in.f64();
    const auto nodes = in.i64();
    if (!read_model(in, task.model)) return fail(Code::corrupt, "a task whose model is no model");
    task.start = read_numbers(in);
    const bool good = in.ok() && in.at_end() && task.gap_eur >= 0 && task.gap_eur <= 1e6 &&
                      task.seconds >= 0 && task.seconds <= 600 && nodes >= 0 &&
                      nodes <= 100'000'000 &&
                      (task.start.empty() || task.start.size() == task.model.columns.size());
    if (!good) return fail(Code::corrupt, "a task with limits that make no sense");
    for (const double value : task.start) {
        if (!std::isfinite(value)) return fail(Code::corrupt, "a start that is no number");
    }
    task.nodes_max = static_cast<int>(nodes);
    return task;
}

Result<Answer> decode_answer(std::string_view payload) {
    ByteReader in(payload);
    Answer answer;
    answer.number = in.u64();
    answer.solution.status = in.one_of(Status::failed);
    answer.solution.objective = in.f64();
    answer.solution.bound = in.f64();
    answer.solution.x = read_numbers(in);
    bool good = in.ok() && in.at_end() && known(answer.solution.objective) &&
                known(answer.solution.bound) && answer.solution.x.size() <= columns_max;
    for (const double value : answer.solution.x) good = good && std::isfinite(value);
    if (!good) return fail(Code::corrupt, "an answer that is none");
    return answer;
}

Result<std::size_t> decode_head(std::string_view head) {
    if (head.size() != frame_head_bytes || !head.starts_with(mark)) {
        return fail(Code::corrupt, "no frame of a plan worker");
    }
    std::size_t size = 0;
    for (unsigned i = 0; i < 4; ++i) {
        size |= static_cast<std::size_t>(static_cast<std::uint8_t>(head[4 + i])) << (8 * i);
    }
    if (size > frame_bytes_max) {
        return fail(Code::corrupt, "frame of " + std::to_string(size) + " bytes, limit " +
                                       std::to_string(frame_bytes_max));
    }
    return size;
}

}  // namespace foxtail::solver
