#!/usr/bin/env python3
"""demo_plan.py FOLDER CLOCK: an afternoon, a night and the morning after with the plan of the demo household, before its page.

The demo is the one that ./run starts, with its own devices, prices and calendar; CLOCK is shifted_clock.c as a library, and the test turns the
clock that hub and devices go by. Anna says "80 % by seven" and sees the plan with its reasons; she comes home an hour later than her calendar
says, plugs in and sees the new plan and why it changed; she asks what leaving at eight would save, presses "now" knowing its price, thinks better
of it, and reads in the morning what was saved."""
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request

from browsers import Person, has_browser
from demo import play_demo
from house import SKIPPED, Listener, check, wait_until
from page import Demo
from plan_story import ZONE, Clock, in_words

NOON = datetime.datetime(2026, 3, 3, 13, 0, tzinfo=ZONE)  # a Tuesday: Anna works until half past four, says her calendar
EVENING_STEP_S = 1200  # of the demo's time, while nothing is done
STEP_S = 540           # ... on the day that is reckoned: less than a gap in what is measured
WORKING_STEP_S = 240   # while the car charges: less than a box may take to obey
TURN_S = 60           # of ours, for the devices to follow the clock
METER, CAR = "meter/power/state", "wallbox/wb11/state"


class House:
    """The demo's hub, for who reads its API; and its clock."""

    def __init__(self, demo, clock):
        self.page = demo.link()[0].removeprefix("http://")
        self.folder, self.clock = demo.folder, clock
        self.token = (demo.folder / "data" / "owner.token").read_text().strip()
        self.mqtt_ports = [int(wait_until(lambda: re.search(r"MQTT door is at 127.0.0.1:(\d+)", demo.text()), "the MQTT door")[1])]
        self.listener = Listener(self, ["sim/truth", METER])

    def get(self, path):
        asked = urllib.request.Request(f"http://{self.page}{path}", headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return None if error.code == 404 else check(False, f"GET {path}: {error.code}")

    def value(self, address):
        said = self.get(f"/readings?address={address}")
        return said["readings"][0]["value"] if said and said["readings"] else None

    def plan(self):
        return self.get("/plan")

    def leaf(self):
        return next((device for device in (self.plan() or {}).get("devices", []) if device["name"] == "leaf"), None)

    def lives_until(self, moment, gone_by=lambda: False):
        while self.clock.now < moment and not gone_by():
            works = (self.value("Wallbox/power") or 0) > 100 or (self.value("plan-leaf/limit") or 0) >= 6
            rests = EVENING_STEP_S if self.clock.now.hour >= 17 and self.clock.now.hour < 23 else STEP_S
            self.turn(min(WORKING_STEP_S if works else rests, (moment - self.clock.now).total_seconds()))
            # Time stands still while the box is told.
            if (self.value("plan-leaf/limit") or 0) >= 6 and self.value("charge-garage/mode") == "planned":
                wait_until(lambda: (self.value("Wallbox/power") or 0) > 1000 or (self.value("plan-leaf/limit") or 0) < 6 or not self.takes_more(),
                           lambda: f"the car charges: {self.value('charge-garage/why')}, {self.value('Wallbox/limit')} A", 45)

    def takes_more(self):
        return self.value("Wallbox/status") in ("Charging", "Preparing")

    def turn(self, seconds):
        """The clock goes on, and all devices with it: the meter has spoken since."""
        before = len(self.listener.heard())
        self.clock.pass_by(seconds)
        moment = self.clock.now.timestamp() * 1000

        def followed():
            fresh = self.listener.heard()[before:]
            at = next((i for i, (topic, said) in enumerate(fresh) if topic == "sim/truth" and json.loads(said)["t_ms"] >= moment - 2000), None)
            return at is not None and any(topic == METER for topic, _ in fresh[at:])
        wait_until(followed, lambda: f"the devices follow the clock to {self.clock.now}", TURN_S)


def no_patience(demo):
    """The box's delays are seconds of ours, in which the demo's night would pass."""
    config = demo.folder / "data" / "foxtail.yaml"
    config.write_text(config.read_text().replace("charging:\n", "charging:\n  delays: {raise: 0s, start: 0s, stop: 0s, restart: 0s}\n", 1))
    demo.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "configuration taken" in demo.text(), lambda: f"the demo takes up its configuration:\n{demo.text()}")


def home_an_hour_early(demo):
    """So Anna's calendar says, that is: she will be an hour late."""
    calendar = demo.folder / "data" / "anna.ics"
    text = calendar.read_text()
    check("T163000" in text, text)
    calendar.write_text(text.replace("T163000", "T154500", 1))


def eighty_by_seven(house, anna):
    wait_until(house.leaf, "the car is planned", 60)
    anna.do("look")
    said = anna.do("goal")
    in_words(" ".join(said["goals"]), "80% by 07:00", "anna")
    in_words(said["because"], "[Aa]nna set")
    check(isinstance(said["more"], int | float), f"with its price: {said}")
    check(len(said["why"]) > 10, f"with its reason: {said['why']}")
    goal = house.leaf()["goals"][0]
    check(goal["what"] == "anna: 80 % by 07:00" and goal["state"] == "met", f"{goal}")
    check(said["findings"] == [], f"{said['findings']}")


