#pragma once

#include "foxtail/json/record_testing.hpp"
#include "foxtail/store/sqlite/reader.hpp"
#include "foxtail/store/sqlite/writer.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <stdlib.h>

namespace foxtail::sqlite::testing {

using foxtail::testing::RandomBodies;
using foxtail::testing::same_body;
using foxtail::testing::same_record;

/// A folder of its own, gone at the end.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "foxtail-store-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name = "house.db") const {
        return path_ + "/" + name;
    }

private:
    std::string path_;
};

constexpr Time begin_of_records{1'800'000'000'000'000};

/// Makes records with the next numbers: mostly messages of a few readings, sometimes anything.
class Household {
public:
    static constexpr std::uint32_t things = 6;
    static constexpr std::uint32_t properties = things * 4;

    explicit Household(std::uint64_t seed) : random(seed) {}

    std::vector<Record> batch(std::size_t n) {
        std::vector<Record> out;
        while (out.size() < n) message(out);
        return out;
    }
    void message(std::vector<Record>& out) {
        time.us += static_cast<std::int64_t>(random.below(20'000)) * 1000;
        if (random.chance(10)) {
            // Tellings name things once each; after that their properties have addresses.
            auto body = random.body(properties, 4);
            // What it says is done (forgetter_test.cpp): nothing would be the same afterwards.
            if (std::holds_alternative<Forgotten>(body)) body = Stopped{};
            if (auto* reading = std::get_if<Reading>(&body)) reading->property.index |= 3;
            out.push_back({++seq,
                           time,
                           {static_cast<std::uint32_t>(random.below(4))},
                           random.below(seq),
                           std::move(body)});
            return;
        }
        const auto thing = static_cast<std::uint32_t>(random.below(things));
        const SubjectId actor{static_cast<std::uint32_t>(random.below(2))};
        const Seq cause = random.chance(90) ? 0 : random.below(seq + 1);
        for (std::uint32_t p = 0; p < 4; ++p) {
            if (random.chance(40)) continue;
            auto reading = random.reading({thing * 4 + p});
            // The last property of a thing says anything, the others wander.
            if (p < 3) reading.value = wander(thing * 4 + p);
            ++seq;
            out.push_back({seq, time, actor, cause, std::move(reading)});
        }
    }
    Value wander(std::uint32_t property) {
        auto& v = level[property];
        v += static_cast<std::int64_t>(random.below(5)) - 2;
        if (property % 4 == 0) return v % 3 == 0;
        if (property % 4 == 1) return v;
        return static_cast<double>(v) / 10;
    }

    RandomBodies random;
    Seq seq = 0;
    Time time = begin_of_records;
    std::int64_t level[properties] = {};
};

/// A writer and a reader on one file, without threads.
struct Both {
    explicit Both(Options o)
        : options(std::move(o)), writer(options, shared), reader(options, shared) {}

    [[nodiscard]] Result<void> open() {
        if (auto opened = writer.open(); !opened) return opened;
        return reader.open();
    }
    /// Everything in the file, in order.
    [[nodiscard]] Result<std::vector<Record>> all(Seq from = 1) {
        std::vector<Record> out;
        auto done = reader.replay(from, [&](Record&& r) -> Result<void> {
            out.push_back(std::move(r));
            return {};
        });
        if (!done) return fail(done.error());
        return out;
    }
    /// Maintenance until there is nothing to do.
    [[nodiscard]] Result<void> maintain() {
        while (true) {
            const auto more = writer.maintain();
            if (!more) return fail(more.error());
            if (!*more) return {};
        }
    }

    Options options;
    Shared shared;
    Writer writer;
    Reader reader;
};

}  // namespace foxtail::sqlite::testing
