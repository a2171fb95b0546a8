#include "foxtail/base/lookalike.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace foxtail {
namespace {

struct Lookalike {
    std::string_view letter;
    std::uint32_t number;
    char latin;
};
// Cyrillic, then Greek. All of them have two bytes in UTF-8.
constexpr std::array lookalikes{Lookalike{"\u0410", 0x410, 'A'}, Lookalike{"\u0412", 0x412, 'B'},
                                Lookalike{"\u0415", 0x415, 'E'}, Lookalike{"\u041A", 0x41A, 'K'},
                                Lookalike{"\u041C", 0x41C, 'M'}, Lookalike{"\u041D", 0x41D, 'H'},
                                Lookalike{"\u041E", 0x41E, 'O'}, Lookalike{"\u0420", 0x420, 'P'},
                                Lookalike{"\u0421", 0x421, 'C'}, Lookalike{"\u0422", 0x422, 'T'},
                                Lookalike{"\u0423", 0x423, 'Y'}, Lookalike{"\u0425", 0x425, 'X'},
                                Lookalike{"\u0430", 0x430, 'a'}, Lookalike{"\u0435", 0x435, 'e'},
                                Lookalike{"\u043E", 0x43E, 'o'}, Lookalike{"\u0440", 0x440, 'p'},
                                Lookalike{"\u0441", 0x441, 'c'}, Lookalike{"\u0443", 0x443, 'y'},
                                Lookalike{"\u0445", 0x445, 'x'}, Lookalike{"\u0405", 0x405, 'S'},
                                Lookalike{"\u0406", 0x406, 'I'}, Lookalike{"\u0408", 0x408, 'J'},
                                Lookalike{"\u0455", 0x455, 's'}, Lookalike{"\u0456", 0x456, 'i'},
                                Lookalike{"\u0458", 0x458, 'j'}, Lookalike{"\u04BB", 0x4BB, 'h'},
                                Lookalike{"\u04CF", 0x4CF, 'l'}, Lookalike{"\u0501", 0x501, 'd'},
                                Lookalike{"\u051B", 0x51B, 'q'}, Lookalike{"\u051D", 0x51D, 'w'},
                                Lookalike{"\u0391", 0x391, 'A'}, Lookalike{"\u0392", 0x392, 'B'},
                                Lookalike{"\u0395", 0x395, 'E'}, Lookalike{"\u0396", 0x396, 'Z'},
                                Lookalike{"\u0397", 0x397, 'H'}, Lookalike{"\u0399", 0x399, 'I'},
                                Lookalike{"\u039A", 0x39A, 'K'}, Lookalike{"\u039C", 0x39C, 'M'},
                                Lookalike{"\u039D", 0x39D, 'N'}, Lookalike{"\u039F", 0x39F, 'O'},
                                Lookalike{"\u03A1", 0x3A1, 'P'}, Lookalike{"\u03A4", 0x3A4, 'T'},
                                Lookalike{"\u03A5", 0x3A5, 'Y'}, Lookalike{"\u03A7", 0x3A7, 'X'},
                                Lookalike{"\u03BF", 0x3BF, 'o'}, Lookalike{"\u03BD", 0x3BD, 'v'},
                                Lookalike{"\u03F2", 0x3F2, 'c'}, Lookalike{"\u03F3", 0x3F3, 'j'}};

const Lookalike* find(std::string_view text, std::size_t at) {
    const auto two = text.substr(at, 2);
    for (const Lookalike& one : lookalikes) {
        if (one.letter == two) return &one;
    }
    return nullptr;
}

bool is_latin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Not a letter of any alphabet: here a word ends.
bool ends_word(char c) {
    return static_cast<unsigned char>(c) < 0x80 && !is_latin(c);
}

}  // namespace

std::string as_it_looks(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
        const Lookalike* one = find(name, at);
        out += one != nullptr ? one->latin : name[at];
        at += one != nullptr ? one->letter.size() : 1;
    }
    return out;
}

bool mixes_alphabets(std::string_view name) {
    bool latin = false;
    bool other = false;
    for (std::size_t at = 0; at < name.size();) {
        const Lookalike* one = find(name, at);
        if (one == nullptr && ends_word(name[at])) {
            latin = other = false;
        } else {
            latin = latin || is_latin(name[at]);
            other = other || one != nullptr;
        }
        if (latin && other) return true;
        at += one != nullptr ? one->letter.size() : 1;
    }
    return false;
}

std::string with_numbers(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
        const Lookalike* one = find(name, at);
        if (one == nullptr) {
            out += name[at++];
            continue;
        }
        std::array<char, 16> number{};
        (void)std::snprintf(number.data(), number.size(), "(U+%04X)", one->number);
        out += number.data();
        at += one->letter.size();
    }
    return out;
}

}  // namespace foxtail
