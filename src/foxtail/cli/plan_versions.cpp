// plan versions, plan diff: the plans that were, each a record with what it was made from.
#include "foxtail/cli/plan_versions.hpp"

#include "foxtail/cli/arguments.hpp"
#include "foxtail/cli/plan_diff.hpp"
#include "foxtail/cli/words.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>

#include <boost/json/array.hpp>

namespace foxtail::cli {
namespace bj = boost::json;
namespace {

constexpr const char* newest_plans = "/journal?address=plan%2Fplan&kind=reading&limit=40";

Result<bj::value> version_of(HubClient& hub, const std::string& version) {
    if (version.empty()) return hub.get("/plan");
    const bool number =
        std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number)
        return fail(Code::invalid_input, "'" + shown(version) +
                                             "' is no number of a plan; `foxtail plan versions` "
                                             "lists them");
    auto plan = hub.get("/plan/versions/" + version);
    if (!plan && plan.error().code == Code::not_found)
        return fail(Code::not_found, "no plan " + version + " is on record, or you may not see it");
    return plan;
}

}  // namespace

Result<void> show_versions(const Setting& setting, HubClient& hub, bool json) {
    if (json) return setting.print_answer(hub, newest_plans);
    const auto answer = hub.get(newest_plans);
    if (!answer) return fail(answer.error());
    const Terminal& terminal = setting.terminal;
    Table table(
        {{"PLAN", Table::Align::right}, {"MADE"}, {"COSTS", Table::Align::right}, {"BECAUSE"}});
    std::uint64_t before = 0;
    for (const auto& record : list_of(*answer, "records")) {
        const auto& plan = member(member(record, "body"), "value");
        const auto version = number_of(plan, "version");
        if (version == 0 || version == before) continue;  // told once more, with its ways out
        before = version;
        const auto& cost = member(plan, "cost");
        table.add({std::to_string(version), full_time_words(time_of(plan, "made"), terminal.zone),
                   cost.is_number()
                       ? money_words(cost.to_number<double>(), shown(text_of(plan, "currency")))
                       : std::string(),
                   shown(text_of(plan, "because"))});
    }
    terminal.table(table);
    return {};
}

Result<void> show_difference(const Setting& setting, HubClient& hub, const std::string& first,
                             const std::string& second, bool json) {
    const auto a = version_of(hub, first);
    if (!a) return fail(a.error());
    const auto b = version_of(hub, second);
    if (!b) return fail(b.error());
    const auto diff = plan_diff(*a, *b);
    if (json) {
        std::string out;
        append_json(out, bj::value(diff));
        setting.terminal.line(out);
    } else {
        print_plan_diff(setting.terminal, diff);
    }
    return {};
}

}  // namespace foxtail::cli
