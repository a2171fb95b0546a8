#pragma once

#include "foxtail/store/sqlite/store_testing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace foxtail::sqlite::testing {

/// Seals early and drops at once what is old.
inline Options options_for(const Folder& folder) {
    Options options;
    options.path = folder.file();
    options.seal_readings = 300;
    options.retention_pause = {};
    return options;
}

inline void expect_same(const std::vector<Record>& is, const std::vector<Record>& should,
                        const std::string& where) {
    ASSERT_EQ(is.size(), should.size()) << where;
    for (std::size_t i = 0; i < is.size(); ++i) {
        ASSERT_TRUE(same_record(is[i], should[i]))
            << where << ": record " << should[i].seq << " as " << is[i].seq;
    }
}

}  // namespace foxtail::sqlite::testing
