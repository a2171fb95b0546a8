#!/usr/bin/env python3
"""residents.py PROGRAM: two people who live in one house, each in a browser of their own. Anna maintains the hub, Ben's phone
says where he is: Anna's page cannot show it, Ben's does, and neither log nor metrics tell it to her; a rule of the house sees it once Ben lets it;
Ben has it forgotten, and neither disk nor anybody's page has it any more."""
import json
import re
import struct
import sys
import traceback

from browsers import Person, has_browser
from retained import retained
from house import SKIPPED, House, Listener, Wrong, check, wait_until

PLACES = [48.13700 + step / 1000 for step in range(50)]
LONGITUDE = 11.57531
UNFIT = 47.92211  # said in a message that is refused, whose record keeps its sample
SHOWN = "48.19"  # of the last, as the page rounds it
PASSWORD = "long enough for a listener"
RULES = """
rules:
  - id: moved
    title: Ben is on his way
    when:
      - property: ben/latitude
        changes: true
    then:
      - notify: Ben is on his way
"""


def invited(house, *words):
    done = house.cli("people", "invite", *words)
    check(done.returncode == 0, f"people invite: {done.stderr}")
    return done.stdout.strip().split("/#invite=")[1]


def be_at(house, latitude, at_s):
    # As the app does: the last one stays with the MQTT server.
    house.tell("owntracks/ben/phone", {"_type": "location", "lat": latitude, "lon": LONGITUDE, "acc": 12, "tst": at_s, "batt": 71}, retain=True)


def walk(house):
    for step, latitude in enumerate(PLACES):
        be_at(house, latitude, 1_780_000_000 + step)


def on_disk(house):
    """The places that stand in a file, as text or as a number."""
    files = [path.read_bytes() for path in house.data.rglob("*") if path.is_file()]
    return [place for place in PLACES if any(str(place).encode() in one or struct.pack("<d", place) in one for one in files)]


def places_in(text):
    """As numbers of their own: a rate per second may happen to have the digits of one."""
    return [place for place in (*PLACES, LONGITUDE, UNFIT) if re.search(rf"(?<!\d){re.escape(str(place))}0*(?!\d)", text)]


def log_and_metrics_tell_no_place(house):
    """Not even at its most talkative, nor with the sample of a message that made no sense."""
    house.tell("owntracks/ben/phone", {"_type": "location", "lat": str(UNFIT), "lon": "east"})
    wait_until(lambda: any('"lat"' in one["sample"] for one in house.problems()), lambda: f"a sample with a place: {house.problems()}")
    house.tell("owntracks/ben/phone", {"_type": "transition", "event": f"at {UNFIT}", "desc": "Office"})
    house.tell("owntracks/ben/phone", {"_type": "location", "lat": 50.0, "lon": LONGITUDE, "batt": UNFIT * 10, "tst": 1_770_000_000})
    wait_until(lambda: len(house.problems()) >= 3, lambda: f"all of them are listed: {house.problems()}")
    texts = {"the log": house.log_text(), "/metrics": house.ask("GET", "/metrics").body.decode(),
             "Problems": json.dumps(house.problems()), "the journal": json.dumps(house.records(kind="input_refused"))}
    check(places_in(f"at {UNFIT}, {LONGITUDE}.") == [LONGITUDE, UNFIT], "this test would find nothing anyway")
    check("signed up" in texts["the log"] and "foxtail_readings_total" in texts["/metrics"], "not even what belongs there is there")
    for where, text in texts.items():
        check(not places_in(text), f"{where} tells where Ben was: {places_in(text)}")


def nobody_listens_in(house, ears):
    """By what the configuration lets MQTT users hear, which is Anna's to say."""
    for who, ear in ears.items():
        check(("said", "last") in ear.heard(), f"{who} hears what speaks for nobody: {ear.text()}")
        said = [topic for topic, _ in ear.heard() if topic.startswith("owntracks/") and not topic.endswith("/cmd")]
        check(said == [], f"{who} hears of Ben over MQTT: {said}")
    check(retained(house, ["owntracks/#"]) == {}, "a newcomer is told where Ben was last")


