#include "foxtail/api/describe.hpp"

#include "foxtail/api/json_text.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/runtime/http_message.hpp"

namespace foxtail::api {
namespace {

constexpr std::string_view td_context = "https://www.w3.org/2022/wot/td/v1.1";
constexpr std::string_view basic_profile = "https://www.w3.org/2022/wot/profile/http-basic/v1";
constexpr std::string_view sse_profile = "https://www.w3.org/2022/wot/profile/http-sse/v1";

const char* schema_type(Type type) {
    switch (type) {
        case Type::boolean:
            return "boolean";
        case Type::integer:
            return "integer";
        case Type::number:
            return "number";
        case Type::string:
        case Type::enumeration:
            return "string";
        case Type::array:
            return "array";
        case Type::object:
            return "object";
    }
    return "string";
}

/// The members of a DataSchema (TD 1.1 section 5.3.2), into an object that is open.
void data_schema(JsonText& json, const PropertySpec& spec) {
    json.text("type", schema_type(spec.type));
    if (!spec.unit.empty()) json.text("unit", spec.unit);
    const bool whole = spec.type == Type::integer;
    const auto bound = [&](std::string_view name, const std::optional<double>& value) {
        if (!value) return;
        if (whole && *value >= -9e15 && *value <= 9e15) {
            json.number(name, static_cast<std::int64_t>(*value));
        } else {
            json.number(name, *value);
        }
    };
    bound("minimum", spec.minimum);
    bound("maximum", spec.maximum);
    // A step below 1 of a whole number would forbid what the device says.
    if (spec.step && *spec.step > 0 && spec.minimum.value_or(0) == 0)
        bound("multipleOf", spec.step);
    if (!spec.allowed.empty()) {
        const bool each = spec.type == Type::array;
        if (each) json.key("items").object();
        json.key("enum").array();
        for (const auto& value : spec.allowed) json.text(value);
        json.end_array();
        if (each) json.end_object();
    }
}

void title(JsonText& json, const std::string& text, const std::string& name) {
    json.text("title", text.empty() ? name : text);
}

struct Form {
    std::string href;
    std::string_view op;
    std::string_view method = {};
    bool sse = false;
};

void form(JsonText& json, const Form& f) {
    json.object().text("href", f.href).text("op", f.op);
    json.text("contentType", f.sse ? "text/event-stream" : "application/json");
    if (f.sse) json.text("subprotocol", "sse");
    if (!f.method.empty()) json.text("htv:methodName", f.method);
    json.end_object();
}

void head(JsonText& json, std::string_view id, std::string_view title, std::string_view base) {
    json.text("id", id).text("title", title).text("base", base);
    json.key("profile").array().text(basic_profile).text(sse_profile).end_array();
    json.key("securityDefinitions").object();
    json.key("bearer")
        .object()
        .text("scheme", "bearer")
        .text("in", "header")
        .text("name", "Authorization")
        .end_object();
    json.end_object().text("security", "bearer");
}

void properties(JsonText& json, const ThingSpec& spec, const std::string& at) {
    json.key("properties").object();
    for (const PropertySpec& one : spec.properties) {
        const std::string href = at + "/properties/" + percent_encode(one.name);
        json.key(one.name).object();
        title(json, one.title, one.name);
        data_schema(json, one);
        json.boolean("readOnly", !one.settable)
            .boolean("writeOnly", !one.readable && one.settable)
            .boolean("observable", one.readable);
        json.key("forms").array();
        if (one.readable || !one.settable) form(json, {href, "readproperty", "GET"});
        if (one.settable) form(json, {href, "writeproperty", "PUT"});
        if (one.readable) form(json, {href + "/observe", "observeproperty", "GET", true});
        json.end_array().end_object();
    }
    json.end_object();
}

void actions(JsonText& json, const ThingSpec& spec, const std::string& at) {
    json.key("actions").object();
    for (const ActionSpec& one : spec.actions) {
        const std::string href = at + "/actions/" + percent_encode(one.name);
        json.key(one.name).object();
        title(json, one.title, one.name);
        if (one.input) {
            json.key("input").object();
            title(json, one.input->title, one.input->name);
            data_schema(json, *one.input);
            json.end_object();
        }
        json.boolean("synchronous", false).boolean("safe", false).boolean("idempotent", false);
        json.key("forms").array();
        form(json, {href, "invokeaction", "POST"});
        json.end_array().end_object();
    }
    json.end_object();
}

void events(JsonText& json, const ThingSpec& spec, const std::string& at) {
    json.key("events").object();
    for (const EventSpec& one : spec.events) {
        json.key(one.name).object();
        title(json, one.title, one.name);
        json.key("data").object();
        if (!one.kinds.empty()) {
            json.text("type", "string").key("enum").array();
            for (const auto& kind : one.kinds) json.text(kind);
            json.end_array();
        }
        json.end_object().key("forms").array();
        form(json, {at + "/events/" + percent_encode(one.name), "subscribeevent", "GET", true});
        json.end_array().end_object();
    }
    json.end_object();
}

}  // namespace

void append_description(std::string& out, const Door& door, const Thing& thing,
                        std::string_view household, std::string_view base) {
    const ThingSpec spec = visible_spec(door, thing);
    const std::string at = "/things/" + percent_encode(spec.id);
    JsonText json(out);
    json.object();
    json.key("@context")
        .array()
        .text(td_context)
        .object()
        .text("fox", "https://foxtail.example/wot#")
        .end_object()
        .end_array();
    json.text("@type", "Thing");
    head(json, "urn:foxtail:" + percent_encode(household) + ":" + percent_encode(spec.id),
         spec.title.empty() ? spec.id : spec.title, base);
    if (!spec.description.empty()) json.text("description", spec.description);
    json.text("fox:kind", name(spec.kind));
    if (!spec.place.empty()) json.text("fox:place", spec.place);
    if (!spec.maker.empty()) json.text("fox:maker", spec.maker);
    if (!spec.model.empty()) json.text("fox:model", spec.model);
    json.key("forms").array();
    form(json, {at + "/properties", "readallproperties", "GET"});
    form(json, {at + "/properties", "writemultipleproperties", "PUT"});
    form(json, {at + "/properties/observe", "observeallproperties", "GET", true});
    json.end_array();
    properties(json, spec, at);
    actions(json, spec, at);
    events(json, spec, at);
    json.end_object();
}

std::string directory_description(std::string_view household, std::string_view base) {
    std::string out;
    JsonText json(out);
    json.object();
    json.key("@context")
        .array()
        .text(td_context)
        .text("https://www.w3.org/2022/wot/discovery")
        .end_array();
    json.text("@type", "ThingDirectory");
    head(json, "urn:foxtail:" + percent_encode(household), "Foxtail: " + std::string(household),
         base);
    json.key("properties").object().key("things").object();
    json.text("title", "Things").text("description", "All things the asking subject may know of");
    json.text("type", "array").key("items").object().text("type", "object").end_object();
    json.boolean("readOnly", true);
    json.key("uriVariables").object();
    json.key("offset").object().text("type", "integer").number("minimum", 0).end_object();
    json.key("limit").object().text("type", "integer").number("minimum", 1).end_object();
    json.end_object();
    json.key("forms")
        .array()
        .object()
        .text("href", "/things{?offset,limit}")
        .text("op", "readproperty");
    json.text("contentType", "application/ld+json")
        .text("htv:methodName", "GET")
        .end_object()
        .end_array();
    json.end_object().end_object();
    json.key("actions").object().key("retrieveThing").object();
    json.text("title", "A thing's description")
        .boolean("safe", true)
        .boolean("idempotent", true)
        .boolean("synchronous", true);
    json.key("uriVariables")
        .object()
        .key("id")
        .object()
        .text("@type", "ThingID")
        .text("type", "string")
        .end_object()
        .end_object();
    json.key("output").object().text("type", "object").end_object();
    json.key("forms").array().object().text("href", "/things/{id}").text("op", "invokeaction");
    json.text("contentType", "application/td+json")
        .text("htv:methodName", "GET")
        .end_object()
        .end_array();
    json.end_object().end_object();
    json.end_object();
    return out;
}

}  // namespace foxtail::api
