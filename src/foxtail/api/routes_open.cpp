// What everybody may call: health, signing in, the page's files.
#include "foxtail/api/assets.hpp"
#include "foxtail/api/json_text.hpp"
#include "foxtail/api/page.hpp"
#include "foxtail/api/routes.hpp"
#include "foxtail/api/show.hpp"
#include "foxtail/json/parse.hpp"

#include <algorithm>

#include <boost/json/object.hpp>

namespace foxtail::api::open {
namespace {

Result<Gate::Entry> entry_from(const Call& call) {
    const auto parsed = parse_json(call.request.body, {16 * 1024, 4});
    if (!parsed)
        return fail(parsed.error().code == Code::exhausted
                        ? Error{Code::invalid_input, parsed.error().message}
                        : parsed.error());
    const auto* object = parsed->if_object();
    if (object == nullptr) return fail(Code::invalid_input, "the body must be an object");
    const auto text = [&](std::string_view key) {
        const auto* value = object->if_contains(key);
        return value != nullptr && value->is_string()
                   ? std::string(std::string_view(value->get_string()))
                   : std::string();
    };
    return Gate::Entry{text("code"), text("name"), text("passphrase"), text("current"),
                       call.request.peer};
}

HttpHeader session_cookie(bool secure, const std::string& value, Duration age) {
    return {"Set-Cookie", std::string(secure ? Gate::secure_cookie_name : Gate::cookie_name) + "=" +
                              value + (secure ? "; Secure" : "") +
                              "; HttpOnly; SameSite=Strict; Path=/; Max-Age=" +
                              std::to_string(age.us / 1'000'000)};
}

Gate::Admitted admitted(const Answer& answer, bool secure) {
    return [answer, secure](Result<std::string> cookie) {
        if (cookie) return answer.nothing({session_cookie(secure, *cookie, Gate::session_time)});
        // Who is not let in is unauthorised, not forbidden.
        if (cookie.error().code == Code::denied) return answer.problem(401, cookie.error().message);
        answer.error(cookie.error());
    };
}

}  // namespace

void health(Gate& gate, Call&, const Answer& answer) {
    std::string out;
    append_health(out, gate.health());
    answer.json(gate.health().read_only ? 503 : 200, std::move(out), {});
}

void ready(Gate&, Call&, const Answer& answer) {
    answer.json(R"({"status":"ready"})");
}

void openapi(Gate&, Call&, const Answer& answer) {
    HttpResponse response;
    response.headers.push_back({"Content-Type", "application/json"});
    response.fixed = openapi_json();
    answer.send(std::move(response));
}

void state(Gate& gate, Call&, const Answer& answer) {
    answer.json(gate.signup_needed() ? R"({"signup_needed":true})" : R"({"signup_needed":false})");
}

void me(Gate& gate, Call& call, const Answer& answer) {
    if (!call.caller) return answer.problem(401, "not signed in");
    const auto who = gate.me(*call.caller);
    std::string out;
    JsonText(out)
        .object()
        .text("subject", who.subject)
        .text("name", who.name)
        .text("role", who.role)
        .end_object();
    answer.json(std::move(out));
}

void sign_up(Gate& gate, Call& call, const Answer& answer) {
    auto entry = entry_from(call);
    if (!entry) return answer.error(entry.error());
    gate.sign_up(std::move(*entry), admitted(answer, call.request.secure));
}

void sign_in(Gate& gate, Call& call, const Answer& answer) {
    auto entry = entry_from(call);
    if (!entry) return answer.error(entry.error());
    gate.sign_in(std::move(*entry), admitted(answer, call.request.secure));
}

void sign_out(Gate& gate, Call& call, const Answer& answer) {
    const bool secure = call.request.secure;
    if (!call.caller) return answer.nothing({session_cookie(secure, "", {})});
    gate.sign_out(*call.caller, [answer, secure](Result<void> kept) {
        if (!kept) return answer.error(kept.error());
        answer.nothing({session_cookie(secure, "", {})});
    });
}

void change_passphrase(Gate& gate, Call& call, const Answer& answer) {
    if (!call.caller) return answer.problem(401, "not signed in");
    auto entry = entry_from(call);
    if (!entry) return answer.error(entry.error());
    gate.change_passphrase(*call.caller, std::move(*entry), [answer](Result<void> changed) {
        if (changed) return answer.nothing();
        answer.error(changed.error());
    });
}

bool page_file(const Call& call, const Answer& answer) {
    const auto all = assets();
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const Asset& one) { return one.path == call.request.path; });
    if (at == all.end()) return false;
    HttpResponse response;
    response.headers.push_back({"Content-Type", std::string(at->content_type)});
    response.headers.push_back({"ETag", std::string(at->etag)});
    response.headers.push_back({"Vary", "Accept-Encoding"});
    response.headers.push_back(
        {"Cache-Control", at->immutable ? "public, max-age=31536000, immutable" : "no-cache"});
    // Over TLS only the files whose name says what is in them are compressed: a compressed length
    // tells of what stands beside a secret, and such a file has nobody's (BREACH).
    const bool packed = has_token(call.request.header("Accept-Encoding"), "gzip") &&
                        (at->immutable || !call.request.secure);
    if (has_token(call.request.header("If-None-Match"), at->etag)) {
        response.status = 304;
    } else if (packed) {
        response.headers.push_back({"Content-Encoding", "gzip"});
        response.fixed = at->gzip;
    } else {
        auto plain = gunzip(at->gzip);
        if (!plain) {
            answer.error(plain.error());
            return true;
        }
        response.body = std::move(*plain);
    }
    answer.send(std::move(response));
    return true;
}

}  // namespace foxtail::api::open
