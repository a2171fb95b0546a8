// journal verify, export, stat; backup, restore: what works on a household's files.
#include "foxtail/cli/command.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/store/sqlite/tools.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail::cli {
namespace fs = std::filesystem;
namespace {

struct FileOptions {
    std::string file;
    std::shared_ptr<std::string> data;
    bool json = false;
    std::uint64_t from = 1;
    std::string out;
    std::string ledger;
    std::string to;
};

Result<std::string> journal_of(const FileOptions& options, const Terminal& terminal) {
    const auto path =
        !options.file.empty() ? options.file : data_folder(*options.data, terminal) + "/journal.db";
    std::error_code error;
    if (!fs::exists(path, error)) {
        return fail(
            Code::not_found,
            "there is no journal at " + path +
                (options.file.empty() ? "; --data names the household's folder, --file a journal"
                                      : ""));
    }
    return path;
}

std::string member_text(std::string_view name, std::uint64_t number) {
    return "\"" + std::string(name) + "\":" + std::to_string(number);
}

// ---- journal
// --------------------------------------------------------------------------------------

std::string verified_json(const sqlite::Verified& found) {
    std::string out = "{" + member_text("last", found.last) + "," +
                      member_text("records", found.records) + "," +
                      member_text("readings_waiting", found.readings_waiting) + "," +
                      member_text("readings_sealed", found.readings_sealed) + "," +
                      member_text("readings_dropped", found.readings_dropped) + "," +
                      member_text("segments", found.segments) + "," +
                      member_text("records_erased", found.records_erased) + "," +
                      member_text("leaves", found.leaves) + "," +
                      member_text("leaves_held", found.leaves_held) + ",\"problems\":[";
    for (std::size_t i = 0; i < found.problems.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, shown(found.problems[i]));
    }
    return out + "]}";
}

Result<void> verify(const Setting& setting, const FileOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto path = journal_of(options, terminal);
    if (!path) return fail(path.error());
    const auto found = sqlite::verify(*path);
    if (!found) return fail(found.error());
    if (options.json) {
        terminal.line(verified_json(*found));
    } else {
        for (const auto& problem : found->problems) terminal.line(shown(problem), Tone::bad);
        terminal.line(*path + ": " + count_words(found->records, "record") + " and " +
                      count_words(found->readings_waiting + found->readings_sealed, "reading") +
                      ", the last number " + std::to_string(found->last));
        if (found->leaves > 0) {
            terminal.line("ledger: " + std::to_string(found->leaves_held) + " of " +
                          std::to_string(found->leaves) +
                          " leaves are under a signed checkpoint that holds");
        }
        if (found->problems.empty()) terminal.line("All is well.", Tone::good);
    }
    if (found->problems.empty()) return {};
    return fail(Code::corrupt,
                count_words(found->problems.size(), "problem") + " found in " + *path);
}

Result<void> stat(const Setting& setting, const FileOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto path = journal_of(options, terminal);
    if (!path) return fail(path.error());
    const auto s = sqlite::stat(*path);
    if (!s) return fail(s.error());
    const auto readings = s->readings_waiting + s->readings_sealed;
    if (options.json) {
        terminal.line("{" + member_text("last", s->last) + "," + member_text("bytes", s->bytes) +
                      "," + member_text("free_bytes", s->free_bytes) + "," +
                      member_text("records", s->records) + "," +
                      member_text("readings_waiting", s->readings_waiting) + "," +
                      member_text("readings_sealed", s->readings_sealed) + "," +
                      member_text("segments", s->segments) + "," +
                      member_text("segment_bytes", s->segment_bytes) + "," +
                      member_text("batch_bytes", s->batch_bytes) + "," +
                      member_text("snapshots", s->snapshots) +
                      ",\"schema_version\":" + std::to_string(s->schema_version) + "}");
        return {};
    }
    const auto row = [&](std::string_view what, const std::string& text) {
        terminal.line(
            terminal.toned(std::string(what) + std::string(14 - what.size(), ' '), Tone::faint) +
            text);
    };
    row("file", *path);
    row("size", bytes_words(s->bytes) + " (" + bytes_words(s->free_bytes) + " of it free)");
    row("last number", std::to_string(s->last));
    row("records", std::to_string(s->records));
    row("readings",
        std::to_string(readings) + " (" + std::to_string(s->readings_sealed) + " sealed)");
    row("segments", std::to_string(s->segments) + ", " + bytes_words(s->segment_bytes));
    if (s->readings_sealed > 0) {
        row("a reading", number_words(static_cast<double>(s->segment_bytes) /
                                          static_cast<double>(s->readings_sealed),
                                      2) +
                             " B");
    }
    row("snapshots", std::to_string(s->snapshots));
    row("schema", "version " + std::to_string(s->schema_version));
    return {};
}

