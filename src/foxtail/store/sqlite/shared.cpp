#include "foxtail/store/sqlite/shared.hpp"

namespace foxtail::sqlite {

void Tail::add(std::vector<Entry>&& batch) {
    if (batch.empty()) return;
    const std::lock_guard lock(mutex_);
    size_ += batch.size();
    batches_.push_back(std::move(batch));
}

void Tail::drop(Seq seq) {
    const std::lock_guard lock(mutex_);
    while (!batches_.empty() && batches_.front().back().seq <= seq) {
        size_ -= batches_.front().size();
        batches_.pop_front();
    }
}

void Tail::for_each(PropertyId property, const std::function<void(const Entry&)>& each) const {
    const std::lock_guard lock(mutex_);
    for (const auto& batch : batches_) {
        for (const auto& entry : batch) {
            if (entry.reading.property == property) each(entry);
        }
    }
}

}  // namespace foxtail::sqlite
