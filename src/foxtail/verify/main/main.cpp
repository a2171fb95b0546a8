// foxtail-verify: checks an export of a household's ledger, offline. Exit status 0 = everything it
// claims holds, 1 = something does not, 2 = called wrongly or unreadable.
#include "foxtail/base/utf8.hpp"
#include "foxtail/verify/audit.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "single.hpp"

namespace foxtail::ledger {
namespace {

constexpr int holds = 0;
constexpr int does_not_hold = 1;
constexpr int misused = 2;
constexpr std::size_t line_bytes_max = std::size_t{64} * 1024 * 1024;

constexpr const char* usage =
    "foxtail-verify [--key KEY] [--witness KEY]... EXPORT\n"
    "foxtail-verify certificate [--key KEY] FILE\n"
    "foxtail-verify receipt [--key KEY] FILE\n"
    "foxtail-verify proof --key KEY [--witness KEY]... FILE\n"
    "\n"
    "Checks what 'foxtail journal export --ledger EXPORT' wrote: a file, or a folder whose files\n"
    "are read in the order of their names. Needs no network and no hub.\n"
    "'proof' checks what GET /ledger/proof/inclusion gave (c2sp.org/tlog-proof@v1),\n"
    "'certificate' checks what 'foxtail grants revoke --certificate FILE' wrote, 'receipt' what\n"
    "'foxtail grants receipt ID' did.\n"
    "\n"
    "  --key KEY      the ledger's key as you know it from elsewhere (name+id+base64)\n"
    "  --witness KEY  counts the checkpoints that this key signed, too\n"
    "\n"
    "Exit status: 0 everything holds, 1 something does not, 2 misused or unreadable.\n";

constexpr std::size_t single_bytes_max = 64 * 1024;

struct Wish {
    Audit::Trust trust;
    std::string path;
};

/// False when the arguments are wrong; says why.
bool read_arguments(const std::vector<std::string>& arguments, Wish& out) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        if (word == "--key" || word == "--witness") {
            auto key = i + 1 < arguments.size()
                           ? parse_verifier_key(arguments[i + 1])
                           : Result<VerifierKey>(fail(Code::invalid_input, "it is missing"));
            if (!key) {
                std::cerr << "foxtail-verify: " << word << ": " << key.error().message << "\n";
                return false;
            }
            ++i;
            if (word == "--key") {
                out.trust.key = std::move(*key);
            } else {
                out.trust.witnesses.push_back(std::move(*key));
            }
        } else if (word.starts_with("-") || !out.path.empty()) {
            std::cerr << usage;
            return false;
        } else {
            out.path = word;
        }
    }
    if (out.path.empty()) std::cerr << usage;
    return !out.path.empty();
}

std::vector<std::string> files_of(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return {path};
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
        if (entry.is_regular_file(error)) out.push_back(entry.path().string());
    std::sort(out.begin(), out.end());
    return out;
}

bool read_lines(const std::string& path, Audit& audit) {
    std::vector<char> buffer(1 << 20);
    std::ifstream in;
    in.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    in.open(path, std::ios::binary);
    if (!in) return false;
    std::string line;
    while (std::getline(in, line)) {
        if (line.size() > line_bytes_max) return false;
        if (in.eof()) line += "(its end is missing)";  // the line was cut
        audit.line(line);
    }
    return in.eof() && !in.bad();
}

std::string count(std::uint64_t n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void tell(const Findings& f) {
    auto& out = std::cout;
    out << "ledger    " << printable(f.origin) << "\n";
    for (const auto& key : f.keys) out << "key       " << format_verifier_key(key) << "\n";
    if (!f.key_was_given)
        out << "          (as the export itself says; compare it with the one you know, or give "
               "--key)\n";
    out << "leaves    " << (f.leaves == 1 ? "1 leaf" : std::to_string(f.leaves) + " leaves") << ", "
        << f.size_signed << " of them under a checkpoint that holds\n"
        << "signed    " << count(f.checkpoints, "checkpoint") << ", " << f.cosigned
        << " signed by a witness you named\n"
        << "records   " << count(f.records, "record") << ", of " << f.bodies
        << " it is shown what they say\n"
        << "readings  " << count(f.readings, "reading") << " in " << count(f.segments, "segment")
        << ", " << f.readings_shown << " shown\n"
        << "complete  from record " << f.from + 1 << " to " << f.complete_to
        << " nothing is left out; the newest record is " << f.last << "\n";
    if (f.leaves_hidden > 0)
        out << "          but " << count(f.leaves_hidden, "leaf")
            << " not shown, so nobody can tell from this\n";
    for (const auto& problem : f.problems)
        out << "PROBLEM   " << printable(problem.what, 300) << "\n";
    if (f.good()) {
        out << "Everything holds.\n";
    } else {
        const auto first = f.first_bad();
        out << count(f.problem_count, "problem")
            << "; first bad sequence number: " << (first == 0 ? "none" : std::to_string(first))
            << "\n";
    }
}

/// One signed text instead of an export.
int main_of_single(const std::vector<std::string>& arguments) {
    Wish wish;
    if (!read_arguments({arguments.begin() + 1, arguments.end()}, wish)) return misused;
    std::ifstream in(wish.path, std::ios::binary);
    std::string text(single_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (!in.eof() || in.bad()) {
        std::cerr << "foxtail-verify: cannot read " << wish.path << "\n";
        return misused;
    }
    const bool proof = arguments.front() == "proof";
    if (proof && !wish.trust.key) {
        std::cerr << "foxtail-verify: a proof needs --key, the ledger's key\n";
        return misused;
    }
    const auto said = proof ? judge_proof(text, *wish.trust.key, wish.trust.witnesses)
                      : arguments.front() == "receipt" ? judge_receipt(text, wish.trust.key)
                                                       : judge_certificate(text, wish.trust.key);
    if (!said) {
        std::cout << "PROBLEM   " << printable(said.error().message, 300) << "\n";
        return does_not_hold;
    }
    std::cout << *said << "Everything holds.\n";
    return holds;
}

int main_of(const std::vector<std::string>& arguments) {
    if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
        std::cout << usage;
        return holds;
    }
    const std::string first = arguments.empty() ? std::string() : arguments.front();
    if (first == "certificate" || first == "receipt" || first == "proof")
        return main_of_single(arguments);
    Wish wish;
    if (!read_arguments(arguments, wish)) return misused;
    Audit audit(std::move(wish.trust));
    const auto files = files_of(wish.path);
    for (const auto& file : files) {
        if (read_lines(file, audit)) continue;
        std::cerr << "foxtail-verify: cannot read " << file << "\n";
        return misused;
    }
    const auto findings = audit.finish();
    tell(findings);
    return findings.good() ? holds : does_not_hold;
}

}  // namespace
}  // namespace foxtail::ledger

int main(int argc, char** argv) {
    return foxtail::ledger::main_of({argv + 1, argv + argc});
}
