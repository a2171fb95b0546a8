#!/usr/bin/env python3
"""plan_story.py FOXTAIL CLOCK: an evening, a night and the day after, before the page.

A person says "80 % by seven", sees the night's plan with its reasons, plugs in an hour late and sees the new plan and why it changed, asks what
leaving at eight would save, presses "now" knowing its price, and next day reads what the plan saved. In the second night the box does not hear:
that is shown, planned around, and tried again. CLOCK is shifted_clock.c as a library: the test turns the house's wall clock, a day and a half
within two minutes; prices, the box and the car's battery go by it."""
import datetime
import mmap
import re
import struct
import sys
import time
import traceback
import zoneinfo

from browsers import Person, has_browser
from house import SKIPPED, Listener, Wrong, check, wait_until
from plan_house import HOUR_S, WATTS_PER_AMP, PlannedHouse, entity
from wire import Line, publish_packet

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
EVENING = datetime.datetime(2026, 3, 3, 17, 30, tzinfo=ZONE)  # a Tuesday
STEP_S = 180         # of the house's time; less than a box may take before it counts as deaf
ANSWER_S = 0.08      # of ours, for the house and the box to do what is due
CAR_KWH, EFFICIENCY = 39, 0.92

PLANNING = """
charging:
  circuits: [{name: main, limit: 35, safe: 16}]
  points:
    - {name: garage, circuit: main, mode: "off", map: {status: box/box_status, power: box/box_power, limit: box/box_limit}, set_limit: box/box_limit}
  delays: {raise: 0s, start: 0s, stop: 0s, restart: 0s}
planning:
  act: true
  grid: {power: meter/grid, import_kw: 17}
  tariff:
    buy: {flat: 0.36, table: [{from: "02:00", until: "05:00", eur: 0.14}, {from: "07:00", until: "08:00", eur: 0.04}]}
    sell: 0
  cars:
    - {name: leaf, vehicle: leafcar, soc: leafcar/lsoc, cable: leafcar/cable, point: garage, power: box/box_power, capacity_kwh: 39, floor: 5, max: 80}
"""


class Clock:
    """The house's wall clock: where it was set, and on from there."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(8))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 8)
        self.turn_to(EVENING)

    def turn_to(self, moment):
        self.now = moment
        self.memory[:8] = struct.pack("=q", round((moment.timestamp() - time.time()) * 1e6))

    def pass_by(self, seconds):
        self.turn_to(self.now + datetime.timedelta(seconds=seconds))

    def at(self, hour, minute=0):
        """The next such time of day."""
        moment = self.now.replace(hour=hour, minute=minute)
        return moment if moment > self.now else moment + datetime.timedelta(days=1)


class Garage:
    """A meter, a car and its box, by the house's clock. The box does at once what it is told, unless it is deaf."""

    def __init__(self, house, clock):
        self.house, self.clock, self.deaf, self.amps, self.plugged, self.soc, self.seen = house, clock, False, 0.0, False, 35.0, 0
        watts = {"unit_of_measurement": "W", "device_class": "power"}
        for topic, config in (
                entity("sensor", "meter", "grid", **watts), entity("sensor", "leafcar", "lsoc", unit_of_measurement="%"),
                entity("binary_sensor", "leafcar", "cable", payload_on="ON", payload_off="OFF"), entity("sensor", "box", "box_power", **watts),
                entity("sensor", "box", "box_status"),
                entity("number", "box", "box_limit", min=0, max=16, unit_of_measurement="A", command_topic="x/box/box_limit/set")):
            house.tell(topic, config, retain=True)
        self.line = Line(house.mqtt_ports[0]).come("garage", keep_alive=0)
        self.listener = Listener(house, ["x/box/box_limit/set"])
        self.say()

    def draws(self):
        return self.amps if self.plugged and self.amps >= 6 and self.soc < 100 else 0

    def say(self):
        power = self.draws() * WATTS_PER_AMP
        status = "Charging" if power else "Preparing" if self.plugged else "Available"
        for name, value in (("leafcar/lsoc", round(self.soc, 2)), ("leafcar/cable", "ON" if self.plugged else "OFF"), ("box/box_status", status),
                            ("box/box_limit", self.amps), ("box/box_power", power), ("meter/grid", 650 + power)):
            self.line.send(publish_packet(f"x/{name}", str(value).encode()))

    def obey(self):
        """Whether the box was told something new."""
        heard = self.listener.heard()
        fresh, self.seen = heard[self.seen:], len(heard)
        if fresh and not self.deaf:
            self.amps = float(fresh[-1][1])
            self.say()
            # Before the clock goes on: else it would look as if the box had taken its time.
            wait_until(lambda: self.house.value("box/box_power") == self.draws() * WATTS_PER_AMP, "the house hears what the box does")
        return bool(fresh)

    def live(self, seconds=STEP_S):
        """So much of the house's time passes."""
        self.soc = min(100, self.soc + 100 * self.draws() * WATTS_PER_AMP / 1000 * EFFICIENCY * seconds / HOUR_S / CAR_KWH)
        self.clock.pass_by(seconds)
        self.say()
        for _ in range(4):
            time.sleep(ANSWER_S)
            if not self.obey():
                break

    def until(self, moment, gone_by=lambda: False):
        """Lives on till then, or till something is so."""
        while self.clock.now < moment and not gone_by():
            self.live(min(STEP_S, (moment - self.clock.now).total_seconds()))

    def plug(self, plugged):
        self.plugged = plugged
        self.say()

    def wait_for(self, question, what):
        """Time stands still meanwhile; who is told something does it."""
        wait_until(lambda: self.obey() or question(), what, 30)


