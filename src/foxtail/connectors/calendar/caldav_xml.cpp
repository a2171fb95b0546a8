#include "foxtail/connectors/calendar/caldav_xml.hpp"

#include "foxtail/base/moment.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fmt/format.h>

namespace foxtail::calendar {
namespace {

namespace pt = boost::property_tree;

constexpr int dav_depth_max = 16;
constexpr std::size_t dav_tags_max = 200'000;
constexpr std::size_t resources_max = 20'000;

/// Where a part that is no tag ends; nothing for what no answer needs.
std::optional<std::size_t> skipped(std::string_view text, std::size_t at) {
    const auto behind = [&](std::string_view end) -> std::optional<std::size_t> {
        const auto found = text.find(end, at);
        if (found == std::string_view::npos) return std::nullopt;
        return found + end.size();
    };
    if (text.substr(at).starts_with("<![CDATA[")) return behind("]]>");
    if (text.substr(at).starts_with("<!--")) return behind("-->");
    return std::nullopt;
}

/// The parser recurses for each level, and knows DOCTYPE: neither is for strangers.
std::optional<std::string> dav_refused(std::string_view text) {
    int depth = 0;
    std::size_t tags = 0;
    std::size_t i = 0;
    while ((i = text.find('<', i)) != std::string_view::npos) {
        if (++tags > dav_tags_max) return fmt::format("more than {} tags", dav_tags_max);
        const char kind = i + 1 < text.size() ? text[i + 1] : '\0';
        if (kind == '!') {
            const auto end = skipped(text, i);
            if (!end) return "a DOCTYPE, or a part that does not end";
            i = *end;
            continue;
        }
        char quote = 0;
        std::size_t end = i + 1;
        for (; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
            const char c = text[end];
            if (c == '<') return "a tag within a tag";
            if (quote != 0 ? c == quote : (c == '"' || c == '\'')) quote = quote != 0 ? '\0' : c;
        }
        if (end == text.size()) return "a tag that does not end";
        if (kind == '/') {
            --depth;
        } else if (kind != '?' && text[end - 1] != '/') {
            ++depth;
        }
        if (depth > dav_depth_max) return fmt::format("deeper than {} tags", dav_depth_max);
        i = end;
    }
    return std::nullopt;
}

std::string_view local_name(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

template <class Visit>
void each(const pt::ptree& tree, std::string_view name, Visit visit) {
    for (const auto& [key, child] : tree)
        if (local_name(key) == name) visit(child);
}

bool is_told(const pt::ptree& propstat) {
    bool good = true;
    each(propstat, "status",
         [&](const pt::ptree& status) { good = status.data().find(" 200") != std::string::npos; });
    return good;
}

DavResource resource_of(const pt::ptree& response) {
    DavResource out;
    std::string sync;
    each(response, "href", [&](const pt::ptree& href) { out.href = href.data(); });
    each(response, "propstat", [&](const pt::ptree& propstat) {
        if (!is_told(propstat)) return;
        each(propstat, "prop", [&](const pt::ptree& prop) {
            each(prop, "getctag", [&](const pt::ptree& one) { out.change = one.data(); });
            each(prop, "sync-token", [&](const pt::ptree& one) { sync = one.data(); });
            each(prop, "getetag", [&](const pt::ptree& one) { out.etag = one.data(); });
            each(prop, "calendar-data",
                 [&](const pt::ptree& one) { out.calendar_data = one.data(); });
        });
    });
    if (out.change.empty()) out.change = std::move(sync);
    return out;
}

/// "20261122T183000Z"
std::string basic_time(Time t) {
    auto text = format_rfc3339({t.us - t.us % seconds(1).us});
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

}  // namespace

std::string change_question() {
    return R"(<?xml version="1.0" encoding="utf-8"?>)"
           R"(<d:propfind xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/">)"
           R"(<d:prop><cs:getctag/><d:sync-token/></d:prop></d:propfind>)";
}

std::string events_question(Time from, Time until) {
    return fmt::format(
        R"(<?xml version="1.0" encoding="utf-8"?>)"
        R"(<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">)"
        R"(<d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR">)"
        R"(<c:comp-filter name="VEVENT"><c:time-range start="{}" end="{}"/></c:comp-filter>)"
        R"(</c:comp-filter></c:filter></c:calendar-query>)",
        basic_time(from), basic_time(until));
}

Result<std::vector<DavResource>> read_multistatus(std::string_view xml) {
    if (const auto why = dav_refused(xml))
        return fail(Code::invalid_input, "no answer of a calendar server: " + *why);
    pt::ptree tree;
    try {
        std::istringstream in{std::string(xml)};
        pt::read_xml(in, tree);
    } catch (const pt::xml_parser_error& error) {
        return fail(Code::invalid_input, fmt::format("no answer of a calendar server: {} (line {})",
                                                     error.message(), error.line()));
    }
    std::vector<DavResource> out;
    bool found = false;
    bool too_many = false;
    each(tree, "multistatus", [&](const pt::ptree& all) {
        found = true;
        each(all, "response", [&](const pt::ptree& response) {
            too_many = too_many || out.size() == resources_max;
            if (!too_many) out.push_back(resource_of(response));
        });
    });
    if (!found)
        return fail(Code::invalid_input, "no answer of a calendar server: there is no multistatus");
    if (too_many)
        return fail(Code::exhausted, fmt::format("more than {} events at once", resources_max));
    return out;
}

std::string one_calendar(const std::vector<DavResource>& objects) {
    std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Foxtail//CalDAV//EN\r\n";
    for (const auto& object : objects) {
        std::string_view rest = object.calendar_data;
        int depth = 0;
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            auto line = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (line.ends_with('\r')) line.remove_suffix(1);
            const bool ends = line.starts_with("END:");
            if (line.starts_with("BEGIN:")) ++depth;
            if (depth >= 2) out.append(line).append("\r\n");
            if (ends && depth > 0) --depth;
        }
        // What breaks off must not swallow the next one.
        if (depth > 1) out += "END:VEVENT\r\n";
    }
    return out + "END:VCALENDAR\r\n";
}

}  // namespace foxtail::calendar
