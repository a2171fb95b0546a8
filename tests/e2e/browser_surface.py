#!/usr/bin/env python3
"""browser_surface.py FOXTAIL: what a browser, other people's pages in it, and guessers get from a running house."""
import concurrent.futures
import http.client
import json
import os
import re
import statistics
import sys
import time
import traceback
import urllib.parse

from first_light import RULES, announce_lamp, announce_sensor, wait_value
from house import DEADLINE_S, Answer, House, Wrong, check, wait_until

CASES = []
COOKIE = "foxtail_session"
PASSPHRASE = "nine lives and one more"
SOCKET = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13"}
FOREIGN = ("http://evil.example", "https://evil.example", "null", "http://127.0.0.1", "http://localhost.evil.example", "file://", "evil")


def case(function):
    CASES.append(function)
    return function


def ask(house, method, target, headers=None, body=None, host=None):
    """One request over a connection of its own, with exactly these headers; a stream's answer ends with its headers."""
    line = http.client.HTTPConnection(house.page, timeout=DEADLINE_S)
    try:
        line.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        line.putheader("Host", house.page if host is None else host)
        for name, value in (headers or {}).items():
            line.putheader(name, value)
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            line.putheader("Content-Type", "application/json")
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        stream = answer.status == 101 or "event-stream" in answer.getheader("Content-Type", "")
        return Answer(answer.status, answer.headers, b"" if stream else answer.read())
    finally:
        line.close()


def bearer(token):
    return {"Authorization": "Bearer " + token}


def cookie_of(answer):
    return re.search(COOKIE + "=([^;]+)", answer.headers["Set-Cookie"]).group(1)


def signs_in_from(house, source, name, passphrase, due):
    """Seconds a sign-in from this address of the machine took; its status must be the one due."""
    host, port = house.page.split(":")
    begun = time.monotonic()
    line = http.client.HTTPConnection(host, int(port), timeout=DEADLINE_S, source_address=(source, 0))
    line.request("POST", "/auth/signin", json.dumps({"name": name, "passphrase": passphrase}), {"Content-Type": "application/json"})
    status = line.getresponse().status
    line.close()
    check(status == due, f"{name} from {source}: {status} instead of {due}")
    return time.monotonic() - begun


class Visitors:
    """Who comes: the owner with a cookie, a dashboard that may read one thing, and nobody."""

    def __init__(self, house):
        link = wait_until(lambda: re.search(r"/#signup=(\S+)", house.log_text()), "the sign-up link")
        answer = ask(house, "POST", "/auth/signup", body={"code": link.group(1), "name": "anna", "passphrase": PASSPHRASE})
        check(answer.status == 204, f"sign-up: {answer.status} {answer.body}")
        self.set_cookie = answer.headers["Set-Cookie"]
        self.cookie = {"Cookie": f"{COOKIE}={cookie_of(answer)}"}
        self.narrow = bearer(house.ask("POST", "/grants", {"subject_name": "dash", "addresses": ["porch/*"],
                                                           "verbs": ["read", "history"]}).json()["token"])
        self.owner = bearer(house.token())


def directives(policy):
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";")) if words}


def well_dressed(what, answer, api):
    headers = answer.headers
    policy = directives(headers.get("Content-Security-Policy", ""))
    check("default-src" in policy, f"{what}: no policy: {headers}")
    scripts = policy.get("script-src", policy["default-src"])
    check(scripts and set(scripts) <= {"'self'", "'none'"}, f"{what}: scripts from {scripts}")
    check(not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:"} & set(policy["default-src"]), f"{what}: {policy}")
    check(policy.get("frame-ancestors") == ["'none'"] and policy.get("object-src") == ["'none'"]
          and policy.get("base-uri") == ["'none'"], f"{what}: {policy}")
    check(headers.get("X-Content-Type-Options") == "nosniff", f"{what}: {headers}")
    check(headers.get("Referrer-Policy") == "no-referrer", f"{what}: {headers}")
    check(headers.get("X-Frame-Options") == "DENY", f"{what}: {headers}")
    check("Access-Control-Allow-Origin" not in headers, f"{what}: open to other origins")
    if api:
        check("no-store" in headers.get("Cache-Control", ""), f"{what}: {headers.get('Cache-Control')!r}")
    if answer.body:
        kind = headers.get("Content-Type", "")
        check(kind and (not api or "html" not in kind), f"{what}: Content-Type {kind!r}")


def routes(house):
    """(METHOD, path with its placeholders) of the document."""
    for path, methods in house.get("/openapi.json")["paths"].items():
        for method in methods:
            if method in ("get", "post", "put", "delete"):
                yield method.upper(), path


def filled(path, **values):
    values.setdefault("version", values["seq"])  # of a plan
    return re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(str(values[m.group(1)]), safe=""), path)


