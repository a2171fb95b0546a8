// witness: keeps another household's checkpoints, and says so when its past changes.
#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/command.hpp"
#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/witness.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

namespace foxtail::cli {
namespace fs = std::filesystem;
namespace {

using ledger::Seen;

struct WitnessOptions {
    std::string url;
    std::string state;
    std::string every;
    std::string token_file;
    std::string ca;
    std::string name;
};

constexpr std::size_t seed_bytes = 32;

/// Beside, synced, renamed over: what a witness has seen it must not forget.
Result<void> keep_file(const std::string& path, const std::string& text) {
    const auto beside = path + ".next";
    const auto failed = [&] { return fail(Code::unavailable, path + ": " + std::strerror(errno)); };
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return failed();
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(beside.c_str(), path.c_str()) != 0) return failed();
    const auto folder = fs::absolute(path).parent_path();
    const int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = at >= 0 && ::fsync(at) == 0;
    if (at >= 0) ::close(at);
    if (!synced) return failed();
    return {};
}

Result<std::string> whole_file(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return std::string();
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    if (!in) return fail(Code::unavailable, "'" + path + "' cannot be read");
    return out.str();
}

/// The witness's own key, made the first time.
Result<ledger::SigningKey> own_key(const WitnessOptions& options) {
    const auto path = options.state + ".key";
    auto text = whole_file(path);
    if (!text) return fail(text.error());
    if (text->empty()) {
        std::string seed(seed_bytes, '\0');
        randombytes_buf(seed.data(), seed.size());
        *text = ledger::to_base64(seed) + "\n";
        if (auto kept = keep_file(path, *text); !kept) return fail(kept.error());
    }
    const auto seed = ledger::from_base64(std::string_view(*text).substr(0, text->find('\n')));
    if (!seed || seed->size() != seed_bytes)
        return fail(Code::corrupt, path + " holds no witness's key");
    std::array<std::uint8_t, seed_bytes> bytes{};
    std::copy(seed->begin(), seed->end(), bytes.begin());
    std::string name = options.name;
    if (name.empty()) {
        const ledger::SigningKey unnamed("witness", bytes);
        name = "witness/" + ledger::origin_of(unnamed.verifier().key).substr(8);
    }
    if (!ledger::valid_key_name(name))
        return fail(Code::invalid_input, "--name has no spaces and no '+'");
    return ledger::SigningKey(name, bytes);
}

class Witness {
public:
    Witness(const Terminal& terminal, const WitnessOptions& options, HubClient& hub,
            ledger::SigningKey key)
        : terminal_(terminal), options_(options), hub_(hub), key_(std::move(key)) {}

    Result<void> poll() {
        const auto before = known();
        if (!before) return fail(before.error());
        const auto lines = text_at("/ledger/keys");
        if (!lines) return fail(lines.error());
        const auto keys = ledger::parse_keys(*lines);
        if (!keys) return fail(keys.error());
        auto note = text_at("/ledger/checkpoint");
        if (!note) return fail(note.error());
        const auto now = ledger::look(
            *note, *keys, *before ? &**before : nullptr,
            [this](std::uint64_t from, std::uint64_t to) {
                return text_at("/ledger/proof/consistency?from=" + std::to_string(from) +
                               "&to=" + std::to_string(to));
            });
        if (!now) return complain(now.error(), *note);
        return cosign(*note, *now, !*before);
    }

private:
    Result<std::string> text_at(const std::string& target) {
        const auto answer = hub_.ask("GET", target);
        if (!answer) return fail(answer.error());
        return answer->body;
    }

    /// What was seen last: a checkpoint that we signed.
    Result<std::optional<Seen>> known() {
        const auto text = whole_file(options_.state);
        if (!text) return fail(text.error());
        if (text->empty()) return std::optional<Seen>();
        const auto note = ledger::parse_note(*text);
        const auto checkpoint = note ? ledger::parse_checkpoint(note->text)
                                     : Result<ledger::Checkpoint>(fail(Code::corrupt, "no note"));
        const std::array own{key_.witness()};
        if (!checkpoint || !ledger::verify_note(*note, own))
            return fail(Code::corrupt,
                        options_.state + " is not what this witness signed; it is kept as it is");
        return std::optional<Seen>({checkpoint->origin, checkpoint->size, checkpoint->root});
    }

