#pragma once

#include "foxtail/store/sqlite/db.hpp"

#include <span>

namespace foxtail::sqlite {

/// Brings a file from one version of the schema to the next.
struct Migration {
    const char* why;
    const char* sql;
};

/// The steps from an empty file to the present schema, oldest first. A file's version (PRAGMA
/// user_version) is how many it has taken. Add at the end; a step that files in the world have
/// taken never changes.
[[nodiscard]] std::span<const Migration> migrations();

/// Takes the steps that are missing, each in a transaction of its own. Error: unavailable for a
/// file newer than the steps, corrupt for a database that is none of ours.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps);

}  // namespace foxtail::sqlite
