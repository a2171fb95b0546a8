// What the ledger says about itself, to whom it may be said.
#include "foxtail/hub/door.hpp"

namespace foxtail {

void Door::attest(ledger::Attestation asked, Attested then) const {
    const auto verdict =
        hub_->authority().decide_at(subject_, Verb::read, ledger_address, hub_->now().wall);
    // How fast the ledger grows tells how busy the house is: coarse is not told at all.
    if (!verdict.allowed || verdict.obligation.any()) return then(Authority::denied());
    hub_->store_.attest(std::move(asked), std::move(then));
}

void Door::checkpoint(Attested then) const {
    attest(ledger::CheckpointAsked{}, std::move(then));
}

void Door::ledger_keys(Attested then) const {
    attest(ledger::KeysAsked{}, std::move(then));
}

void Door::consistency(std::uint64_t from, std::uint64_t to, Attested then) const {
    attest(ledger::ConsistencyAsked{from, to}, std::move(then));
}

void Door::inclusion(Seq seq, Attested then) const {
    const auto prove = [hub = hub_, seq](const Attested& to) {
        hub->store_.attest(ledger::InclusionAsked{seq}, to);
    };
    // Who maintains the household may know that there is, or was, a record of a kind.
    if (may_manage()) return prove(then);
    JournalQuery one;
    one.from = seq;
    one.before = seq + 1;
    one.limit = 1;
    hub_->store_.journal(one, [hub = hub_, subject = subject_, prove,
                               then = std::move(then)](Result<std::vector<Record>> found) {
        if (!found) return then(fail(std::move(found.error())));
        if (found->empty() || !hub->may_look_back_at(subject, found->front(), hub->now().wall))
            return then(Authority::denied());
        prove(then);
    });
}

}  // namespace foxtail
