#include <algorithm>
#include <string>
#include <vector>

#include "tree.hpp"
#include <gtest/gtest.h>

namespace foxtail::tidy {
namespace {

struct Quote {
    const File* page;
    int line;
    std::string text;
};

/// The blocks of C++ in pages: what begins with ```cpp.
std::vector<Quote> quotes() {
    std::vector<Quote> out;
    for (const File& file : files()) {
        if (!file.path.ends_with(".md")) continue;
        int number = 0;
        bool inside = false;
        for (const auto line : file.lines()) {
            ++number;
            if (!inside && line == "```cpp") {
                out.push_back({&file, number, {}});
                inside = true;
            } else if (inside && line == "```") {
                inside = false;
            } else if (inside) {
                out.back().text += std::string(line) + "\n";
            }
        }
    }
    return out;
}

TEST(Quotes, code_in_a_page_is_code_that_is_compiled) {
    std::vector<Finding> findings;
    for (const Quote& quote : quotes()) {
        const bool found = std::any_of(files().begin(), files().end(), [&](const File& file) {
            return file.cpp() && file.text.find(quote.text) != std::string::npos;
        });
        if (found) continue;
        findings.push_back({quote.page->path, quote.line,
                            "no file holds this code (any more): quote it as it stands now, and "
                            "read whether the words around it still hold"});
    }
    tell(findings);
}

// A pair of lines "// [life of a reading]" marks what docs/life-of-a-reading.md must quote whole.
TEST(Quotes, code_that_is_marked_for_a_page_stands_on_it_whole) {
    std::vector<Finding> findings;
    int marked = 0;
    for (const File& file : files()) {
        if (!file.cpp() || file.path.starts_with("tests/tidy/")) continue;
        std::string name;
        std::string text;
        int number = 0;
        for (const auto line : file.lines()) {
            ++number;
            const bool mark = line.starts_with("// [") && line.ends_with("]");
            if (!mark) {
                if (!name.empty()) text += std::string(line) + "\n";
                continue;
            }
            const std::string named(line.substr(4, line.size() - 5));
            if (name != named) {
                name = named;
                text.clear();
                continue;
            }
            ++marked;
            std::string path = "docs/" + named + ".md";
            std::replace(path.begin(), path.end(), ' ', '-');
            const auto all = quotes();
            const bool quoted = std::any_of(all.begin(), all.end(), [&](const Quote& quote) {
                return quote.page->path == path && quote.text == text;
            });
            if (!quoted)
                findings.push_back({file.path, number, path + " does not quote this as it stands"});
            name.clear();
        }
    }
    tell(findings);
    EXPECT_GE(marked, 1) << "the one page of the flow is no longer marked";
}

}  // namespace
}  // namespace foxtail::tidy
