#pragma once

#include "foxtail/connectors/mqtt/home_assistant/entity.hpp"

#include <string>
#include <string_view>
#include <vector>

// Parts that components are made of; private to home_assistant/.

namespace foxtail::mqtt::ha {

/// Which options a field is read from. Empty: the component has no such option.
struct FieldKeys {
    std::string_view suffix;
    std::string_view title;
    std::string_view state_topic = {};
    std::string_view state_template = {};
    std::string_view command_topic = {};
    std::string_view command_template = {};
    std::string_view value_name = {};  // what the command template calls the value
};

class Builder {
public:
    Builder(const Component& component, Entity& out);

    [[nodiscard]] std::string text(std::string_view key, std::string_view fallback = {}) const {
        return text_option(options_, key, fallback);
    }
    [[nodiscard]] std::optional<double> number(std::string_view key) const {
        return number_option(options_, key);
    }
    [[nodiscard]] bool has(std::string_view key) const { return options_.contains(key); }
    [[nodiscard]] std::vector<std::string> list(std::string_view key) const {
        return list_option(options_, key);
    }
    [[nodiscard]] bool flag(std::string_view key, bool fallback = false) const {
        return flag_option(options_, key, fallback);
    }
    [[nodiscard]] const boost::json::object& options() const { return options_; }
    [[nodiscard]] Entity& out() { return out_; }

    void refuse(std::string_view aspect, std::string reason);

    /// A field whose topics are there and usable, and whose templates are supported; otherwise
    /// null, with the reason in the refusals when there is one. It stays valid until the next field
    /// is made.
    Field* field(const FieldKeys& keys, Type type);
    Field* on_off(const FieldKeys& keys, std::string on, std::string off);
    /// `words`: payload and value; enumeration of the values.
    Field* choice(const FieldKeys& keys, const std::vector<std::string>& words);
    Field* choice(const FieldKeys& keys, const Words& words);
    Field* quantity(const FieldKeys& keys, std::string_view unit,
                    std::optional<double> minimum = {}, std::optional<double> maximum = {},
                    std::optional<double> step = {});
    /// An action that sends one payload. Nothing without a topic.
    void deed(std::string_view suffix, std::string_view title, std::string_view topic_key,
              std::string_view payload, std::string_view template_key = {});
    /// An action that sends its input.
    void deed_with_input(std::string_view suffix, std::string_view title,
                         std::string_view topic_key, PropertySpec input,
                         std::string_view template_key = {});
    /// Makes everything made so far as sensitive as that.
    void guard(Sensitivity sensitivity);

private:
    /// A unit's UCUM code; one that is not known goes into the title and the refusals.
    void set_unit(PropertySpec& spec, std::string_view spelling);
    bool topic(std::string_view aspect, std::string_view key, std::string& out, bool publish);
    void availability();

    const boost::json::object& options_;
    std::string_view platform_;
    Entity& out_;
};

/// Each fills the builder's entity; false: the platform is not known.
bool build_simple(std::string_view platform, Builder& builder);
bool build_compound(std::string_view platform, Builder& builder);
bool build_light(std::string_view platform, Builder& builder);

}  // namespace foxtail::mqtt::ha
