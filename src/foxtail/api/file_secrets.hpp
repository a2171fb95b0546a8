#pragma once

#include "foxtail/api/secrets.hpp"

#include <string>

namespace foxtail::api {

/// The book as one JSON file that only its owner may read (0600):
/// {"format":1,"passphrases":{SUBJECT:PHC},
/// "sessions":[{"hash","subject","until"}],"signup_code_hash"}. Written beside, synced, renamed
/// over, and the folder synced: there is always the old or the new one.
class FileSecrets final : public Secrets {
public:
    explicit FileSecrets(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] Result<SecretBook> load() override;
    [[nodiscard]] Result<void> keep(const SecretBook& book) override;

private:
    std::string path_;
};

}  // namespace foxtail::api
