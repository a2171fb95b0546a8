#pragma once

#include "foxtail/api/api_testing.hpp"
#include "foxtail/runtime/http_message.hpp"

#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

// Calls made at random from an OpenAPI document: what may be asked is read there, not known here.
namespace foxtail::api::testing {

struct Parameter {
    std::string name;
    std::string in;  // "path", "query", "header"
    bool required = false;
    boost::json::object schema;
};

struct Operation {
    std::string method;  // "GET"
    std::string path;    // "/things/{id}"
    std::vector<Parameter> parameters;
    std::set<unsigned> statuses;  // that are described
    bool body = false;
    bool is_public = false;
    bool streams = false;  // answers with events, without an end
    [[nodiscard]] std::string route() const { return method + " " + path; }
};

/// One request, and what was put into which parameter.
struct RandomCall {
    const Operation* operation = nullptr;
    std::string target;
    std::string body;
    std::map<std::string, std::string> chosen;
    [[nodiscard]] std::string of(const std::string& parameter) const {
        const auto at = chosen.find(parameter);
        return at == chosen.end() ? std::string() : at->second;
    }
    [[nodiscard]] bool has(const std::string& parameter) const {
        return chosen.contains(parameter);
    }
};

inline std::string text_at(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string()
               ? std::string(std::string_view(value->get_string()))
               : std::string();
}

inline std::vector<Operation> operations_of(const boost::json::object& document) {
    std::vector<Operation> out;
    const auto& schemas = document.at("components").at("schemas").as_object();
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& described : path.value().as_object()) {
            const auto& operation = described.value().as_object();
            Operation one;
            one.path = std::string(path.key());
            const std::string method(described.key());
            for (const char c : method) one.method += static_cast<char>(c - 'a' + 'A');
            one.body = operation.contains("requestBody");
            one.is_public = operation.contains("security");
            for (const auto& answer : operation.at("responses").as_object()) {
                one.statuses.insert(static_cast<unsigned>(std::stoul(std::string(answer.key()))));
                const auto* content = answer.value().as_object().if_contains("content");
                if (content != nullptr && content->as_object().contains("text/event-stream"))
                    one.streams = true;
            }
            const auto* parameters = operation.if_contains("parameters");
            if (parameters == nullptr) {
                out.push_back(std::move(one));
                continue;
            }
            for (const auto& said : parameters->as_array()) {
                Parameter parameter;
                parameter.name = text_at(said.as_object(), "name");
                parameter.in = text_at(said.as_object(), "in");
                const auto* required = said.as_object().if_contains("required");
                parameter.required = required != nullptr && required->as_bool();
                parameter.schema = said.at("schema").as_object();
                constexpr std::string_view prefix = "#/components/schemas/";
                if (const auto ref = text_at(parameter.schema, "$ref"); !ref.empty())
                    parameter.schema = schemas.at(ref.substr(prefix.size())).as_object();
                one.parameters.push_back(std::move(parameter));
            }
            out.push_back(std::move(one));
        }
    }
    return out;
}

/// Fills in the parameters. What a text may be is known only by who has the household.
class CallMaker {
public:
    /// `words`: what may stand for a parameter of that name in a path.
    using Words = std::function<std::vector<std::string>(const Operation&, const std::string&)>;
    CallMaker(std::mt19937& random, Words words) : random_(random), words_(std::move(words)) {}

    RandomCall make(const Operation& operation) {
        RandomCall call;
        call.operation = &operation;
        call.target = operation.path;
        std::string query;
        for (const Parameter& parameter : operation.parameters) {
            if (!parameter.required && below(2) == 0) continue;
            const std::string value = value_of(operation, parameter);
            if (value.empty()) continue;
            call.chosen[parameter.name] = value;
            if (parameter.in == "query")
                query += (query.empty() ? "?" : "&") + parameter.name + "=" + percent_encode(value);
            if (parameter.in == "path") put(call.target, parameter.name, value);
        }
        call.target += query;
        return call;
    }
    /// The same with another word for one parameter.
    static std::string instead(const RandomCall& call, const std::string& parameter,
                               const std::string& word) {
        std::string target = call.operation->path;
        std::string query;
        for (const Parameter& one : call.operation->parameters) {
            if (!call.has(one.name)) continue;
            const std::string value = one.name == parameter ? word : call.of(one.name);
            if (one.in == "query")
                query += (query.empty() ? "?" : "&") + one.name + "=" + percent_encode(value);
            if (one.in == "path") put(target, one.name, value);
        }
        return target + query;
    }
    std::size_t below(std::size_t n) { return random_() % n; }
    template <class List>
    auto pick(const List& list) {
        return list[below(list.size())];
    }

private:
    static void put(std::string& target, const std::string& name, const std::string& value) {
        const auto at = target.find("{" + name + "}");
        ASSERT_NE(at, std::string::npos) << target << " has no " << name;
        target.replace(at, name.size() + 2, percent_encode(value));
    }
    std::string value_of(const Operation& operation, const Parameter& parameter) {
        const auto words = words_(operation, parameter.name);
        if (!words.empty()) return pick(words);
        const auto& schema = parameter.schema;
        if (const auto* list = schema.if_contains("enum"))
            return std::string(std::string_view(pick(list->as_array()).as_string()));
        const std::string type = text_at(schema, "type");
        if (type == "boolean") return below(2) == 0 ? "true" : "false";
        if (type != "integer") return {};  // a text nobody has a word for is left out
        const auto bound = [&](std::string_view key, std::int64_t otherwise) {
            const auto* value = schema.if_contains(key);
            return value == nullptr ? otherwise : value->to_number<std::int64_t>();
        };
        const std::int64_t least = bound("minimum", 0);
        const auto many = std::min<std::int64_t>(bound("maximum", 2000), 2000) - least + 1;
        return std::to_string(least +
                              static_cast<std::int64_t>(below(static_cast<std::size_t>(many))));
    }
    std::mt19937& random_;
    Words words_;
};

}  // namespace foxtail::api::testing
