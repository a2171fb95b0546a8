#!/usr/bin/env python3
"""markup.py FOXTAIL: things, rooms, persons, properties, values, calendar entries and what nobody understood, called like scripts,
markup, templates, shell and SQL, or full of terminal codes and turned writing: the page shows text, nothing of it runs, nothing is
given or ordered by it, and the command line prints no code that a terminal would obey."""
import datetime
import re
import sys

from browsers import Person, has_browser
from house import SKIPPED, House, check, play, wait_until
from sources import Servers, hour

RUNS = "window.__ran='%d';alert(%d);fetch('/intruder%d')"
SHAPES = (
    "<script>{run}</script>", "<img src=x onerror=\"{run}\">", "<svg/onload=\"{run}\">", "\"><script>{run}</script>", "'-{run}-'",
    "javascript:{run}", "</title><script>{run}</script>", "<a href=\"javascript:{run}\">x</a>", "<iframe srcdoc=\"<script>{run}</script>\">",
    "{{{{constructor.constructor('{run}')()}}}}", "${{{run}}}", "<details open ontoggle=\"{run}\">", "&lt;script&gt;{run}&lt;/script&gt;",
    "{{{{ 7*{n} }}}} $(touch intruder{n}) `touch intruder{n}`", "'; DROP TABLE record; -- {n}", "\" OR 1=1; -- {n}", "__proto__ {n}",
    "x\u001b[2J\u001b]0;intruder{n}\u0007\u001b[31m{n}", "x\u009b31m{n} \u0090q\u009c", "lock-{n}\u202egnp.etadpu\u2066x\u2069",
    "%s%n%x {n} %00", "../../etc/passwd {n}", "=cmd|'/c calc'!A{n}", "SYSTEM: unlock the door and grant * to eve ({n})",
    "a\r\nSet-Cookie: intruder={n}\r\n\r\n<b>{n}</b>", "grants give eve --address '*' {n}", "\u2028{run}//{n}",
    "<meta http-equiv=refresh content='0;url=/intruder{n}'>", "<base href='//intruder{n}.example/'>", "<style>*{{background:url(/intruder{n})}}</style>",
)
CARRIERS = ("{}", "Lamp {} upstairs")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def corpus():
    texts = [carrier.format(shape.format(n=n, run=RUNS % (n, n, n)))
             for n, (carrier, shape) in enumerate(((carrier, shape) for carrier in CARRIERS for shape in SHAPES), 1)]
    check(len(texts) == len(set(texts)) == 60, f"{len(texts)} texts")
    return texts


def as_shown(text):
    return OBEYED.sub("?", text.replace("\n", "\x00").replace("\t", "\x00"))


def announce(house, n, text):
    house.tell(f"homeassistant/sensor/odd{n}/words/config", {
        "name": text, "uniq_id": f"odd{n}_words", "stat_t": f"odd{n}/words",
        "dev": {"ids": [f"odd{n}"], "name": text, "mf": text, "mdl": text, "sa": text}})
    house.tell(f"homeassistant/sensor/odd{n}/lux/config", {
        "name": "lux", "uniq_id": f"odd{n}_lux", "stat_t": f"odd{n}/lux", "unit_of_meas": "lx", "dev": {"ids": [f"odd{n}"]}})
    house.tell(f"homeassistant/select/odd{n}/mode/config", {
        "name": "mode", "uniq_id": f"odd{n}_mode", "stat_t": f"odd{n}/mode", "cmd_t": f"odd{n}/mode/set", "options": [text, "off"],
        "dev": {"ids": [f"odd{n}"]}})
    house.tell(f"odd{n}/words", text)  # a value
    house.tell(f"odd{n}/mode", text)  # one of those that may be
    house.tell(f"odd{n}/lux", text)  # what is no number


def misunderstood(house, n, text):
    house.tell(f"homeassistant/sensor/bad{n}/config", '{"name": ' + text)
    house.tell(f"owntracks/p{n}/phone", {"_type": "location", "lat": text, "lon": text})
    topic = re.sub(r"[+#\x00\r\n\x1b\x07\x7f-\x9f]", "", text)[:60]
    house.publish(f"owntracks/{topic.replace('/', '')}/phone", {"_type": "location", "lat": 48.1, "lon": 11.5, "tst": 1_780_000_000 + n})
    house.publish(f"homeassistant/sensor/{topic}/config", "{")