def header_too_long(house):
    """The answer comes before all has been sent, and may be lost when the rest meets a closed line."""
    for _ in range(20):
        try:
            return ask(house, "GET", "/things", {"X-Long": "x" * 20_000})
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            pass
    raise Wrong("no answer to a header that is too long, twenty times")


@case
def every_answer_has_the_security_headers(house, visitors):
    index = ask(house, "GET", "/")
    check(index.status == 200, f"the page: {index.status}")
    well_dressed("/", index, api=False)
    check(not re.search(rb"<script(?![^>]*\bsrc=)[^>]*>", index.body), "a script in the page itself, which the policy would not run")
    check(not re.search(rb"\son[a-z]+\s*=", index.body), "an event in the page's markup, which the policy would not run")
    files = re.findall(rb'(?:src|href)="(/[^"]+)"', index.body)
    check(len(files) >= 2, f"the page's files: {index.body[:500]!r}")
    for file in files:
        answer = ask(house, "GET", file.decode())
        check(answer.status == 200, f"{file}: {answer.status}")
        well_dressed(file, answer, api=False)
    count = 0
    for method, path in routes(house):
        target = filled(path, id="porch", name="lux", seq=1)
        if path == "/auth/signout":
            continue
        for who, headers in (("owner", visitors.owner), ("dash", visitors.narrow), ("nobody", {})):
            answer = ask(house, method, target, headers, b"{" if method in ("POST", "PUT") else None)
            well_dressed(f"{method} {target} as {who}: {answer.status}", answer, api=True)
            count += 1
    for what, answer in (("404", ask(house, "GET", "/nothing/here", visitors.owner)), ("405", ask(house, "DELETE", "/things", visitors.owner)),
                         ("foreign host", ask(house, "GET", "/things", host="evil.example")),
                         ("header too long", header_too_long(house)),
                         ("body too long", ask(house, "PUT", "/things/porch/properties", {**visitors.owner, "Content-Length": str((1 << 20) + 1)})),
                         ("length that is none", ask(house, "PUT", "/things/porch/properties", {**visitors.owner, "Content-Length": "many"}))):
        check(answer.status >= 400, f"{what}: {answer.status}")
        well_dressed(f"{what}: {answer.status}", answer, api=True)
    return f"{count} requests"


@case
def the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(house, visitors):
    parts = [part.strip().lower() for part in visitors.set_cookie.split(";")]
    check({"httponly", "samesite=strict", "path=/"} <= set(parts), visitors.set_cookie)
    check(not any(part.startswith("domain=") for part in parts), visitors.set_cookie)
    check(len(parts[0].split("=", 1)[1]) >= 22, "less than 128 bits")
    check(ask(house, "GET", "/things", visitors.cookie).status == 200, "the cookie is good")
    again = ask(house, "POST", "/auth/signin", body={"name": "anna", "passphrase": PASSPHRASE})
    mine = {"Cookie": f"{COOKIE}={cookie_of(again)}"}
    check(mine != visitors.cookie, "two sessions with the same cookie")
    out = ask(house, "POST", "/auth/signout", {**mine, "X-Foxtail": "1"})
    check(out.status == 204 and re.search(r"max-age=0", out.headers.get("Set-Cookie", ""), re.I), f"sign-out: {out.status} {out.headers}")
    check(ask(house, "GET", "/things", mine).status == 401, "a session lives after its sign-out")
    check(ask(house, "GET", "/things", visitors.cookie).status == 200, "the other session ended too")
    # A cookie somebody planted before the sign-in does not become the session.
    planted = ask(house, "POST", "/auth/signin", {"Cookie": f"{COOKIE}=planted-by-somebody-else"}, {"name": "anna", "passphrase": PASSPHRASE})
    check(planted.status == 204 and cookie_of(planted) != "planted-by-somebody-else", f"{planted.status} {planted.headers}")
    check(ask(house, "GET", "/things", {"Cookie": f"{COOKIE}=planted-by-somebody-else"}).status == 401, "the planted cookie is good")