def in_words(found, *words):
    for word in words:
        check(re.search(word, found, re.I), f"the page says '{word}': {found}")
    check("undefined" not in found and "NaN" not in found, found)


def charges(house, hour_from, hour_until):
    """kWh that the newest plan charges between two hours of a day."""
    plan = house.plan()
    course = house.course("leaf", plan)
    bounds = [datetime.datetime.fromisoformat(one.replace("Z", "+00:00")).astimezone(ZONE) for one in plan["slots"] + [plan["until"]]]
    return sum(kw * (bounds[i + 1] - bounds[i]).total_seconds() / HOUR_S for i, kw in enumerate(course["kw"]) if hour_from <= bounds[i].hour < hour_until)


# ---- the story ----

def eighty_by_seven(house, garage, anna):
    wait_until(lambda: house.course("leaf"), "the car is planned", 40)
    seen = anna.do("look")
    check(not seen["goals"], f"nothing is wished yet: {seen}")
    said = anna.do("goal")
    in_words(" ".join(said["goals"]), "80% by 07:00", "anna", "reached")
    in_words(said["because"], "[Aa]nna set")
    check(isinstance(said["more"], int | float), f"with its price: {said}")
    check(charges(house, 2, 5) > 15, f"the night's cheap hours are planned: {house.course('leaf')}")
    check(house.course("leaf")["goals"][0]["state"] != "missed", f"{house.course('leaf')['goals']}")
    check(said["findings"] == [], f"{said['findings']}")


def an_hour_late(house, garage, anna):
    """Expected at six, there at seven."""
    garage.until(garage.clock.at(19))
    anna.do("look")
    before = house.plan()
    garage.plug(True)
    seen = anna.do("changed", "was plugged in")
    plan = house.new_plan(before, "leaf was plugged in")
    check(plan["changed"][0]["code"] == "PLUGGED_IN", f"{plan['changed']}")
    in_words(seen["because"], "Changed at .*19:0", "leaf was plugged in")
    in_words(seen["why"], r"02:00|cheaper|14")
    check(any(re.search("now", one) and re.search(r"costs €\d", one) for one in seen["rejected"]), f"what charging now would cost: {seen['rejected']}")
    check(house.value("plan-leaf/limit") == 0, "it waits")
    compared = house.foxtail("plan", "diff", str(before["version"]), str(plan["version"]))
    in_words(compared, f"Plan {plan['version']}", "leaf was plugged in", "stay")


def leaving_at_eight(house, anna):
    told = anna.do("eight")
    check(told["more"] < -0.2, f"seven to eight is the cheapest hour: {told}")
    in_words(told["words"], r"saves €\d")
    check(house.value("plan-leaf/goals") == "80 % by 07:00", f"nothing was set: {house.value('plan-leaf/goals')}")


def now_knowing_its_price(house, garage, anna):
    told = anna.do("now")
    check(told["more"] > 1, f"0.22 more for each of 19 kWh: {told}")
    in_words(told["words"], r"costs €\d\.\d\d more")
    garage.wait_for(lambda: garage.draws() >= 15, lambda: f"the box gives all: {garage.amps}")
    garage.until(garage.clock.now + datetime.timedelta(minutes=12))
    check(garage.soc > 38, f"it charges: {garage.soc}")
    in_words(anna.do("look")["car"], "Charges")
    anna.do("automatic")
    garage.wait_for(lambda: garage.draws() == 0, "thought better of: it waits for the night")


def the_night(house, garage):
    garage.until(garage.clock.at(1, 55), lambda: garage.draws() > 0)
    check(garage.draws() == 0 and garage.soc < 50, f"dear hours pass: {garage.soc} at {garage.clock.now}")
    garage.until(garage.clock.at(6, 55))
    check(garage.soc >= 79, f"ready by seven: {garage.soc}")
    command = next(record for record in house.records(kind="command", limit=200) if record.get("address") == "box/box_limit")
    chain = [record.get("address", record["kind"]) for record in house.get(f"/why/{command['seq']}")["chain"]]
    check("plan/plan" in chain, f"why the box was told: {chain}")


