#pragma once

#include "foxtail/store/sqlite/segment.hpp"
#include "foxtail/store/sqlite/shared.hpp"

#include <map>

namespace foxtail::sqlite {

/// Moves readings from batches into segments, in rounds. A round takes all unsealed readings as
/// they stand, builds the segments of one thing after the other, and puts them into the file in one
/// transaction together with the number up to which readings are sealed; then the batches go, a few
/// at a time. Between two steps commits can pass. Small neighbouring segments of a thing are
/// merged, so that a reading is packed again only a few times until its segment is full.
class Sealer {
public:
    Sealer(Database& database, Shared& shared) : database_(database), shared_(shared) {}

    /// Prepares statements; forgets a round that was under way.
    [[nodiscard]] Result<void> open();
    /// Lets go of the connection.
    void close();
    /// Begins a round if there is anything to seal.
    void start();
    /// A round or its cleaning up is under way.
    [[nodiscard]] bool running() const { return phase_ != Phase::idle; }
    /// One bounded step.
    [[nodiscard]] Result<void> step();

private:
    enum class Phase { idle, building, cleaning };
    struct Ready {
        Group group;
        SegmentHead head;
        std::string body;
    };
    using Pointers = std::vector<const Entry*>;

    [[nodiscard]] Result<void> build(Group group, const Pointers& fresh);
    [[nodiscard]] Result<std::vector<std::int64_t>> neighbours(Group group, std::size_t fresh);
    [[nodiscard]] Result<void> take(std::span<const std::int64_t> ids, std::vector<Entry>& out);
    void encode(Group group, std::span<const Entry* const> entries);
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] Result<void> clean();
    void forget();

    Database& database_;
    Shared& shared_;
    Statement last_segments_;
    Statement segment_body_;
    Statement delete_segment_;
    Statement insert_segment_;
    Statement set_sealed_to_;
    Statement add_sealed_;
    Statement sealed_batches_;
    Statement delete_batches_;

    Phase phase_ = Phase::idle;
    Seq cut_ = 0;
    std::uint64_t readings_ = 0;
    std::map<Group, Pointers> waiting_;
    std::vector<Ready> ready_;
    std::vector<std::int64_t> replaced_;
};

}  // namespace foxtail::sqlite