/// A new file that nobody else can read: what everybody did at home is nobody else's business.
Result<void> create(const std::string& path, std::ofstream& file) {
    const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) return fail(Code::conflict, path + ": " + std::strerror(errno));
    ::close(made);
    file.open(path, std::ios::binary);
    return {};
}

Result<void> export_ledger(const Setting& setting, const FileOptions& options,
                           const std::string& path) {
    std::ofstream file;
    const bool to_file = options.ledger != "-";
    if (to_file) {
        if (auto created = create(options.ledger, file); !created) return created;
    }
    std::ostream& out = to_file ? static_cast<std::ostream&>(file) : setting.terminal.out;
    const auto exported = sqlite::export_ledger(path, [&](std::string_view lines) {
        out << lines;
        return out.good();
    });
    if (!exported) return exported;
    out.flush();
    if (!out.good()) return fail(Code::unavailable, options.ledger + " could not be written");
    if (to_file)
        setting.terminal.err << "The ledger is exported to " << options.ledger
                             << "; 'foxtail-verify " << options.ledger << "' checks it.\n";
    return {};
}

Result<void> export_journal(const Setting& setting, const FileOptions& options) {
    const auto path = journal_of(options, setting.terminal);
    if (!path) return fail(path.error());
    if (!options.ledger.empty()) return export_ledger(setting, options, *path);
    std::ofstream file;
    if (!options.out.empty() && options.out != "-") {
        if (auto created = create(options.out, file); !created) return created;
    }
    std::ostream& out = file.is_open() ? static_cast<std::ostream&>(file) : setting.terminal.out;
    std::uint64_t count = 0;
    const auto exported = sqlite::export_lines(*path, options.from, [&](std::string_view line) {
        out << line << '\n';
        ++count;
        return out.good();
    });
    if (!exported) return exported;
    out.flush();
    if (!out.good() && file.is_open())
        return fail(Code::unavailable, options.out + " could not be written");
    if (file.is_open())
        setting.terminal.err << count_words(count, "record") << " exported to " << options.out
                             << "\n";
    return {};
}

using FileWork = Result<void> (*)(const Setting&, const FileOptions&);

CLI::App* add_on_file(const Setting& setting, CLI::App& journal, const std::string& name,
                      const std::string& description, const std::string& examples, FileWork work,
                      std::shared_ptr<FileOptions>& options) {
    options = std::make_shared<FileOptions>();
    auto* command = setting.command(journal, name, description, examples);
    options->data = setting.data(*command);
    command
        ->add_option("--file", options->file,
                     "A journal's file, e.g. a backup (else journal.db of the household's folder)")
        ->type_name("FILE");
    command->callback([setting, options, work] { setting.conclude(work(setting, *options)); });
    return command;
}

// ---- backup, restore
// ------------------------------------------------------------------------------

Result<void> back_up(const Setting& setting, const FileOptions& options) {
    const Terminal& terminal = setting.terminal;
    const auto path = journal_of(options, terminal);
    if (!path) return fail(path.error());
    const auto before = ::umask(0077);
    const auto copied = sqlite::backup(*path, options.to);
    ::umask(before);
    if (!copied) return copied;
    std::error_code ignored;
    const auto bytes = fs::file_size(options.to, ignored);
    terminal.line(*path + " is copied to " + options.to + ", " + bytes_words(bytes) + ".");
    terminal.line(
        "The copy has the journal and the history. Passphrases and the owner's token are not in "
        "it: after a "
        "restore the owner signs up again.");
    return {};
}

/// Holds the household's lock while it lives, so that no hub starts on a folder that is being
/// filled.
class FolderLock {
public:
    FolderLock() = default;
    ~FolderLock() {
        if (file_ >= 0) ::close(file_);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    Result<void> take(const std::string& folder) {
        const auto path = folder + "/lock";
        file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file_ < 0) return fail(Code::unavailable, path + ": " + std::strerror(errno));
        if (::flock(file_, LOCK_EX | LOCK_NB) != 0)
            return fail(Code::conflict, "a hub is running on " + folder + "; stop it first");
        return {};
    }

private:
    int file_ = -1;
};

/// A lock's file alone is left over and says nothing.
Result<void> must_be_empty(const std::string& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().filename() != "lock") {
            return fail(Code::conflict, folder + " is not empty (" +
                                            shown(entry.path().filename().string()) +
                                            " is there); a restore wants a new folder");
        }
    }
    if (error) return fail(Code::unavailable, folder + ": " + error.message());
    return {};
}

