#include "foxtail/store/sqlite/fault_vfs.hpp"

#include "foxtail/base/assert.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <vector>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foxtail::sqlite {
namespace {

constexpr std::uint64_t no_fault = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t sector = 512;

}  // namespace

struct FaultVfs::State {
    /// What a write or truncation since the last sync replaced.
    struct Undo {
        std::int64_t offset = 0;
        std::string before;
        std::int64_t size_before = 0;
        std::string written;
        bool truncated = false;
    };

    sqlite3_vfs vfs{};
    sqlite3_vfs* real = nullptr;
    std::string name;

    mutable std::mutex mutex;
    std::uint64_t writes = 0;
    std::uint64_t syncs = 0;
    std::uint64_t writes_left = no_fault;
    std::uint64_t syncs_left = no_fault;
    bool full = false;
    bool power = true;
    std::map<std::string, std::vector<Undo>> unsynced;

    /// Counts one down; true when it is to fail.
    static bool spent(std::uint64_t& left) {
        if (left == no_fault) return false;
        if (left == 0) return true;
        --left;
        return false;
    }
};

namespace {

struct File {
    sqlite3_file base;
    FaultVfs::State* state;
    const char* path;  // SQLite keeps it while the file is open
    bool kept;         // the database or its log, not the shared memory or a temporary file
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

std::string read_old(File& f, std::int64_t offset, std::int64_t size, std::int64_t file_size) {
    const auto there = std::clamp<std::int64_t>(file_size - offset, 0, size);
    std::string old(static_cast<std::size_t>(there), '\0');
    if (there > 0) f.real()->pMethods->xRead(f.real(), old.data(), static_cast<int>(there), offset);
    return old;
}

int x_close(sqlite3_file* file) {
    auto& f = of(file);
    return f.real()->pMethods->xClose(f.real());
}
int x_read(sqlite3_file* file, void* to, int n, sqlite3_int64 offset) {
    auto& f = of(file);
    {
        const std::lock_guard lock(f.state->mutex);
        if (!f.state->power) return SQLITE_IOERR_READ;
    }
    return f.real()->pMethods->xRead(f.real(), to, n, offset);
}
int x_write(sqlite3_file* file, const void* from, int n, sqlite3_int64 offset) {
    auto& f = of(file);
    auto& s = *f.state;
    const std::lock_guard lock(s.mutex);
    ++s.writes;
    if (!s.power) return SQLITE_IOERR_WRITE;
    if (f.kept) {
        if (FaultVfs::State::spent(s.writes_left)) return SQLITE_IOERR_WRITE;
        sqlite3_int64 size = 0;
        f.real()->pMethods->xFileSize(f.real(), &size);
        if (s.full && offset + n > size) return SQLITE_FULL;
        s.unsynced[f.path].push_back(
            {offset, read_old(f, offset, n, size), size,
             std::string(static_cast<const char*>(from), static_cast<std::size_t>(n)), false});
    }
    return f.real()->pMethods->xWrite(f.real(), from, n, offset);
}
int x_truncate(sqlite3_file* file, sqlite3_int64 to) {
    auto& f = of(file);
    auto& s = *f.state;
    const std::lock_guard lock(s.mutex);
    if (!s.power) return SQLITE_IOERR_TRUNCATE;
    if (f.kept) {
        sqlite3_int64 size = 0;
        f.real()->pMethods->xFileSize(f.real(), &size);
        s.unsynced[f.path].push_back({to, read_old(f, to, size - to, size), size, {}, true});
    }
    return f.real()->pMethods->xTruncate(f.real(), to);
}
int x_sync(sqlite3_file* file, int flags) {
    auto& f = of(file);
    auto& s = *f.state;
    const std::lock_guard lock(s.mutex);
    ++s.syncs;
    // As a disk does it: after a failed sync nobody knows what is there, and here none of it is.
    if (!s.power || FaultVfs::State::spent(s.syncs_left)) return SQLITE_IOERR_FSYNC;
    s.unsynced.erase(f.path);
    return f.real()->pMethods->xSync(f.real(), flags);
}
int x_file_size(sqlite3_file* file, sqlite3_int64* size) {
    auto& f = of(file);
    return f.real()->pMethods->xFileSize(f.real(), size);
}
int x_lock(sqlite3_file* file, int how) {
    auto& f = of(file);
    return f.real()->pMethods->xLock(f.real(), how);
}
int x_unlock(sqlite3_file* file, int how) {
    auto& f = of(file);
    return f.real()->pMethods->xUnlock(f.real(), how);
}
int x_check_reserved_lock(sqlite3_file* file, int* out) {
    auto& f = of(file);
    return f.real()->pMethods->xCheckReservedLock(f.real(), out);
}
int x_file_control(sqlite3_file* file, int what, void* argument) {
    auto& f = of(file);
    return f.real()->pMethods->xFileControl(f.real(), what, argument);
}
int x_sector_size(sqlite3_file* file) {
    auto& f = of(file);
    return f.real()->pMethods->xSectorSize(f.real());
}
int x_device_characteristics(sqlite3_file*) {
    return 0;  // promises nothing, not even what the real disk would
}
int x_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    auto& f = of(file);
    return f.real()->pMethods->xShmMap(f.real(), page, size, extend, out);
}
int x_shm_lock(sqlite3_file* file, int offset, int n, int flags) {
    auto& f = of(file);
    return f.real()->pMethods->xShmLock(f.real(), offset, n, flags);
}
void x_shm_barrier(sqlite3_file* file) {
    auto& f = of(file);
    f.real()->pMethods->xShmBarrier(f.real());
}
int x_shm_unmap(sqlite3_file* file, int remove) {
    auto& f = of(file);
    return f.real()->pMethods->xShmUnmap(f.real(), remove);
}

const sqlite3_io_methods methods = {2,
                                    x_close,
                                    x_read,
                                    x_write,
                                    x_truncate,
                                    x_sync,
                                    x_file_size,
                                    x_lock,
                                    x_unlock,
                                    x_check_reserved_lock,
                                    x_file_control,
                                    x_sector_size,
                                    x_device_characteristics,
                                    x_shm_map,
                                    x_shm_lock,
                                    x_shm_barrier,
                                    x_shm_unmap,
                                    nullptr,
                                    nullptr};

int x_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto& s = *static_cast<FaultVfs::State*>(vfs->pAppData);
    auto& f = of(file);
    f.base.pMethods = nullptr;
    f.state = &s;
    f.path = path;
    f.kept = path != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    {
        const std::lock_guard lock(s.mutex);
        if (!s.power) return SQLITE_CANTOPEN;
    }
    const int status = s.real->xOpen(s.real, path, f.real(), flags, out_flags);
    if (status == SQLITE_OK) f.base.pMethods = &methods;
    return status;
}
int x_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto& s = *static_cast<FaultVfs::State*>(vfs->pAppData);
    const std::lock_guard lock(s.mutex);
    if (!s.power) return SQLITE_IOERR_DELETE;
    s.unsynced.erase(path);
    return s.real->xDelete(s.real, path, sync_folder);
}

