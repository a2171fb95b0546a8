#include "foxtail/app/signals_file.hpp"

#include "foxtail/app/files.hpp"
#include "foxtail/connectors/vss/import.hpp"

#include <filesystem>

namespace foxtail {
namespace {

std::string signals_file(const std::string& data) {
    return data + "/vehicle-signals";
}

tl::unexpected<Error> in_file(const std::string& file, const Error& error) {
    return fail(error.code, file + ": " + error.message);
}

}  // namespace

Result<cars::Signals> load_signals(const std::string& data) {
    cars::Signals out = cars::Signals::household();
    std::error_code error;
    const std::string file = signals_file(data);
    if (!std::filesystem::exists(file, error)) return out;
    const auto bytes = read_file(file);
    if (!bytes) return in_file(file, bytes.error());
    const auto imported = cars::Signals::load(*bytes);
    if (!imported) {
        return fail(Code::corrupt, file + ": " + imported.error().message +
                                       "; import again with 'foxtail vss import'");
    }
    if (auto done = out.put(imported->all()); !done) return in_file(file, done.error());
    return out;
}

Result<std::string> import_signals(const std::string& file,
                                   const std::vector<std::string>& overlays,
                                   const std::string& data) {
    const auto text = read_file(file);
    if (!text) return in_file(file, text.error());
    auto read = vss::read_export(*text);
    if (!read) return in_file(file, read.error());
    const std::size_t leaves = read->leaves;
    for (const auto& overlay : overlays) {
        const auto more = read_file(overlay);
        if (!more) return in_file(overlay, more.error());
        if (auto done = vss::lay_over(*read, *more); !done) return in_file(overlay, done.error());
    }
    std::error_code error;
    std::filesystem::create_directories(data, error);
    if (error) return fail(Code::unavailable, data + ": " + error.message());
    if (auto kept = replace_file(signals_file(data), read->signals.save()); !kept)
        return fail(kept.error());
    std::string out = std::to_string(leaves) + " signals imported";
    if (!overlays.empty()) out += ", " + std::to_string(read->leaves - leaves) + " laid over them";
    out += "; in use from the next start on";
    if (!read->unknown_units.empty()) {
        out += "\nwithout a unit, because it is not known here:";
        for (const auto& unit : read->unknown_units) out += " " + unit;
    }
    if (!read->left_out.empty()) {
        out += "\nleft out, because their type is a struct:";
        for (const auto& path : read->left_out) out += " " + path;
    }
    return out;
}

}  // namespace foxtail