    Result<void> complain(const Error& error, const std::string& note) {
        if (error.code != Code::conflict) return fail(error);
        // Two signatures that contradict each other are the proof: both are kept.
        const auto evidence = options_.state + ".conflict";
        if (auto kept = keep_file(evidence, note); !kept) return kept;
        return fail(Code::conflict, error.message + ".\nThe new checkpoint is kept in " + evidence +
                                        ", the old one stays in " + options_.state +
                                        ". Ask who keeps that hub.");
    }

    Result<void> cosign(const std::string& text, const Seen& seen, bool first) {
        auto note = ledger::parse_note(text);
        if (!note) return fail(note.error());
        const auto seconds = static_cast<std::uint64_t>(terminal_.clock.now().us / 1'000'000);
        note->signatures.push_back(key_.cosign(note->text, seconds));
        if (auto kept = keep_file(options_.state, ledger::format_note(*note)); !kept) return kept;
        terminal_.line((first ? "First seen: " : "Holds: ") + seen.origin + " has " +
                       ledger::describe(seen) + ".");
        if (first)
            terminal_.line("This witness's key: " + ledger::format_verifier_key(key_.witness()));
        terminal_.out.flush();
        return {};
    }

    const Terminal& terminal_;
    const WitnessOptions& options_;
    HubClient& hub_;
    ledger::SigningKey key_;
};

Result<void> be_witness(const Setting& setting, HubClient& hub, const WitnessOptions& options) {
    std::optional<Duration> every;
    if (!options.every.empty()) {
        const auto told = parse_duration(options.every);
        if (!told || *told < seconds(1))
            return fail(Code::invalid_input, "--every is a time of 1s or more, e.g. 5m");
        every = *told;
    }
    auto key = own_key(options);
    if (!key) return fail(key.error());
    Witness witness(setting.terminal, options, hub, std::move(*key));
    while (true) {
        const auto outcome = witness.poll();
        // A hub that is away for a while is no reason to stop looking; a changed past is.
        const bool go_on = every && (outcome || outcome.error().code != Code::conflict);
        if (!go_on) return outcome;
        if (!outcome) setting.terminal.err << "foxtail: " << outcome.error().message << std::endl;
        std::this_thread::sleep_for(std::chrono::microseconds(every->us));
    }
}

}  // namespace

void add_witness_command(const Setting& setting) {
    auto options = std::make_shared<WitnessOptions>();
    auto* witness = setting.command(
        setting.app, "witness",
        "Watches that a household's past is not changed, and vouches for it",
        "  foxtail grants give neighbour --address ledger/checkpoint --verb read > "
        "neighbour.token\n"
        "  foxtail witness http://127.0.0.1:8420 --token-file neighbour.token --state ana.seen");
    witness->add_option("URL", options->url, "The hub: http://127.0.0.1:8420, https://THE-HUB:8443")
        ->required();
    witness
        ->add_option("--state", options->state,
                     "File with what was seen last; the witness's key stands beside it, in "
                     "FILE.key")
        ->required();
    witness->add_option("--every", options->every, "Looks again and again: 5m");
    witness->add_option("--token-file", options->token_file,
                        "A token that may read ledger/checkpoint");
    witness
        ->add_option("--ca", options->ca,
                     "Over https: the certificate to trust, as 'foxtail ca' prints it (FOXTAIL_CA)")
        ->type_name("FILE");
    witness->add_option("--name", options->name, "What this witness is called in its signatures");
    witness->callback([setting, options] {
        ConnectionOptions to;
        to.url = options->url;
        to.token_file = options->token_file;
        to.ca = options->ca;
        setting.with_hub(to, [&](HubClient& hub) { return be_witness(setting, hub, *options); });
    });
}

}  // namespace foxtail::cli
