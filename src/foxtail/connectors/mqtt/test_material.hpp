#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace foxtail::mqtt {

/// For tests: where a file of test material lies beside the repository, looked for from the working
/// directory upwards; empty when it is not there (the test is skipped then).
inline std::string find_material(std::string_view name) {
    std::string up;
    for (int levels = 0; levels < 10; ++levels) {
        const std::string path = up + "shared/data/" + std::string(name);
        if (std::ifstream(path).good()) return path;
        up += "../";
    }
    return {};
}

inline std::string read_material(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace foxtail::mqtt
