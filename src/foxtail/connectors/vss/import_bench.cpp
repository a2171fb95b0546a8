#include "foxtail/connectors/vss/import.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <benchmark/benchmark.h>

namespace foxtail::vss {
namespace {

/// A tree as large as the whole specification: 1,263 leaves with sentences, 330 kB.
std::string large_export() {
    const std::string sentence(150, 'd');
    std::string out =
        R"({"Vehicle":{"type":"branch","description":")" + sentence + R"(","children":{)";
    for (int i = 0; i < 1263; ++i) {
        if (i % 9 == 0) {
            out += i > 0 ? "}}," : "";
            out += "\"Branch" + std::to_string(i / 9) + R"(":{"type":"branch","description":")" +
                   sentence + R"(","children":{)";
        } else {
            out += ',';
        }
        out += "\"SomeLongerSignalName" + std::to_string(i) + R"(":{"datatype":)";
        out += i % 3 == 0 ? R"("string","allowed":["ONE","TWO","THREE"],"type":"actuator")"
                          : R"("float","unit":"km/h","min":0.0,"max":100,"type":"sensor")";
        out += R"(,"description":")" + sentence + "\"}";
    }
    return out + "}}}}}";
}

/// The specification's own export, where it lies beside the clone.
std::string whole_export() {
    std::string up;
    for (int levels = 0; levels < 10; ++levels, up += "../") {
        std::ifstream file(up + "shared/data/vss/vss_6.0.json", std::ios::binary);
        if (file.good()) return {std::istreambuf_iterator<char>(file), {}};
    }
    return {};
}

/// From the text to the bytes that are kept.
void vss_import(benchmark::State& state) {
    const std::string whole = whole_export();
    const std::string text = whole.empty() ? large_export() : whole;
    state.SetLabel(whole.empty() ? "a tree as large" : "the specification's own");
    for (auto _ : state) {
        const auto read = read_export(text);
        if (!read || read->leaves != 1263) state.SkipWithError("not understood");
        benchmark::DoNotOptimize(read->signals.save());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) *
                            static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(vss_import)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace foxtail::vss
