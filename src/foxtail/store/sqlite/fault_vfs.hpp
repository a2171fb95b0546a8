#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace foxtail::sqlite {

/// For tests: a disk that can fail, fill up, or lose its power. Stands between SQLite and the real
/// files and remembers what was written since each file's last sync. One at a time has a name of
/// its own; any thread.
class FaultVfs {
public:
    explicit FaultVfs(std::string name);
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    [[nodiscard]] const std::string& name() const;

    /// From the n-th write (or sync) from now on, each fails; 0 = the next one; never() ends it.
    void fail_writes_after(std::uint64_t n);
    void fail_syncs_after(std::uint64_t n);
    /// Writes that would make a file longer fail with "disk full".
    void set_full(bool full);
    /// Nothing fails any more.
    void never();

    /// The power goes: what was not synced is undone (all of it, or each write by chance of `seed`,
    /// the last kept one torn), and every access fails until power_on(). Close all connections in
    /// between.
    void power_cut();
    void power_cut_with_chance(std::uint64_t seed);
    void power_on();

    [[nodiscard]] std::uint64_t writes() const;
    [[nodiscard]] std::uint64_t syncs() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

}  // namespace foxtail::sqlite