Result<void> restore(const Setting& setting, const FileOptions& options) {
    const Terminal& terminal = setting.terminal;
    if (options.data->empty())
        return fail(Code::invalid_input, "--data is missing: the new household's folder");
    const std::string& folder = *options.data;
    std::error_code error;
    if (!fs::is_regular_file(options.file, error))
        return fail(Code::not_found, "there is no file " + options.file);
    if (fs::exists(folder, error)) {
        if (fs::exists(folder + "/lock", error)) {
            FolderLock running;  // a running hub is the better reason than the files it has made
            if (auto locked = running.take(folder); !locked) return locked;
        }
        if (auto empty = must_be_empty(folder); !empty) return empty;
    }
    const auto found = sqlite::verify(options.file);
    if (!found) return fail(found.error());
    if (!found->problems.empty()) {
        for (const auto& problem : found->problems) terminal.err << shown(problem) << "\n";
        return fail(Code::corrupt, options.file + " is damaged; nothing was restored");
    }
    fs::create_directories(folder, error);
    if (error) return fail(Code::unavailable, folder + ": " + error.message());
    ::chmod(folder.c_str(), 0700);
    FolderLock lock;
    if (auto locked = lock.take(folder); !locked) return locked;
    if (auto empty = must_be_empty(folder); !empty) return empty;
    if (auto copied = sqlite::backup(options.file, folder + "/journal.db"); !copied) return copied;
    ::chmod((folder + "/journal.db").c_str(), 0600);
    // The hub looks for it: what was taken back after the backup must not hold again unasked.
    std::ofstream marker;
    if (auto made = create(folder + "/restored", marker); !made) return made;
    marker << "from a backup\n";
    marker.close();
    if (!marker) return fail(Code::unavailable, folder + "/restored could not be written");
    terminal.line(options.file + " was verified and is restored to " + folder + ": " +
                  count_words(found->records, "record") + " and " +
                  count_words(found->readings_waiting + found->readings_sealed, "reading") + ".");
    terminal.line("'foxtail run --data " + folder +
                  "' starts it. The owner signs up again; devices keep what they had.");
    terminal.line(
        "What participants, agents, guests and tokens were given waits until it is confirmed: "
        "'foxtail grants', then 'foxtail grants confirm ID'.");
    terminal.line(
        "What people had forgotten after the backup was made is in it: they have it forgotten "
        "again, 'foxtail desk forget'.");
    return {};
}

Result<void> rotate_key(const Setting& setting, const FileOptions& options) {
    const auto path = journal_of(options, setting.terminal);
    if (!path) return fail(path.error());
    FolderLock lock;
    const auto folder = fs::path(*path).parent_path().string();
    if (auto locked = lock.take(folder.empty() ? "." : folder); !locked) return locked;
    const auto key = sqlite::rotate_ledger_key(*path);
    if (!key) return fail(key.error());
    setting.terminal.line("From now on the ledger is signed by " + *key);
    setting.terminal.line("The key before has signed for it; what was signed by it stays good.");
    return {};
}

}  // namespace

void add_journal_file_commands(const Setting& setting, CLI::App& journal) {
    std::shared_ptr<FileOptions> options;
    auto* check = add_on_file(
        setting, journal, "verify",
        "Reads the whole journal and checks it; also while a hub runs on it",
        "  foxtail journal verify --data data\n  foxtail journal verify --file backup.db", verify,
        options);
    check->add_flag("--json", options->json, "As JSON");
    auto* figures = add_on_file(setting, journal, "stat", "Shows what the journal's file holds",
                                "  foxtail journal stat", stat, options);
    figures->add_flag("--json", options->json, "As JSON");
    auto* lines = add_on_file(setting, journal, "export", "Writes every record as one line of JSON",
                              "  foxtail journal export --out household.jsonl\n  foxtail journal "
                              "export --from 1000 | jq .kind",
                              export_journal, options);
    lines
        ->add_option("--ledger", options->ledger,
                     "Writes the ledger instead, for foxtail-verify to check; - is standard output")
        ->type_name("FILE");
    lines->add_option("--from", options->from, "Begin at this number")->capture_default_str();
    lines->add_option("-o,--out", options->out, "A new file, instead of standard output")
        ->type_name("FILE");
    add_on_file(setting, journal, "rotate-key",
                "Gives the ledger a new key, signed by the present one; while no hub runs",
                "  foxtail journal rotate-key --data data", rotate_key, options);
}

void add_file_commands(const Setting& setting) {
    auto from = std::make_shared<FileOptions>();
    auto* backup_command = setting.command(
        setting.app, "backup", "Copies the journal as it stands, also while a hub runs on it",
        "  foxtail backup /media/usb/foxtail-2026-11-22.db");
    backup_command->add_option("TO", from->to, "The copy; must not exist")
        ->required()
        ->type_name("FILE");
    from->data = setting.data(*backup_command);
    backup_command->callback([setting, from] { setting.conclude(back_up(setting, *from)); });

    auto into = std::make_shared<FileOptions>();
    auto* restore_command = setting.command(
        setting.app, "restore", "Makes a household's folder from a backup, after verifying it",
        "  foxtail restore /media/usb/foxtail-2026-11-22.db --data new-data");
    restore_command->add_option("FROM", into->file, "The backup")->required()->type_name("FILE");
    into->data = setting.data(*restore_command);
    restore_command->callback([setting, into] { setting.conclude(restore(setting, *into)); });
}

}  // namespace foxtail::cli
