// For who had a grant that has ended: what they were asked to erase, and that it is.
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/routes.hpp"

namespace foxtail::api::parting {
namespace {

std::string shown(const Erasures::Asked& asked) {
    std::string out;
    JsonText json(out);
    json.object();
    append_erasure_members(json, asked);
    json.end_object();
    return out;
}

}  // namespace

void show(Gate&, const Erasures::Asked& asked, const Answer& answer) {
    answer.json(shown(asked));
}

void erased(Gate& gate, const Erasures::Asked& asked, const Answer& answer) {
    gate.erased(asked.grant, [answer](Result<Erasures::Asked> done) {
        if (!done) return answer.error(done.error());
        answer.json(shown(*done));
    });
}

}  // namespace foxtail::api::parting
