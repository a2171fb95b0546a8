// The plan, those before it, and what a wish would change in it.
#include "foxtail/api/routes.hpp"
#include "foxtail/json/parse.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/object.hpp>

namespace foxtail::api::plan {
namespace {

constexpr std::size_t wishes_max = 8;

/// The version that a told plan has; nothing of what is none.
std::optional<std::uint64_t> version_of(const Record& record) {
    const auto* reading = std::get_if<Reading>(&record.body);
    const auto* json = reading != nullptr ? std::get_if<Json>(&reading->value) : nullptr;
    if (json == nullptr) return std::nullopt;
    const auto plan = parse_json(json->text);
    const auto* object = plan ? plan->if_object() : nullptr;
    const auto* version = object != nullptr ? object->if_contains("version") : nullptr;
    if (version == nullptr || !version->is_int64() || version->get_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(version->get_int64());
}

/// Looks through the journal for what was told last of a version of the plan. Versions only grow
/// from record to record, so it is found by halves, each of them one question through the door.
class VersionSearch : public std::enable_shared_from_this<VersionSearch> {
public:
    VersionSearch(Door door, PropertyId plan, std::uint64_t version, Answer answer)
        : door_(std::move(door)),
          plan_(plan),
          version_(version),
          answer_(std::move(answer)),
          before_(door_.head() + 1) {}

    void go_on() {
        if (from_ >= before_) return conclude();
        const Seq middle = from_ + (before_ - from_) / 2;
        ask(middle + 1, middle);
    }

private:
    /// For the last that was told before `before`, which stands for all up to `middle`.
    void ask(Seq before, Seq middle) {
        JournalQuery query;
        query.from = from_;
        query.before = before;
        query.limit = 1;
        query.newest_first = true;
        query.kind = kind_name(std::size_t{0});  // readings
        query.property = plan_;
        door_.journal(std::move(query),
                      [self = shared_from_this(), middle](Result<std::vector<Record>> found) {
                          if (!found) return self->answer_.error(found.error());
                          self->narrow(middle, *found);
                      });
    }

    void narrow(Seq middle, const std::vector<Record>& found) {
        const auto version = found.empty() ? std::nullopt : version_of(found.front());
        // Forgotten, or of no version: the one before it speaks for it.
        if (!found.empty() && !version && found.front().seq > from_)
            return ask(found.front().seq, middle);
        if (version && *version > version_) {
            before_ = found.front().seq;
        } else {
            from_ = middle + 1;
            if (version == version_) told_ = to_json(std::get<Reading>(found.front().body).value);
        }
        go_on();
    }

    void conclude() {
        if (told_) return answer_.json(std::move(*told_));
        answer_.error({Code::not_found, "no plan with that number is on record"});
    }

    Door door_;
    PropertyId plan_;
    std::uint64_t version_;
    Answer answer_;
    Seq from_ = 1;
    Seq before_;
    std::optional<std::string> told_;
};

}  // namespace

/// The plan is a property like any other: who may read `plan/plan` may read it here.
void show(Door& door, Site&, Call&, const Answer& answer) {
    const auto view = door.read("plan/plan");
    if (!view) return answer.error(view.error());
    answer.json(to_json(view->belief->value));
}

/// A plan of the past is a record like any other: who may look back at `plan/plan` gets it.
void version(Door& door, Site&, Call& call, const Answer& answer) {
    const auto number = parse_number(call.parts[0]);
    if (!number) return answer.problem(400, "the number of a plan is a whole number");
    const Property* plan = door.names().find_property("plan/plan");
    if (plan == nullptr)
        return answer.error({Code::not_found, "no plan with that number is on record"});
    std::make_shared<VersionSearch>(door, plan->id, *number, answer)->go_on();
}

/// Whoever may see the plan and what is set may ask what setting it otherwise would do: it shows
/// nothing that they could not reckon from these.
void what_if(Door& door, Site& site, Call& call, const Answer& answer) {
    if (const auto view = door.read("plan/plan"); !view) return answer.error(view.error());
    const auto body = parse_json(call.request.body, {4096, 4});
    const auto* object = body ? body->if_object() : nullptr;
    const auto* device = object != nullptr ? object->if_contains("device") : nullptr;
    const auto* set = object != nullptr ? object->if_contains("set") : nullptr;
    const bool named = device == nullptr || (device->is_string() && !device->get_string().empty());
    if (!named || set == nullptr || !set->is_object() || set->get_object().size() > wishes_max)
        return answer.error(
            {Code::invalid_input,
             R"(right would be {"device":"leaf","set":{"goals":"80 % by 08:00"}})"});
    const std::string name(device != nullptr ? std::string_view(device->get_string()) : "");
    const std::string thing = device != nullptr ? "plan-" + name : "plan";  // of the whole house
    std::vector<PlanWish> wishes;
    for (const auto& [setting, wished] : set->get_object()) {
        if (const auto view = door.read(thing, setting); !view) return answer.error(view.error());
        std::string text;
        append_json(text, wished);
        auto value = parse_json_value(text);
        if (!value) return answer.error(value.error());
        wishes.push_back({std::string(setting), std::move(*value)});
    }
    if (!site.planner.what_if)
        return answer.error({Code::not_found, "nothing is planned: 'planning' is not configured"});
    site.planner.what_if(door.subject(), name, wishes, [answer](Result<std::string> said) {
        if (!said) return answer.error(said.error());
        answer.json(std::move(*said));
    });
}

}  // namespace foxtail::api::plan
