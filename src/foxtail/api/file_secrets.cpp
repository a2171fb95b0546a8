#include "foxtail/api/file_secrets.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/json/parse.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail::api {
namespace {

namespace bj = boost::json;
constexpr std::int64_t file_format = 1;
constexpr std::size_t file_bytes_max = std::size_t{8} * 1024 * 1024;

class File {
public:
    explicit File(int number) : number_(number) {}
    ~File() {
        if (number_ >= 0) ::close(number_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] bool open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

tl::unexpected<Error> failed(const std::string& what) {
    return fail(Code::unavailable, what + ": " + std::strerror(errno));
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(file, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::string text_of(const bj::object& object, std::string_view key) {
    const bj::value* value = object.if_contains(key);
    const bj::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

Result<SecretBook> book_from(const bj::value& value) {
    const bj::object* object = value.if_object();
    const bj::value* format = object == nullptr ? nullptr : object->if_contains("format");
    if (format == nullptr || !format->is_int64() || format->get_int64() != file_format) {
        return fail(Code::corrupt, "not a file of secrets of format 1");
    }
    SecretBook book;
    book.signup_code_hash = text_of(*object, "signup_code_hash");
    const bj::value* passphrases = object->if_contains("passphrases");
    if (passphrases != nullptr && passphrases->is_object()) {
        for (const auto& entry : passphrases->get_object()) {
            if (!entry.value().is_string())
                return fail(Code::corrupt, "a passphrase hash is no text");
            book.passphrases.emplace(entry.key(), std::string_view(entry.value().get_string()));
        }
    }
    const bj::value* sessions = object->if_contains("sessions");
    if (sessions == nullptr || !sessions->is_array()) return book;
    for (const bj::value& one : sessions->get_array()) {
        const bj::object* session = one.if_object();
        if (session == nullptr) return fail(Code::corrupt, "a session is no object");
        const auto until = parse_rfc3339(text_of(*session, "until"));
        if (!until) return fail(Code::corrupt, "a session's end: " + until.error().message);
        book.sessions.push_back({text_of(*session, "hash"), text_of(*session, "subject"), *until});
    }
    return book;
}

}  // namespace

Result<SecretBook> FileSecrets::load() {
    const File file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) {
        if (errno == ENOENT) return SecretBook{};
        return failed(path_);
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return failed(path_);
    if ((status.st_mode & 077) != 0) {
        return fail(Code::unavailable, path_ + " can be read by others; run: chmod 600 " + path_);
    }
    std::string text;
    std::array<char, 16384> piece{};
    while (true) {
        const auto n = ::read(file.number(), piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(path_);
        if (n == 0) break;
        text.append(piece.data(), static_cast<std::size_t>(n));
        if (text.size() > file_bytes_max)
            return fail(Code::corrupt, path_ + " is larger than 8 MiB");
    }
    const auto value = parse_json(text);
    if (!value) return fail(Code::corrupt, path_ + ": " + value.error().message);
    auto book = book_from(*value);
    if (!book) return fail(Code::corrupt, path_ + ": " + book.error().message);
    return book;
}

Result<void> FileSecrets::keep(const SecretBook& book) {
    std::string text;
    JsonText json(text);
    json.object().number("format", file_format);
    json.key("passphrases").object();
    for (const auto& [subject, hash] : book.passphrases) json.text(subject, hash);
    json.end_object().key("sessions").array();
    for (const auto& session : book.sessions) {
        json.object()
            .text("hash", session.hash)
            .text("subject", session.subject)
            .time("until", session.until)
            .end_object();
    }
    json.end_array().text("signup_code_hash", book.signup_code_hash).end_object();

    const std::string beside = path_ + ".new";
    {
        const File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!file.open()) return failed(beside);
        if (::fchmod(file.number(), 0600) != 0) return failed(beside);
        if (!write_all(file.number(), text) || ::fsync(file.number()) != 0) return failed(beside);
    }
    if (::rename(beside.c_str(), path_.c_str()) != 0) return failed(path_);
    const auto slash = path_.rfind('/');
    const std::string folder_path = slash == std::string::npos ? "."
                                    : slash == 0               ? "/"
                                                               : path_.substr(0, slash);
    const File folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.open() || ::fsync(folder.number()) != 0) return failed(folder_path);
    return {};
}

}  // namespace foxtail::api
