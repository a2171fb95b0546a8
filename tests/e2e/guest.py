#!/usr/bin/env python3
"""guest.py PROGRAM CLOCK: a guest is let use the hall light on weekday evenings, by the page, as is anybody who is let use something: they switch
that light from a page of their own and nothing else; what asks each time is put to the person first.

CLOCK is shifted_clock.c as a library: it is a weekday's evening, or not."""
import calendar
import json
import re
import sys
import time
import traceback

from browsers import Person, has_browser
from house import SKIPPED, House, Listener, Wrong, check, wait_until
from residents import invited

DAY_S = 86400
EVENINGS = {"from": "17:00", "to": "23:00", "days_off": ["sat", "sun"], "at_home": True}
LIGHT = "hall/light"
NIGHT = "hall/night"


def evening(weekday):
    """18:00 UTC of the next such day (0 = Monday) but today: far enough from now that nothing is in the past of something else."""
    day = time.gmtime(time.time() + DAY_S)
    at = calendar.timegm((day.tm_year, day.tm_mon, day.tm_mday, 18, 0, 0))
    return at + ((weekday - day.tm_wday) % 7) * DAY_S


def lives_at(house, clock, moment):
    house.environment = {"LD_PRELOAD": clock, "FOXTAIL_CLOCK_SHIFT_S": str(int(moment - time.time()))}


def furnish(house):
    for thing, names in (("hall", ("light", "night")), ("porch", ("light",))):
        for name in names:
            house.tell(f"homeassistant/switch/{thing}_{name}/config", {
                "name": name, "uniq_id": f"{thing}_{name}", "stat_t": f"{thing}/{name}", "cmd_t": f"{thing}/{name}/set",
                "dev": {"ids": [thing], "name": thing}}, retain=True)
            wait_until(lambda thing=thing, name=name: name in house.things().get(thing, {}).get("properties", {}), f"{thing} has its {name}")
            house.tell(f"{thing}/{name}", "OFF", retain=True)
            wait_until(lambda thing=thing, name=name: house.value(f"{thing}/{name}") is False, f"{thing}/{name} is off")


def answers(house, name, payload):
    """What the device says once it did as it was told."""
    house.tell(f"hall/{name}", payload, retain=True)
    wait_until(lambda: house.value(f"hall/{name}") is (payload == "ON"), lambda: f"hall/{name} is {payload}: {house.reading('hall/' + name)}")


def grants_of_oma(house):
    return {grant["addresses"][0]: grant for grant in house.get("/grants")["grants"] if grant["subject"] == "guest:oma"}


def is_let_use_the_light(house, anna):
    given = anna.do("let_use", "guest", "oma", LIGHT, "use", "year", json.dumps(EVENINGS, separators=(",", ":")))
    for said in ("see it, set it", "Mon, Tue, Wed, Thu, Fri, from 17:00 to 23:00", "only from the house's own network"):
        check(said in given["sure"] and said in given["card"], f"'{said}' is not said: {given}")
    check(given["findings"] == [], f"axe: {given['findings']}")
    grant = grants_of_oma(house)[LIGHT]
    check(grant["verbs"] == ["discover", "read", "observe", "set"], f"{grant}")
    check(grant["terms"] == {"when": {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "from": "17:00", "until": "23:00", "network": "home"}}, f"{grant}")
    return given["token"]


def switches_it_and_nothing_else(house, oma, devices):
    tapped = oma.do("tap", LIGHT)
    wait_until(lambda: ("hall/light/set", "ON") in devices.heard(), lambda: f"the light is told: {devices.text()} / {tapped}")
    answers(house, "light", "ON")
    check(tapped["switches"] == 1, f"the page of the hall has more to switch than was given: {tapped}")
    wait_until(lambda: "Its past was not given to you" in oma.do("thing", "hall")["text"], "the page of a guest says why there is no past")
    check("light" not in oma.do("thing", "porch")["text"].lower(), "the page of a guest tells of the porch")
    for target, value in (("/things/hall/properties/night", "true"), ("/things/porch/properties/light", "true"), ("/things/none/properties/light", "true")):
        refused = oma.do("ask", "PUT", target, value)
        check(refused["status"] == 404, f"{target}: {refused}")
        check(oma.do("ask", "GET", target)["status"] == 404, f"{target} can be read")
    check(oma.do("ask", "GET", "/history?address=hall/light")["status"] == 404, "its past comes along")
    check({topic for topic, _ in devices.heard() if topic.endswith("/set")} == {"hall/light/set"}, f"more was told: {devices.text()}")


def asks_each_time(house, anna, oma, devices):
    given = anna.do("let_use", "guest", "oma", NIGHT, "use", "never", '{"ask":true}')
    check("each time only if a person allows it" in given["sure"] and given["findings"] == [], f"{given}")
    check(grants_of_oma(house)[NIGHT]["terms"] == {"envelope": {"confirm": "owner"}}, f"{grants_of_oma(house)}")
    for word in ("no", "yes"):
        wait_until(lambda: NIGHT in oma.do("ask", "GET", "/readings")["body"], "the guest has it")
        oma.do("tap", NIGHT)
        asked = anna.do("asked")
        check(len(asked["asked"]) == 1 and "oma" in asked["asked"][0].lower() and "hall" in asked["asked"][0].lower(), f"{asked}")
        check(asked["findings"] == [], f"axe: {asked['findings']}")
        check(not [topic for topic, _ in devices.heard() if topic == "hall/night/set"], f"it went out before the word was given: {devices.text()}")
        anna.do("say", word)
        if word == "no":
            wait_until(lambda: any(record["body"].get("outcome") == "refused" for record in house.records(kind="command_ended")),
                       lambda: f"refused, on record: {house.records(kind='command_ended')}")
    wait_until(lambda: ("hall/night/set", "ON") in devices.heard(), lambda: f"allowed, and told: {devices.text()}")
    answers(house, "night", "ON")


def holds_on_weekday_evenings(house, clock, token):
    for weekday, status in ((5, 401), (7, 204)):  # Saturday, when the token opens nothing, and the Monday after
        lives_at(house, clock, evening(2) + (weekday - 2) * DAY_S)
        house.start()
        told = house.ask("PUT", "/things/hall/properties/light", False, token=token)
        check(told.status == status, f"on day {weekday}: {told.status} {told.body}")
        check(house.stop() == 0, "TERM: not 0")


def story(house, clock):
    house.configure()
    lives_at(house, clock, evening(2))  # a Wednesday
    house.start()
    furnish(house)
    devices = Listener(house, ["hall/#", "porch/#"])
    code = wait_until(lambda: re.findall(r"/#signup=(\S+)", house.log_text()), "the sign-up link")[-1]
    anna = Person(house, "anna", code.strip('"'))
    oma = None
    try:
        oma = Person(house, "oma", invite=invited(house, "oma", "--kind", "guest", "--until", "400h"), guest=True)
        check(oma.do("ask", "GET", "/things")["body"] == "[]", "a guest sees something that nobody gave")
        token = is_let_use_the_light(house, anna)
        switches_it_and_nothing_else(house, oma, devices)
        asks_each_time(house, anna, oma, devices)
        oma.leave()
        anna.leave()
    finally:
        for person in (anna, oma):
            if person is not None:
                person.clear()
    check(house.stop() == 0, "TERM: not 0")
    holds_on_weekday_evenings(house, clock, token)
    check("bugs found" not in house.log_text(), house.log_text())


def main():
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    house = House(sys.argv[1], "guest")
    try:
        story(house, sys.argv[2])
    except Wrong as wrong:
        traceback.print_exc()
        print(f"guest: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