@case
def a_name_that_was_made_to_point_here_is_turned_away(house, visitors):
    port = house.page.split(":")[1]
    for host in ("evil.example", "evil.example:" + port, "127.0.0.1.evil.example", "localhost.evil.example:" + port,
                 "foxtail.local@evil.example", "evil.example#127.0.0.1", "evil.example/127.0.0.1", "127.0.0.1 evil.example"):
        for target in ("/", "/healthz", "/auth/state", "/things"):
            for headers in ({}, visitors.cookie):
                answer = ask(house, "GET", target, headers, host=host)
                check(answer.status in (400, 403), f"Host {host!r}, GET {target}: {answer.status}")
                check(b"porch" not in answer.body, f"Host {host!r}, GET {target}: {answer.body[:300]!r}")
        check(ask(house, "GET", "/stream", {**visitors.cookie, **SOCKET}, host=host).status in (400, 403), f"a socket for {host!r}")
    for host in ("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port):
        check(ask(house, "GET", "/things", visitors.cookie, host=host).status == 200, f"Host {host!r} is ours")


@case
def another_sites_page_can_do_nothing_even_with_a_good_cookie(house, visitors):
    change = {**visitors.cookie, "X-Foxtail": "1"}
    before = len(house.records(kind="command"))
    grants = len(house.get("/grants")["grants"])
    wishes = (("PUT", "/things/garden/properties/lamp", True), ("PUT", "/things/garden/properties", {"lamp": True}),
              ("POST", "/grants", {"subject_name": "eve", "addresses": ["*"], "verbs": ["read"]}), ("DELETE", "/grants/1", None),
              ("POST", "/auth/signout", None), ("POST", "/auth/signin", {"name": "anna", "passphrase": PASSPHRASE}))
    for origin in FOREIGN:
        for method, target, body in wishes:
            answer = ask(house, method, target, {**change, "Origin": origin}, body)
            check(answer.status == 403 and "Set-Cookie" not in answer.headers, f"{method} {target} from {origin}: {answer.status} {answer.body}")
        for target in ("/things", "/readings", "/things/porch/properties/observe"):
            answer = ask(house, "GET", target, {**change, "Origin": origin})
            check(answer.status == 403 and b"porch" not in answer.body, f"GET {target} from {origin}: {answer.status}")
        answer = ask(house, "GET", "/stream", {**visitors.cookie, **SOCKET, "Origin": origin})
        check(answer.status == 403, f"a socket from {origin}: {answer.status}")
        answer = ask(house, "OPTIONS", "/things/garden/properties/lamp", {"Origin": origin, "Access-Control-Request-Method": "PUT"})
        check(answer.status >= 400 and "Access-Control-Allow-Origin" not in answer.headers, f"asked ahead from {origin}: {answer.status}")
    # A form of another site sends no Origin in old browsers, but cannot send our header.
    for method, target, body in wishes[:5]:
        check(ask(house, method, target, visitors.cookie, body).status == 403, f"{method} {target} without X-Foxtail")
    check(len(house.records(kind="command")) == before and len(house.get("/grants")["grants"]) == grants, "something was done")
    check(ask(house, "GET", "/things", visitors.cookie).status == 200, "the session was ended from outside")
    # And our own page can.
    own = {**change, "Origin": "http://" + house.page}
    check(ask(house, "PUT", "/things/garden/properties/lamp", own, False).status == 204, "our own page's wish")
    check(ask(house, "GET", "/stream", {**visitors.cookie, **SOCKET, "Origin": "http://" + house.page}).status == 101, "our own page's socket")


def without_changing(answer):
    """All of an answer but the time of day."""
    kept = sorted((name.lower(), value) for name, value in answer.headers.items() if name.lower() != "date")
    return answer.status, kept, answer.body


@case
def the_unknown_and_the_forbidden_answer_byte_for_byte_alike(house, visitors):
    """For a narrow token: garden/lamp exists, ghost does not, and nothing says which is which."""
    command = house.records(kind="command")[0]["seq"]
    reading = house.reading("garden/lamp")["seq"]
    head = house.get("/journal?limit=1")["head"]
    pairs = [({"id": "garden", "name": "lamp", "seq": command}, {"id": "absent", "name": "gone", "seq": head + 100_000}),
             ({"id": "garden", "name": "gone", "seq": reading}, {"id": "absent", "name": "lamp", "seq": head + 100_001}),
             ({"id": "shop", "name": "press", "seq": command}, {"id": "none", "name": "press", "seq": head + 100_002})]
    asked = 0
    for method, path in routes(house):
        queries = [("", "")]
        if path in ("/history", "/journal", "/readings"):
            period = "&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z" if path == "/history" else ""  # or now would be in it
            queries = [(f"?address={one}{period}", f"?address={other}{period}") for one, other in
                       (("garden/lamp", "absent/gone"), ("garden/gone", "absent/gone"), ("garden/lamp", "porch/gone"))]
        if path in ("/journal", "/readings"):
            queries += [("?thing=garden", "?thing=absent")]
        if "{" not in path and len(queries) == 1:
            continue
        for there, absent in pairs:
            for with_there, with_absent in queries:
                bodies = [None] if method in ("GET", "DELETE") else [b"true", b"{}", b'{"lamp":true}', b"{", b""]
                for body in bodies:
                    one = ask(house, method, filled(path, **there) + with_there, visitors.narrow, body)
                    other = ask(house, method, filled(path, **absent) + with_absent, visitors.narrow, body)
                    one, other = without_changing(one), without_changing(other)
                    for value in (there["id"], there["name"], absent["id"], absent["name"]):
                        check(value.encode() not in one[2] or value.encode() in other[2], f"{method} {path} says {value}: {one}")
                    check(one == other, f"{method} {path}{with_there} {there} {body}:\n{one}\n{path}{with_absent} {absent}:\n{other}")
                    asked += 2
    # What it may see it does see: the answers above are not alike because everything is refused.
    for target in ("/things/porch", "/things/porch/properties/lux", "/readings?address=porch/lux", "/history?address=porch/lux"):
        check(ask(house, "GET", target, visitors.narrow).status == 200, f"{target} for who may")
    for target in ("/things", "/readings", "/journal?limit=1000&readings=true", "/.well-known/wot"):
        answer = ask(house, "GET", target, visitors.narrow)
        check(answer.status == 200 and b"garden" not in answer.body and b"shop" not in answer.body, f"{target}: {answer.body[:1000]!r}")
    paged = ask(house, "GET", "/things?limit=1", visitors.narrow)
    check(paged.status == 200 and "Link" not in paged.headers, f"a next page tells of things that are hidden: {paged.headers}")
    for path in ("/rules", "/grants", "/subjects", "/problems", "/system", "/metrics"):
        answer = ask(house, "GET", path, visitors.narrow)
        check(answer.status == 403 and b"garden" not in answer.body, f"{path}: {answer.status} {answer.body[:300]!r}")
    return f"{asked} requests"


@case
def nor_does_the_time_tell_the_unknown_from_the_forbidden(house, visitors):
    """Asked by turns over one connection, so that what else the machine does falls on both alike."""
    line = http.client.HTTPConnection(house.page, timeout=DEADLINE_S)
    headers = {**visitors.narrow, "Content-Type": "application/json"}

    def takes(method, target, body):
        begun = time.perf_counter()
        line.request(method, target, body, headers)
        answer = line.getresponse()
        answer.read()
        took = time.perf_counter() - begun
        check(answer.status == 404, f"{method} {target}: {answer.status}")
        return took

    told = []
    for method, there, absent, body in (("GET", "/things/garden/properties/lamp", "/things/gardem/properties/lamp", None),
                                        ("GET", "/things/garden/properties/lamp", "/things/garden/properties/lump", None),
                                        ("GET", "/things/garden", "/things/gardem", None),
                                        ("GET", "/history?address=garden/lamp", "/history?address=garden/lump", None),
                                        ("PUT", "/things/garden/properties/lamp", "/things/gardem/properties/lamp", "true")):
        took = ([], [])
        for number in range(1200):
            for which in ((0, 1) if number % 2 else (1, 0)):
                took[which].append(takes(method, absent if which else there, body))
        # Of the quick tenth, for the middle of a busy machine is anywhere.
        forbidden, unknown = (statistics.quantiles(times, n=10)[0] for times in took)
        told.append(f"{forbidden / unknown:.2f}")
        check(0.8 < forbidden / unknown < 1.25, f"{method} {there} takes {forbidden * 1e6:.0f} us, {absent} {unknown * 1e6:.0f} us")
    line.close()
    return "forbidden to unknown: " + ", ".join(told)


@case
def a_wrong_name_and_a_wrong_passphrase_answer_alike(house, visitors):
    answers = {}
    for what, body in (("passphrase", {"name": "anna", "passphrase": "wrong wrong wrong"}), ("name", {"name": "nora", "passphrase": PASSPHRASE})):
        answers[what] = without_changing(ask(house, "POST", "/auth/signin", body=body))
        check(answers[what][0] == 401, f"{what}: {answers[what]}")
    check(answers["passphrase"] == answers["name"], f"{answers}")
    # Nor does the time tell them apart. A refusal without the work would be a hundred times as quick; a busy machine is not.
    took = {"anna": [], "nora": []}
    for number in range(24):  # each from an address that has its tries left
        name = "nora" if number % 2 else "anna"
        took[name].append(signs_in_from(house, f"127.0.1.{number + 1}", name, "wrong wrong wrong", 401))
    known, unknown = (statistics.median(times) for times in took.values())
    check(0.5 < known / unknown < 2, f"a known name takes {known * 1000:.1f} ms, an unknown one {unknown * 1000:.1f} ms")
    return f"{known * 1000:.1f} and {unknown * 1000:.1f} ms"


@case
def guessing_is_slowed_and_locks_nobody_else_out(house, visitors):
    """From 127.0.0.1 a thousand guesses; the owner comes from 127.0.0.2."""
    def guess(number):
        return ask(house, "POST", "/auth/signin", body={"name": "anna", "passphrase": f"guess number {number}"}).status

    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        guesses = [many.submit(guess, number) for number in range(1000)]
        comes = [signs_in_from(house, "127.0.0.2", "anna", PASSPHRASE, 204) for _ in range(5)]
        statuses = [one.result() for one in guesses]
    took = time.monotonic() - begun
    # Six tries, and one more for every ten seconds it took.
    checked = sum(status == 401 for status in statuses)
    check(set(statuses) <= {401, 429, 503} and checked <= 6 + took / 10 + 1, f"{checked} guesses of 1,000 were checked in {took:.1f} s: {set(statuses)}")
    limited = ask(house, "POST", "/auth/signin", body={"name": "anna", "passphrase": PASSPHRASE})
    check(limited.status == 429 and int(limited.headers["Retry-After"]) > 0, f"the guesser's right guess: {limited.status}")
    check(ask(house, "GET", "/things", visitors.cookie).status == 200, "who is signed in stays so")
    return f"{checked} of 1,000 guesses checked in {took:.1f} s, the owner in at most {max(comes) * 1000:.0f} ms"


@case
def nothing_is_open_that_nobody_opened(house, visitors):
    """Loopback unless an address says otherwise, no strangers beyond it, and no password that comes with the program."""
    lonely = House(house.program, "default")
    for text, due in (("mqtt: {listeners: [{listen: '0.0.0.0:0', anonymous: true}]}\n", 1),
                      ("mqtt: {listeners: [{listen: '192.168.1.10:1883', anonymous: true}]}\n", 1),
                      ("mqtt: {listeners: [{listen: '0.0.0.0:0'}]}\n", 0),
                      ("mqtt: {listeners: [{listen: '127.0.0.1:0', anonymous: true}]}\n", 0)):
        lonely.config.write_text(text)
        told = lonely.cli("check", str(lonely.config), connect=False)
        check((told.returncode != 0) == bool(due), f"{text}: {told}")
        check(not due or "anonymous_beyond_loopback" in told.stdout + told.stderr, f"{text}: {told}")
    lonely.configure()
    # Ports without an address.
    lonely.config.write_text("api: {listen: '0'}\nmqtt: {listeners: [{listen: '0'}, {listen: '0', anonymous: true}]}\n")
    lonely.start()
    check(lonely.page.startswith("127.0.0.1:"), lonely.page)
    heard = listening(lonely.process.pid)
    check(len(heard) == 3 and all(address.startswith("127.") for address in heard), f"listening on {heard}")
    check(lonely.publish("x", "1", user="admin", password="admin").returncode != 0, "a password that comes with the program")
    check(ask(lonely, "GET", "/things").status == 401, "things for everybody")
    link = wait_until(lambda: re.search(r"/#signup=(\S+)", lonely.log_text()), "the sign-up link")
    check(len(link.group(1)) >= 22, "a code that can be guessed")
    for code in ("", "0000", None):
        answer = ask(lonely, "POST", "/auth/signup", body={"code": code, "name": "eve", "passphrase": PASSPHRASE})
        check(answer.status in (400, 401), f"an owner by the code {code!r}: {answer.status}")
    check(lonely.stop() == 0, f"TERM: not 0\n{lonely.log_text()}")


def listening(pid):
    """The addresses a process listens on."""
    sockets = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        found = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{number}"))
        if found:
            sockets.add(found.group(1))
    addresses = []
    for family in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{family}", encoding="ascii") as table:
            for line in table.readlines()[1:]:
                words = line.split()
                if words[3] == "0A" and words[9] in sockets:
                    host = words[1].split(":")[0]
                    addresses.append(".".join(str(byte) for byte in reversed(bytes.fromhex(host))) if family == "tcp" else host)
    return addresses


def run(house):
    house.configure(rules=RULES)
    house.start()
    announce_lamp(house)
    announce_sensor(house, "porch", "lux")
    announce_sensor(house, "shop", "press")
    house.tell("garden/lamp", "OFF")
    house.tell("porch/lux", '{"v": 80}')
    house.tell("shop/press", '{"v": 1}')
    for address, value in (("garden/lamp", False), ("porch/lux", 80), ("shop/press", 1)):
        wait_value(house, address, value)
    check(house.ask("PUT", "/things/garden/properties/lamp", True).status == 204, "a wish to be hidden")
    visitors = Visitors(house)
    good = True
    for one in CASES:
        try:
            said = one(house, visitors)
            print(f"ok    {one.__name__}{': ' + said if said else ''}", flush=True)
        except Exception as wrong:  # the other cases still tell something
            good = False
            print(f"WRONG {one.__name__}: {wrong}", flush=True)
            if not isinstance(wrong, Wrong):
                traceback.print_exc()
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    check("bugs found" not in house.log_text(), house.log_text())
    return good


def main():
    house = House(sys.argv[1], "surface")
    try:
        return 0 if run(house) else 1
    except Wrong as wrong:
        print(f"browser_surface: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
