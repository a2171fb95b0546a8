#pragma once

#include "foxtail/base/result.hpp"
#include "foxtail/journal/record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace foxtail {

// Records as JSON: how bodies stand in the journal's file and how records leave through the API.
// Numbers that only the household understands are written as names where the names are known: a
// property as its address ("hall-lamp/on"), a thing as its id, a subject as its name. What has no
// name is written as its number behind a hash ("#17"), which cannot be a name. Times are RFC 3339,
// lengths of time seconds.

/// Names of numbers and numbers of names. The hub answers from its catalogue and authority, the
/// store from tables of its own. A subject's name counts only when it leads back to the same
/// subject.
class Names {
public:
    virtual ~Names() = default;

    /// Appends the name; false (and nothing appended) when there is none.
    virtual bool append(std::string& out, PropertyId property) const = 0;
    virtual bool append(std::string& out, ThingId thing) const = 0;
    virtual bool append(std::string& out, SubjectId subject) const = 0;

    [[nodiscard]] virtual std::optional<PropertyId> property(std::string_view address) const = 0;
    [[nodiscard]] virtual std::optional<ThingId> thing(std::string_view id) const = 0;
    [[nodiscard]] virtual std::optional<SubjectId> subject(std::string_view name) const = 0;
};

/// Appends the body as one compact JSON object.
void append_body_json(std::string& out, const Body& body, const Names& names);

/// Reads what append_body_json() wrote, exactly: the same body, doubles as doubles. `kind` is
/// kind_name(body). Error: invalid_input, naming the member; not_found when a name is unknown.
[[nodiscard]] Result<Body> body_from_json(std::string_view kind, std::string_view text,
                                          const Names& names);

/// Appends what the record is about: an address "thing/name" of a property, event or action, or a
/// thing's id. False (and nothing appended) when it is about neither.
bool append_subject_matter(std::string& out, const Body& body, const Names& names);

/// Appends {"seq","time","actor","cause","kind","address"?,"body"}: the record as the API shows it.
/// `cause` is null for a record that starts a chain of its own.
void append_record_json(std::string& out, const Record& record, const Names& names);

}  // namespace foxtail
