#include "foxtail/api/export_text.hpp"

#include "foxtail/api/desk_words.hpp"
#include "foxtail/api/grant_json.hpp"
#include "foxtail/api/sentence.hpp"
#include "foxtail/json/thing.hpp"

#include <algorithm>

namespace foxtail::api {
namespace {

bool is_of_the_people(SubjectKind kind) {
    return kind == SubjectKind::owner || kind == SubjectKind::resident ||
           kind == SubjectKind::guest;
}

/// Names of what passed the door, without those of the other people of the house.
class OwnNames final : public Names {
public:
    explicit OwnNames(const Door& door) : door_(door) {}
    bool append(std::string& out, PropertyId property) const override {
        if (!door_.names().knows(property)) return false;
        out += door_.names().property(property).address;
        return true;
    }
    bool append(std::string& out, ThingId thing) const override {
        if (!door_.names().knows(thing)) return false;
        out += door_.names().thing(thing).spec.id;
        return true;
    }
    bool append(std::string& out, SubjectId subject) const override {
        const std::string& name = door_.name_of(subject);
        const auto kind = subject_kind_from(name.substr(0, name.find(':')));
        const bool other = subject != door_.subject() && kind && is_of_the_people(*kind);
        out += other ? std::string("somebody") : name;
        return true;
    }
    [[nodiscard]] std::optional<PropertyId> property(std::string_view) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::optional<ThingId> thing(std::string_view) const override {
        return std::nullopt;
    }
    [[nodiscard]] std::optional<SubjectId> subject(std::string_view) const override {
        return std::nullopt;
    }

private:
    const Door& door_;
};

const Value* value_of(const Body& body) {
    if (const auto* reading = std::get_if<Reading>(&body)) return &reading->value;
    if (const auto* asked = std::get_if<CommandAsked>(&body)) return &asked->value;
    if (const auto* confirmed = std::get_if<WishConfirmed>(&body)) return &confirmed->value;
    if (const auto* event = std::get_if<EventHappened>(&body)) return &event->detail;
    return nullptr;
}

std::string plain(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return to_json(value);
}

std::string text_of(Time time) {
    return time.known() ? format_rfc3339(time) : std::string();
}

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    });
}

}  // namespace

std::string csv_cell(std::string_view text) {
    const bool formula =
        !text.empty() &&
        std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos &&
        !is_number(text);
    std::string out;
    if (formula) out += '\'';
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return out.append(text);
    out.insert(out.begin(), '"');
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

void ExportText::write(const Row& row) {
    bool first = true;
    for (const std::string* cell :
         {&row.seq, &row.received, &row.kind, &row.address, &row.value, &row.unit, &row.quality,
          &row.time, &row.actor, &row.sentence}) {
        if (!first) out_ += ',';
        first = false;
        out_ += csv_cell(*cell);
    }
    out_ += "\r\n";
}

void ExportText::begin(std::string_view household) {
    if (format_ == Format::csv) {
        out_ +=
            "record,received (RFC 3339 UTC),kind,address,value,unit (UCUM),quality,"
            "time (RFC 3339 UTC),actor,sentence\r\n";
        return;
    }
    JsonText(out_)
        .object()
        .text("kind", "export")
        .text("about", door_.who().name)
        .text("household", household)
        .time("made", door_.now())
        .text("times", "RFC 3339 in UTC")
        .text("units", "UCUM")
        .end_object();
    out_ += '\n';
}

void ExportText::thing(const Thing& thing) {
    ThingSpec spec = thing.spec;
    std::erase_if(spec.properties, [&](const PropertySpec& one) {
        const Property* property = door_.names().find_property(spec.id, one.name);
        return property == nullptr || door_.stake(property->id) == Door::Stake::none;
    });
    if (format_ == Format::csv) {
        for (const PropertySpec& one : spec.properties) {
            write({"", "", "thing", spec.id + "/" + one.name, "", one.unit, "", "", "",
                   spec.title + ": " + one.title + " (" + name(one.type) + ")"});
        }
        return;
    }
    out_ += "{\"kind\":\"thing\",\"thing\":";
    append_json(out_, spec);
    out_ += "}\n";
}

void ExportText::grant(const Grant& grant, const std::vector<PropertyId>& reached) {
    const std::string words = grant_words(door_, grant, reached);
    if (format_ == Format::csv) {
        write({std::to_string(grant.id), text_of(grant.given.from), "grant_in_force", "", "", "",
               "", text_of(grant.given.until), door_.name_of(grant.given.subject), words});
        return;
    }
    JsonText json(out_);
    json.object().text("kind", "grant_in_force");
    append_grant_members(json, door_, grant);
    json.text("sentence", words).end_object();
    out_ += '\n';
}

void ExportText::record(const Record& record) {
    Record shown = record;
    if (auto* given = apart_if<GrantGiven>(shown.body)) given->token_hash.clear();
    const OwnNames names(door_);
    const auto words = sentence(shown, {names, door_.names(), {}});
    const auto* reading = std::get_if<Reading>(&shown.body);
    const PropertySpec* spec =
        reading == nullptr ? nullptr : &door_.names().property(reading->property).spec;
    if (format_ == Format::csv) {
        Row row{std::to_string(shown.seq), text_of(shown.time), kind_name(shown.body)};
        append_subject_matter(row.address, shown.body, names);
        if (const Value* value = value_of(shown.body)) row.value = plain(*value);
        if (spec != nullptr) row.unit = spec->unit;
        if (reading != nullptr) row.quality = name(reading->quality);
        if (reading != nullptr) row.time = text_of(reading->source_time);
        names.append(row.actor, shown.actor);
        row.sentence = words;
        return write(row);
    }
    append_record_json(out_, shown, names);
    out_.pop_back();  // the closing brace
    JsonText more(out_);
    if (spec != nullptr && !spec->unit.empty()) {
        out_ += ",\"unit\":";
        append_json_string(out_, spec->unit);
    }
    out_ += ",\"sentence\":";
    more.text(words);
    out_ += "}\n";
}

}  // namespace foxtail::api
