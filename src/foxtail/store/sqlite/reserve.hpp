#pragma once

#include <cstdint>
#include <string>

namespace foxtail::sqlite {

/// Room on the disk that is kept so that something can be taken back when the rest is full: a file
/// beside the journal that holds nothing and is given up when it is needed.
class Reserve {
public:
    /// No bytes: there is none, and nothing is ever kept back.
    Reserve(std::string path, std::uint64_t bytes);

    /// Makes the file, whole. False when there is no room for it.
    bool make();
    /// Gives the room up. False when there is none to give.
    bool spend();
    /// It was given up and is not back: what is left of its room is kept for more of the same.
    [[nodiscard]] bool is_spent() const { return spent_ && !made_; }

private:
    std::string path_;
    std::uint64_t bytes_ = 0;
    bool made_ = false;
    bool spent_ = false;
};

}  // namespace foxtail::sqlite
