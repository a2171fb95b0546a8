#include "tree.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

constexpr std::uintmax_t bytes_max = 4 * 1024 * 1024;

std::vector<std::string> listed_by_git() {
    std::vector<std::string> paths;
    const std::string command = std::string("git -C '") + FOX_ROOT +
                                "' ls-files --cached --others --exclude-standard 2>/dev/null";
    FILE* out = popen(command.c_str(), "r");
    if (out == nullptr) return paths;
    std::string all;
    std::array<char, 4096> buffer;
    for (auto n = std::fread(buffer.data(), 1, buffer.size(), out); n > 0;
         n = std::fread(buffer.data(), 1, buffer.size(), out)) {
        all.append(buffer.data(), n);
    }
    pclose(out);
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) paths.push_back(line);
    return paths;
}

std::vector<std::string> found_in_folders() {
    std::vector<std::string> paths;
    const std::filesystem::path root = FOX_ROOT;
    for (const char* folder : {"src", "tests", "cmake", "docs", "config", "packaging", "web/src"}) {
        if (!std::filesystem::exists(root / folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            if (entry.is_regular_file())
                paths.push_back(std::filesystem::relative(entry.path(), root).string());
        }
    }
    return paths;
}

bool is_text(std::string_view bytes) {
    return bytes.substr(0, 8000).find('\0') == std::string_view::npos;
}

std::vector<File> read_all() {
    auto paths = listed_by_git();
    if (paths.empty()) paths = found_in_folders();
    std::sort(paths.begin(), paths.end());
    std::vector<File> all;
    for (const auto& path : paths) {
        const auto place = std::filesystem::path(FOX_ROOT) / path;
        std::error_code none;
        if (!std::filesystem::is_regular_file(place, none) ||
            std::filesystem::file_size(place, none) > bytes_max)
            continue;
        std::ifstream in(place, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        if (is_text(text.str())) all.push_back({path, text.str(), {}});
    }
    return all;
}

/// Tells code, comments and texts apart, character by character.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::vector<SourceLine> all() {
        lines_.emplace_back();
        for (at_ = 0; at_ < text_.size(); ++at_) step();
        return std::move(lines_);
    }

private:
    enum class In { code, line_comment, block_comment, text, character, raw };

    [[nodiscard]] bool next_is(std::string_view what) const {
        return text_.substr(at_, what.size()) == what;
    }

    void step() {
        const char c = text_[at_];
        if (c == '\n') {
            if (in_ == In::line_comment || in_ == In::text || in_ == In::character) in_ = In::code;
            lines_.emplace_back();
            return;
        }
        lines_.back().whole += c;
        if (in_ == In::code) return code(c);
        if (in_ == In::line_comment) lines_.back().comment += c;
        if (in_ == In::block_comment) {
            if (next_is("*/")) {
                in_ = In::code;
                lines_.back().whole += text_[++at_];
            } else {
                lines_.back().comment += c;
            }
        }
        if (in_ == In::text || in_ == In::character) {
            if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
                lines_.back().whole += text_[++at_];
            } else if (c == (in_ == In::text ? '"' : '\'')) {
                lines_.back().code += c;
                in_ = In::code;
            }
        }
        if (in_ == In::raw && next_is(raw_end_)) {
            lines_.back().whole += text_.substr(at_ + 1, raw_end_.size() - 1);
            at_ += raw_end_.size() - 1;
            lines_.back().code += '"';
            in_ = In::code;
        }
    }

    void code(char c) {
        const auto& code = lines_.back().code;
        const bool in_number =
            !code.empty() && std::isxdigit(static_cast<unsigned char>(code.back())) != 0;
        if (next_is("//")) {
            in_ = In::line_comment;
            lines_.back().whole += text_[++at_];
        } else if (next_is("/*")) {
            in_ = In::block_comment;
            lines_.back().whole += text_[++at_];
        } else if (c == '"' && !code.empty() && code.back() == 'R') {
            const auto open = text_.find('(', at_);
            raw_end_ = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
            lines_.back().code += '"';
            lines_.back().whole += text_.substr(at_ + 1, open - at_);
            at_ = open;
            in_ = In::raw;
        } else {
            lines_.back().code += c;
            if (c == '"') in_ = In::text;
            if (c == '\'' && !in_number) in_ = In::character;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    In in_ = In::code;
    std::string raw_end_;
    std::vector<SourceLine> lines_;
};

}  // namespace

bool File::test() const {
    return path.starts_with("tests/") || path.find("_test.") != std::string::npos ||
           path.find("_bench.") != std::string::npos || path.find("_fuzz.") != std::string::npos;
}

std::string File::module() const {
    constexpr std::string_view root = "src/foxtail/";
    if (!path.starts_with(root)) return {};
    const auto rest = std::string_view(path).substr(root.size());
    const auto first = rest.find('/');
    if (first == std::string_view::npos) return {};
    if (rest.substr(0, first) != "connectors") return std::string(rest.substr(0, first));
    const auto second = rest.find('/', first + 1);
    return std::string(rest.substr(0, second));
}

std::vector<std::string_view> File::lines() const {
    std::vector<std::string_view> lines;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        lines.push_back(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return lines;
}

const std::vector<SourceLine>& File::source() const {
    if (lexed.empty()) lexed = lex(text);
    return lexed;
}

const std::vector<File>& files() {
    static const std::vector<File> all = read_all();
    return all;
}

const File* find(std::string_view path) {
    const auto at = std::find_if(files().begin(), files().end(),
                                 [&](const File& file) { return file.path == path; });
    return at == files().end() ? nullptr : &*at;
}

std::vector<SourceLine> lex(std::string_view text) {
    return Lexer(text).all();
}

void tell(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings)
        ADD_FAILURE_AT(finding.path.c_str(), finding.line) << finding.what;
}

}  // namespace foxtail::tidy