void undo(const std::string& path, std::vector<FaultVfs::State::Undo>& all,
          std::mt19937_64* chance) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    const auto put = [&](const std::string& bytes, std::int64_t offset, std::size_t n) {
        const auto written = ::pwrite(file, bytes.data(), n, offset);
        FOX_ASSERT(written == static_cast<ssize_t>(n), "the real disk holds what it held");
    };
    // Back to the last sync, newest first ...
    for (auto u = all.rbegin(); u != all.rend(); ++u) {
        if (!u->before.empty()) put(u->before, u->offset, u->before.size());
        FOX_ASSERT(::ftruncate(file, u->size_before) == 0, "the real disk can shorten a file");
    }
    // ... then some of the writes reached the disk all the same, in any order, one of them in part.
    for (const auto& u : all) {
        if (chance == nullptr || u.truncated || (*chance)() % 2 != 0) continue;
        const auto sectors = static_cast<std::int64_t>(u.written.size()) / sector;
        const bool torn = sectors > 0 && (*chance)() % 4 == 0;
        const auto kept =
            torn ? static_cast<std::size_t>((*chance)() % static_cast<std::uint64_t>(sectors)) *
                       static_cast<std::size_t>(sector)
                 : u.written.size();
        put(u.written, u.offset, kept);
    }
    ::close(file);
}

}  // namespace

FaultVfs::FaultVfs(std::string name) : state_(std::make_unique<State>()) {
    auto& s = *state_;
    s.name = std::move(name);
    s.real = sqlite3_vfs_find(nullptr);
    s.vfs = *s.real;
    s.vfs.szOsFile = static_cast<int>(sizeof(File)) + s.real->szOsFile;
    s.vfs.pNext = nullptr;
    s.vfs.zName = s.name.c_str();
    s.vfs.pAppData = &s;
    s.vfs.xOpen = x_open;
    s.vfs.xDelete = x_delete;
    s.vfs.xAccess = [](sqlite3_vfs* v, const char* path, int flags, int* out) {
        auto* const r = static_cast<State*>(v->pAppData)->real;
        return r->xAccess(r, path, flags, out);
    };
    s.vfs.xFullPathname = [](sqlite3_vfs* v, const char* path, int n, char* out) {
        auto* const r = static_cast<State*>(v->pAppData)->real;
        return r->xFullPathname(r, path, n, out);
    };
    sqlite3_vfs_register(&s.vfs, 0);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& FaultVfs::name() const {
    return state_->name;
}
void FaultVfs::fail_writes_after(std::uint64_t n) {
    const std::lock_guard lock(state_->mutex);
    state_->writes_left = n;
}
void FaultVfs::fail_syncs_after(std::uint64_t n) {
    const std::lock_guard lock(state_->mutex);
    state_->syncs_left = n;
}
void FaultVfs::set_full(bool full) {
    const std::lock_guard lock(state_->mutex);
    state_->full = full;
}
void FaultVfs::never() {
    const std::lock_guard lock(state_->mutex);
    state_->writes_left = no_fault;
    state_->syncs_left = no_fault;
    state_->full = false;
}
void FaultVfs::power_cut() {
    const std::lock_guard lock(state_->mutex);
    state_->power = false;
    for (auto& [path, all] : state_->unsynced) undo(path, all, nullptr);
    state_->unsynced.clear();
}
void FaultVfs::power_cut_with_chance(std::uint64_t seed) {
    const std::lock_guard lock(state_->mutex);
    std::mt19937_64 chance(seed);
    state_->power = false;
    for (auto& [path, all] : state_->unsynced) undo(path, all, &chance);
    state_->unsynced.clear();
}
void FaultVfs::power_on() {
    const std::lock_guard lock(state_->mutex);
    state_->power = true;
}
std::uint64_t FaultVfs::writes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->writes;
}
std::uint64_t FaultVfs::syncs() const {
    const std::lock_guard lock(state_->mutex);
    return state_->syncs;
}

}  // namespace foxtail::sqlite