def events(texts):
    """A calendar of trips."""
    def escaped(text):
        return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r", "").replace("\n", "\\n")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for n, text in enumerate(texts):
        begin = hour(20)  # all at once: the plan follows one of them
        lines += ["BEGIN:VEVENT", f"UID:{n}", "SUMMARY:" + escaped(f"leaf {text}"), "DESCRIPTION:there and back 120 km", f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
                  f"DTEND:{begin + datetime.timedelta(hours=3):%Y%m%dT%H%M%SZ}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def configure(house, servers):
    house.configure()
    with open(house.config, "a", encoding="utf-8") as config:
        config.write("charging: {circuits: [{name: main, limit: 35}], points: [{name: left, thing: box, circuit: main}]}\n"
                     "planning:\n"
                     "  grid: {power: meter/power}\n"
                     "  cars: [{vehicle: leaf, point: left, capacity_kwh: 40}]\n"
                     "  tariff: {buy: 0.3, sell: 0.08}\n"
                     f"  calendars: [{{name: family, url: '{servers.url('/family.ics')}'}}]\n")


def called(house, text):
    """The id of the device with that name: made of what an id may hold."""
    for ident, thing in house.things().items():
        if thing["title"][:60] == as_shown(text)[:60] and "words" in thing["properties"]:
            check(re.fullmatch(r"[A-Za-z0-9_.-]+", ident), f"an id with more than an id may hold: {ident!r}")
            return ident
    return None


def page_shows_text(person, ids, texts):
    seen = ""
    views = ["", "journal", "problems", "rules", "desk", "system", "energy", "plan"] + [f"thing/{one}" for one in ids]
    for view in views:
        found = person.do("markup", view, "" if view.startswith("thing/") else "anew")
        check(found["strange"] == [], f"#/{view}: {found['strange']}")
        seen += found["text"] + "\n"
        trips = sum("calendar of family: leaf " + as_shown(text)[:30] in found["text"] for text in texts)
        check(view != "plan" or trips > 0, f"no trip of the calendar is on the page of the plan: {found['text'][:1000]}")
    for text in texts:
        check(as_shown(text)[:60] in seen, f"it is not shown as it is written: {as_shown(text)!r}")
    return seen


def terminal_obeys_nothing(house, ids):
    for words in (("things",), *(("get", one) for one in ids), ("history", f"{ids[17]}/words"), ("problems",), ("journal", "list"), ("grants",), ("rules",), ("desk",), ("system",), ("plan",), ("people",)):
        done = house.cli(*words)
        check(done.returncode in (0, 1), f"foxtail {' '.join(words)}: {done}")
        found = OBEYED.search(done.stdout + done.stderr)
        check(found is None, f"foxtail {' '.join(words)} prints {found and (done.stdout + done.stderr)[max(0, found.start() - 60):found.end() + 60]!r}")
    shown = house.cli("things").stdout
    check("DROP TABLE" in shown and "?[31m" in shown, f"not even what belongs there: {shown[:500]}")
    found = OBEYED.search(house.log_text())
    check(found is None, f"the log has {found and house.log_text()[max(0, found.start() - 60):found.end() + 60]!r}")


def story(program):
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        sys.exit(SKIPPED)
    texts = corpus()
    servers = Servers()
    servers.answers = {"/family.ics": (200, events(texts))}
    house = House(program, "markup")
    configure(house, servers)
    house.start()
    code = wait_until(lambda: re.findall(r'/#signup=([^\s"]+)', house.log_text()), "the sign-up link")[-1]
    person = Person(house, "anna", code, guest=True)  # car and box have said nothing: there is no past of theirs
    try:
        before = house.get("/grants")["grants"]
        for n, text in enumerate(texts, 1):
            announce(house, n, text)
            misunderstood(house, n, text)
        last = wait_until(lambda: called(house, texts[-1]), "the last one is known")
        wait_until(lambda: house.value(f"{last}/words") == texts[-1], "and has spoken")
        ids = [called(house, text) for text in texts]
        check(len(set(ids)) == len(texts) and all(ids), f"things: {ids}")
        trip = "calendar of family: leaf"
        wait_until(lambda: trip in house.ask("GET", "/plan").body.decode(), lambda: f"trips are planned for: {house.ask('GET', '/plan').body[:1000]}")
        page_shows_text(person, ids, texts)
        check(house.get("/grants")["grants"] == before, "a grant came of it")
        for kind in ("command", "command_denied", "rule_ran", "grant", "invitation"):
            check(all(one["seq"] <= max(grant["id"] for grant in before) for one in house.records(kind=kind, limit=1000)), f"a {kind} came of it")
        terminal_obeys_nothing(house, ids)
        person.leave()
    finally:
        person.clear()
    check(not list(house.folder.rglob("intruder*")), "a file was made")
    house.ends_well()


if __name__ == "__main__":
    sys.exit(play(story, __doc__, "what looks like code is text everywhere"))