def nor_to_what_else_tells_where_something_is(house, ears):
    """Of other formats the house learns by the first message what a topic speaks of."""
    house.tell("homeassistant/device_tracker/keys/config", {"name": "Keys", "unique_id": "keys", "state_topic": "keys/where"}, retain=True)
    house.tell("keys/where", "home")
    wait_until(lambda: any(one["value"] == "home" for one in house.get("/readings")["readings"]), lambda: f"the keys are known: {house.things()}")
    house.tell("keys/where", "not_home", retain=True)
    house.tell("said", "more")
    wait_until(lambda: all(("said", "more") in ear.heard() for ear in ears.values()), "the marker comes")
    for who, ear in ears.items():
        check("not_home" not in [payload for topic, payload in ear.heard() if topic == "keys/where"], f"{who} hears where the keys are: {ear.text()}")
    check(retained(house, ["keys/#"]) == {}, "a newcomer is told where the keys are")


def who_ben_lets_listen_does(house, ben):
    given = ben.do("ask", "POST", "/grants", '{"subject_name":"device:watch","addresses":["ben/*"],"verbs":["observe"]}')
    check(given["status"] == 201, f"Ben's grant: {given}")
    watch = Listener(house, ["owntracks/#"], user="watch", password=PASSWORD)
    wait_until(lambda: "owntracks/ben/phone" in dict(watch.heard()), lambda: f"Ben's watch hears what is retained: {watch.text()}")
    heard = len(watch.heard())
    be_at(house, PLACES[-1], 1_785_000_002)
    wait_until(lambda: len(watch.heard()) > heard, lambda: f"Ben's watch hears what is said: {watch.text()}")
    again = Listener(house, ["owntracks/#", "said"], user="laptop", password=PASSWORD)
    house.tell("said", "last")
    wait_until(lambda: ("said", "last") in again.heard(), lambda: f"the laptop hears: {again.text()}")
    check([topic for topic, _ in again.heard()] == ["said"], f"and nobody else: {again.text()}")
    again.close()
    return watch


def only_ben_sees_where_he_is(house, anna, ben):
    wait_until(lambda: SHOWN in ben.do("thing", "ben")["text"], "Ben's page shows where he is")
    check(SHOWN not in anna.do("thing", "ben")["text"], "the page of who maintains the hub shows where Ben is")
    check(house.ask("GET", "/things/ben/properties/latitude").status == 404, "the command line's token reads it")
    check("ben" not in [one.lower() for one in anna.do("desk")["mine"]], "Anna's desk says that Ben is hers")
    check(any("ben" in one.lower() for one in ben.do("desk")["mine"]), "Ben's desk does not say that Ben is his")
    refused = house.ask("POST", "/desk/forget", {"addresses": ["ben/*"]})
    check(refused.status == 403, f"who maintains the hub may have Ben's past forgotten: {refused.status}")


def runs(house):
    """How the rule ended, each time it did."""
    return [record["body"].get("outcome") for record in house.records(kind="rule_ran", limit=1000)]


def a_rule_sees_it_when_ben_lets_it(house, anna, ben):
    wait_until(lambda: "failed" in runs(house), lambda: f"the rule is told that it may not see it: {house.records(kind='rule_ran')}")
    before = runs(house).count("ran")
    card = anna.do("rule", "moved")
    check("may not see" in card["text"] and card["offered"] == 0 and len(card["links"]) == 1, f"Anna can only hand on the link: {card}")
    check(card["findings"] == [], f"axe: {card['findings']}")
    be_at(house, 52.1, 1_785_000_000)
    check(runs(house).count("ran") == before, "the rule ran on what it may not see")
    given = ben.do("let_see", card["links"][0])
    check("Moved" in given["asked"] and "latitude" in given["asked"].lower() and given["findings"] == [], f"{given}")
    be_at(house, PLACES[-1], 1_785_000_001)
    wait_until(lambda: runs(house).count("ran") > before, lambda: f"the rule runs: {runs(house)}")


