// Taking along what is one's own, in portions; and what a device keeps of whom (the data sheet).
#include "foxtail/api/export_text.hpp"
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/json/thing.hpp"

#include <array>
#include <memory>
#include <set>

namespace foxtail::api::desk {
namespace {

/// A portion goes out once it has so many bytes; more than one batch of records never waits.
constexpr std::size_t portion_bytes = 512 * 1024;
/// So many batches are looked through for one portion that stays small.
constexpr int batches_max = 32;
/// What is about no thing, after the things.
constexpr std::array<std::string_view, 4> kinds = {"grant", "grant_ended", "erasure",
                                                   "outside_read"};

/// Where an export goes on: a thing or a kind, and a number of a record. "0.1", "17.4711".
struct Cursor {
    std::size_t step = 0;  // thing by number, then the kinds
    Seq seq = 1;
};

std::optional<Cursor> cursor_from(const std::string& text) {
    const auto dot = text.find('.');
    if (dot == std::string::npos) return std::nullopt;
    const auto step = parse_number(std::string_view(text).substr(0, dot));
    const auto seq = parse_number(std::string_view(text).substr(dot + 1));
    if (!step || !seq) return std::nullopt;
    return Cursor{*step, *seq};
}

bool has_stake(const Door& door, const Thing& thing, Door::Stake least = Door::Stake::past) {
    return std::any_of(thing.properties.begin(), thing.properties.end(),
                       [&](PropertyId id) { return door.stake(id) >= least; });
}

/// One portion on its way: walks on from where it is until it is full or everything was looked at.
class Walk : public std::enable_shared_from_this<Walk> {
public:
    Walk(const Door& door, ExportText::Format format, Cursor at, Answer answer)
        : door_(door), format_(format), at_(at), answer_(std::move(answer)), text_(door_, format) {}

    void begin(std::string_view household) {
        text_.begin(household);
        for (const Thing& thing : door_.names().things()) {
            if (has_stake(door_, thing)) text_.thing(thing);
        }
        door_.grants_on_mine([&](const Grant& grant, const std::vector<PropertyId>& reached) {
            text_.grant(grant, reached);
        });
    }
    void go_on() {
        const auto& things = door_.names().things();
        while (at_.step < things.size() && !has_stake(door_, things[at_.step]))
            at_ = {at_.step + 1};
        const std::size_t kind = at_.step - std::min(at_.step, things.size());
        if (kind >= kinds.size()) return send(true);
        if (text_.bytes() >= portion_bytes || batches_++ >= batches_max) return send(false);
        const auto took = [self = shared_from_this()](Result<Door::Portion> portion) {
            if (!portion) return self->answer_.error(portion.error());
            for (const Record& record : portion->records) self->text_.record(record);
            self->at_ = portion->next == 0 ? Cursor{self->at_.step + 1}
                                           : Cursor{self->at_.step, portion->next};
            self->go_on();
        };
        if (at_.step < things.size()) return door_.take_along(things[at_.step].id, at_.seq, took);
        door_.take_along(kinds.at(kind), at_.seq, took);
    }

private:
    void send(bool all) {
        const bool csv = format_ == ExportText::Format::csv;
        std::vector<HttpHeader> headers = {
            {"Content-Type",
             csv ? "text/csv; charset=utf-8; header=present" : "application/jsonl; charset=utf-8"},
            {"Content-Disposition",
             std::string("attachment; filename=\"foxtail-export.") + (csv ? "csv\"" : "jsonl\"")}};
        if (!all) {
            headers.push_back({"Link", std::string("</export?about=me&format=") +
                                           (csv ? "csv" : "jsonl") +
                                           "&cursor=" + std::to_string(at_.step) + "." +
                                           std::to_string(at_.seq) + ">; rel=\"next\""});
        }
        answer_.json(200, text_.take(), std::move(headers));
    }

    const Door door_;
    ExportText::Format format_;
    Cursor at_;
    Answer answer_;
    ExportText text_;
    int batches_ = 0;
};

}  // namespace

void take_along(Door& door, Site& site, Call& call, const Answer& answer) {
    const std::string* about = call.find("about");
    if (about == nullptr || *about != "me")
        return answer.problem(400, "'about' must be 'me': nobody takes along what is another's");
    const std::string* wanted = call.find("format");
    const bool csv = wanted != nullptr && *wanted == "csv";
    if (wanted != nullptr && !csv && *wanted != "jsonl")
        return answer.problem(400, "'format' is jsonl or csv");
    const auto format = csv ? ExportText::Format::csv : ExportText::Format::jsonl;
    const std::string* cursor = call.find("cursor");
    const auto at = cursor == nullptr ? Cursor{} : cursor_from(*cursor);
    if (!at) return answer.problem(400, "'cursor' is what the answer before gave");
    const auto walk = std::make_shared<Walk>(door, format, *at, answer);
    if (cursor == nullptr) walk->begin(site.household);
    walk->go_on();
}

namespace {

void append_frequency(JsonText& json, const PropertySpec& spec) {
    json.key("frequency");
    if (spec.max_age) {
        json.text("whenever it changes, at least every " + format_duration(*spec.max_age));
    } else {
        json.text("whenever the device says it");
    }
}

void append_sheet_property(JsonText& json, const Door& door, const Property& property) {
    const PropertySpec& spec = property.spec;
    json.object().text("address", property.address).text("title", spec.title);
    std::string shape;
    append_json(shape, spec);
    json.raw("format", shape);
    append_frequency(json, spec);
    json.text("kept_for", spec.retention ? format_duration(*spec.retention) : "until it is erased");
    json.boolean("yours", door.stake(property.id) > Door::Stake::past).end_object();
}

/// Who else may, for those whose thing it is: others are not told.
void append_access(JsonText& json, const Door& door, const Thing& thing) {
    const auto mine = [&](std::string_view address) {
        return address.starts_with(thing.spec.id + "/");
    };
    std::set<std::string> who;
    for (const Door::Onlooker& onlooker : door.onlookers()) {
        for (const Door::Insight& insight : onlooker.sees) {
            if (mine(insight.address)) who.insert(door.name_of(onlooker.subject));
        }
    }
    json.key("who_else_can_access").array();
    for (const auto& name : who) json.text(name);
    json.end_array();
}

}  // namespace

void data_sheet(Door& door, Site& site, Call& call, const Answer& answer) {
    const auto found = door.thing(call.parts[0]);
    if (!found) return answer.error(found.error());
    const Thing& thing = **found;
    std::string out;
    JsonText json(out);
    json.object().text("thing", thing.spec.id).text("title", thing.spec.title);
    json.text("maker", thing.spec.maker).text("model", thing.spec.model);
    json.text("comes_through", thing.brought_by).text("holder", site.household);
    json.text("kept_where", "in the household's own journal, on the machine the hub runs on");
    json.text("kept_as", "records with value, unit, quality and both times; open format");
    json.key("properties").array();
    for (const PropertyId id : thing.properties) {
        const Property& property = door.names().property(id);
        if (property.present && door.discovers(thing, property.spec.name))
            append_sheet_property(json, door, property);
    }
    json.end_array().key("how_to_get_at").object();
    json.text("now", "/things/" + thing.spec.id + "/properties");
    json.text("as_it_happens", "/things/" + thing.spec.id + "/properties/observe");
    json.text("past", "/history?address=" + thing.spec.id + "/NAME");
    json.text("all_of_it", "/export?about=me&format=jsonl").end_object();
    if (has_stake(door, thing, Door::Stake::household)) append_access(json, door, thing);
    json.end_object();
    answer.json(std::move(out));
}

}  // namespace foxtail::api::desk