def a_day_away(garage):
    garage.until(garage.clock.at(8, 10))
    garage.plug(False)
    garage.soc = 40.0
    garage.until(garage.clock.at(17, 40))
    garage.plug(True)
    garage.until(garage.clock.at(0, 20))


def what_it_saved(house, anna):
    day = wait_until(lambda: next((one for one in (house.value("plan/savings") or {}).get("days", []) if one["day"] == "2026-03-04"), None),
                     lambda: f"the day is told: {house.value('plan/savings')}")
    check(day["saved"] > 1, f"the night instead of midnight, and none of it while it was dear: {day}")
    check(abs(day["would"] - day["paid"] - day["saved"]) < 0.011, f"it adds up: {day}")
    seen = anna.do("look")
    row = next(one for one in seen["savings"] if f"€{day['saved']:.2f}" in one)
    in_words(row, "leaf|Leaf", f"€{day['paid']:.2f}")
    check(seen["findings"] == [], f"{seen['findings']}")
    in_words(house.foxtail("plan", "savings"), "2026-03-04", f"{day['saved']:.2f} EUR")


def a_box_that_does_not_hear(house, garage, anna):
    garage.deaf = True
    anna.do("look")
    garage.until(garage.clock.at(5), lambda: (house.value("plan-leaf/limit") or 0) >= 6)
    check(garage.clock.now.hour < 5, f"the plan says charge: {garage.clock.now}")
    before = house.plan()
    garage.until(garage.clock.now + datetime.timedelta(minutes=3))
    house.is_value("plan-leaf/obeys", lambda obeys: obeys is False, "it is seen")
    in_words(anna.do("look")["car"], "does not do what the plan says")
    garage.until(garage.clock.at(5), lambda: any(told["code"] == "NOT_OBEYING" for told in house.plan()["changed"]))
    around = house.plan()
    course = house.course("leaf", around)
    check(around["version"] > before["version"] and course["code"][0] == "NOT_OBEYING" and course["kw"][0] == 0, f"planned as it is: {course}")
    said = next(one for one in around["inputs"]["said"] if one["device"] == "leaf")
    check(said["what"] == "measured" and said["kw"] == 0, f"on record as what it was made from: {said}")
    check(max(course["kw"]) > 6, f"and charged later: {course['kw']}")
    in_words(anna.do("changed", "does not do what it is told")["why"], "does not do what it is told")
    garage.deaf = False
    garage.until(garage.clock.at(5), lambda: garage.draws() > 0)
    check(garage.draws() > 0, f"it is tried again, and charges: {garage.clock.now}, {house.plan()['because']}")
    house.is_value("plan-leaf/obeys", lambda obeys: obeys is True, "and obeys")


def story(house, clock):
    house.configure()
    text = house.config.read_text().replace("{name: Test house}", "{name: Test house, time_zone: Europe/Berlin}")
    house.config.write_text(text + PLANNING)
    house.start()
    garage, anna = Garage(house, clock), None
    code = wait_until(lambda: re.findall(r"/#signup=(\S+)", house.log_text()), "the sign-up link")[-1]
    try:
        anna = Person(house, "anna", code.strip('"'), story="plan_story")
        for name, scene in (("80 % by seven", lambda: eighty_by_seven(house, garage, anna)), ("an hour late", lambda: an_hour_late(house, garage, anna)),
                            ("leaving at eight", lambda: leaving_at_eight(house, anna)), ("now, knowing its price", lambda: now_knowing_its_price(house, garage, anna)),
                            ("the night", lambda: the_night(house, garage)), ("a day away", lambda: a_day_away(garage)),
                            ("what it saved", lambda: what_it_saved(house, anna)), ("a box that does not hear", lambda: a_box_that_does_not_hear(house, garage, anna))):
            begun = time.monotonic()
            scene()
            print(f"ok    {name} ({time.monotonic() - begun:.1f} s)", flush=True)
        anna.leave()
    except Wrong as wrong:
        plan = house.plan() or {}
        raise Wrong(f"{wrong}\nat {clock.now}: {garage.soc} %, {garage.amps} A, {plan.get('version')}: {plan.get('because')}, {house.course('leaf')}") from wrong
    finally:
        if anna is not None:
            anna.clear()
        garage.listener.close()
    house.ends_well()


def main():
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    house = PlannedHouse(sys.argv[1], "plan-story")
    try:
        clock = Clock(house.folder)
        house.environment = {"LD_PRELOAD": sys.argv[2], "FOXTAIL_CLOCK_SHIFT_FILE": str(clock.path)}
        story(house, clock)
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"plan_story: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