def forgets_for_good(house, ben, watch):
    check(on_disk(house) != [], "this test would find nothing anyway")
    house.tell("owntracks/ben/phone", '{"_type": "location", "lat": "no number"}')
    wait_until(lambda: any(one["sample"] for one in house.ask("GET", "/problems").json()["problems"]), "a sample is shown")
    forgotten = ben.do("forget", "ben")
    check(re.search(r"past of \d+ propert", forgotten["said"]), f"{forgotten}")
    check(forgotten["findings"] == [], f"axe: {forgotten['findings']}")
    shown = ben.do("thing", "ben")["text"]
    check(SHOWN not in shown, f"it is still shown: {shown}")
    wait_until(lambda: "Being taken off" not in ben.do("desk")["text"], "it is off the disk")
    check(on_disk(house) == [], f"on the disk: {on_disk(house)}")
    wait_until(lambda: ("owntracks/ben/phone", "") in watch.heard(), lambda: f"who listens is told that nothing is retained: {watch.text()}")
    check(watch_hears_retained(house) == {}, "the MQTT server still tells newcomers where Ben was")
    samples = [one["sample"] for one in house.ask("GET", "/problems").json()["problems"]]
    check(samples and not any(samples), f"samples of what was not understood: {samples}")
    said = house.records(kind="forgotten")
    check(len(said) == 1 and "forgotten" in said[0]["sentence"], f"on record: {said}")


def watch_hears_retained(house):
    late = Listener(house, ["owntracks/#", "said"], user="watch", password=PASSWORD)
    house.tell("said", "last")
    wait_until(lambda: ("said", "last") in late.heard(), lambda: f"the watch hears: {late.text()}")
    late.close()
    return {topic: payload for topic, payload in late.heard() if topic != "said"}


def the_rest_goes_on(house, ben):
    be_at(house, 50.5, 1_790_000_000)
    wait_until(lambda: "50.5 deg" in ben.do("thing", "ben")["text"], "what Ben's phone says later counts")
    house.kill()
    house.start()
    check(house.stop() == 0, "TERM: not 0")
    verified = house.cli("journal", "verify", connect=False)
    check(verified.returncode == 0, f"journal verify: {verified.stdout} {verified.stderr}")
    check(on_disk(house) == [], f"it came back: {on_disk(house)}")


def story(house):
    made = house.cli("password", stdin=PASSWORD + "\n", connect=False)
    check(made.returncode == 0, f"password: {made.stderr}")
    house.configure(rules=RULES, users="  users:\n" + "".join(
        f"    - {{name: {name}, password_hash: '{made.stdout.strip()}', publish: [], subscribe: ['#']}}\n" for name in ("laptop", "watch")))
    house.config.write_text(house.config.read_text() + "log: {level: debug}\n")
    house.start()
    ears = {"Anna's laptop": Listener(house, ["#"], user="laptop", password=PASSWORD), "a stranger in the house": Listener(house, ["#", "owntracks/+/+"])}
    # What was said before it was Ben's is the household's.
    be_at(house, 47.5, 1_770_000_000)
    wait_until(lambda: "ben" in house.things(), "Ben's phone is known")
    code = wait_until(lambda: re.findall(r"/#signup=(\S+)", house.log_text()), "the sign-up link")[-1]
    anna = Person(house, "anna", code.strip('"'))
    ben = None
    try:
        ben = Person(house, "ben", invite=invited(house, "ben", "--person", "ben"))
        walk(house)
        house.tell("said", "last")
        wait_until(lambda: all(("said", "last") in ear.heard() for ear in ears.values()), "the marker comes")
        nobody_listens_in(house, ears)
        nor_to_what_else_tells_where_something_is(house, ears)
        only_ben_sees_where_he_is(house, anna, ben)
        log_and_metrics_tell_no_place(house)
        a_rule_sees_it_when_ben_lets_it(house, anna, ben)
        watch = who_ben_lets_listen_does(house, ben)
        forgets_for_good(house, ben, watch)
        watch.close()
        for ear in ears.values():
            ear.close()
        anna.leave()
        the_rest_goes_on(house, ben)
    finally:
        for person in (anna, ben):
            if person is not None:
                person.clear()
    check("bugs found" not in house.log_text(), house.log_text())
    check(not places_in(house.log_text()), f"the log of all this tells where Ben was: {places_in(house.log_text())}")


def main():
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    house = House(sys.argv[1], "residents")
    try:
        story(house)
    except Wrong as wrong:
        traceback.print_exc()
        print(f"residents: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