def an_hour_late(house, hub, anna):
    done = hub.cli("plan", "shadow", "leaf", "off")
    check(done.returncode == 0, f"the plan acts for the car: {done}")
    house.lives_until(house.clock.at(19), lambda: house.value("Wallbox/plugged"))
    check(house.value("Wallbox/plugged") and house.clock.now >= house.clock.now.replace(hour=16, minute=40), f"she is an hour late: {house.clock.now}")
    seen = anna.do("changed", "was plugged in")
    in_words(seen["because"], "plugged in")
    plan = house.plan()
    check(any(one["code"] == "PLUGGED_IN" for one in plan["changed"]) or "plugged" in plan["because"], plan["because"])
    starts = [datetime.datetime.fromisoformat(one.replace("Z", "+00:00")).astimezone(ZONE) for one in plan["slots"]]
    slots = [one for one in zip(starts, house.leaf()["kw"], plan["buy"]) if one[0] < house.clock.at(7)]
    paid = [price for _, kw, price in slots if kw > 1]
    check(paid and max(paid) < sum(price for _, _, price in slots) / len(slots), f"it charges while power is cheap: {slots}")
    in_words(seen["why"], "Waits until|Charges|Surplus|Least")
    told = re.search(r"€([0-9.]+)(?:/kWh)?(?: then,|;) €([0-9.]+) now", seen["why"])
    check(told is None or float(told[1]) < float(told[2]), f"what it waits for is cheaper: {seen['why']}")
    check(any(re.search("costs|saves", one) for one in seen["rejected"]), f"what another time would cost: {seen}")


def the_goal_behind_the_current(house):
    limit = house.get("/readings?address=plan-leaf/limit")["readings"][0]
    leads = house.get(f"/why/{limit['seq']}")["plan"]
    goal = leads["goal"]
    check(leads["device"] == "leaf" and leads["slot"]["sentence"] and goal["who"] == "anna" and goal["what"] == "80 % by 07:00", f"{leads}")


def leaving_at_eight(house, anna):
    told = anna.do("eight")
    in_words(told["words"], r"saves €\d|costs")
    check(house.value("plan-leaf/goals") == "80 % by 07:00", "nothing was set")


def now_knowing_its_price(house, anna):
    told = anna.do("now")
    check(told["more"] > 0, f"it would have waited for something cheaper: {told}")
    in_words(told["words"], r"costs €\d")
    wait_until(lambda: (house.value("Wallbox/power") or 0) > 1000, lambda: f"the box gives: {house.value('charge-garage/why')}", 60)
    house.lives_until(house.clock.at(17, 10))
    check((house.value("Wallbox/power") or 0) > 1000, "and goes on in the dear evening")
    anna.do("automatic")
    wait_until(lambda: (house.value("Wallbox/power") or 0) < 100, "thought better of: it waits for the night", 60)


def the_night(house):
    house.lives_until(house.clock.at(6, 58))
    level = house.value("Leaf_green/Powertrain.TractionBattery.StateOfCharge.Displayed")
    check(level >= 78.5, f"ready by seven, but for what a clock that is turned in steps leaves out: {level} at {house.clock.now}")
    commands = house.get("/journal?kind=command&address=Wallbox/limit&limit=1")["records"]
    leads = house.get(f"/why/{commands[0]['seq']}")
    check(leads["plan"]["inputs"] == f"/plan/versions/{leads['plan']['version']}" and house.get(leads["plan"]["inputs"])["inputs"], f"and its inputs: {leads.get('plan')}")
    check(leads["plan"]["device"] == "leaf" and leads["plan"]["slot"]["code"], f"slot and reason: {leads['plan']}")


def what_it_saved(house, hub, anna):
    house.lives_until(house.clock.at(8, 5))
    saved = wait_until(lambda: house.value("plan/saved_today"), lambda: f"what was saved today: {house.value('plan/savings')}", 30)
    check(isinstance(saved, int | float), f"{saved}")
    seen = anna.do("look")
    in_words(seen["saved"], "€")
    check(hub.cli("plan", "savings").returncode == 0, "foxtail plan savings")
    check(seen["findings"] == [], f"{seen['findings']}")


def story(clock):
    def told(hub, demo):
        no_patience(demo)
        home_an_hour_early(demo)
        house = House(demo, clock)
        anna = Person(house, "anna", demo.link()[1], story="plan_story")
        try:
            for name, scene in (("80 % by seven", lambda: eighty_by_seven(house, anna)), ("an hour late", lambda: an_hour_late(house, hub, anna)),
                                ("the goal behind the current", lambda: the_goal_behind_the_current(house)), ("leaving at eight", lambda: leaving_at_eight(house, anna)), ("now, knowing its price", lambda: now_knowing_its_price(house, anna)),
                                ("the night", lambda: the_night(house)), ("what it saved", lambda: what_it_saved(house, hub, anna))):
                begun = time.monotonic()
                scene()
                print(f"ok    {name} ({time.monotonic() - begun:.1f} s, {clock.now:%a %H:%M})", flush=True)
            anna.leave()
        finally:
            anna.clear()
            house.listener.close()
    return told


def main():
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    folder = pathlib.Path(tempfile.mkdtemp(prefix="foxtail-clock-"))
    try:
        clock = Clock(folder)
        clock.turn_to(NOON)
        turned = {"LD_PRELOAD": sys.argv[2], "FOXTAIL_CLOCK_SHIFT_FILE": str(clock.path)}
        os.environ.update(turned)
        demo = Demo(sys.argv[1], speed=1)
        for name in turned:
            del os.environ[name]
        return play_demo("demo_plan", demo, story(clock))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
