#!/usr/bin/env python3
"""plan_sun.py FOXTAIL: a roof that can be told how much it may give. It is held back where feeding in is paid for and where the connection
is too small, follows what the house takes, and is let go when nothing speaks against it; a roof that cannot be told is not counted on."""
import datetime
import json
import sys
import threading
import time
import traceback

from house import Listener, Wrong, check, wait_until
from plan_house import HOUR_S, MAPPING, PlannedHouse, entity

PLANNING = """
formats: {mapping: [map.yaml]}
planning:
  act: false
  grid: {power: meter/grid, export_kw: 17}
  sun: {power: roof/sun, peak_kw: 8, forecast: {format: list, address: sky/forecast}, limit: {address: roof/sun_limit, per_kw: 1000}, act: true}
  tariff: {buy: 0.3, sell: -0.05}
"""


class Roof:
    """8 kW at most, never more than it is told; beside it a house that takes something, and the meter."""

    def __init__(self, house):
        self.house, self.could, self.limit, self.takes = house, 5000, 8000, 650
        self.lock, self.ended, self.told = threading.RLock(), threading.Event(), []

    def come(self):
        watts = {"unit_of_measurement": "W", "device_class": "power"}
        for topic, config in (entity("sensor", "meter", "grid", **watts), entity("sensor", "roof", "sun", **watts),
                              entity("number", "roof", "sun_limit", min=0, max=8000, unit_of_measurement="W", command_topic="x/roof/sun_limit/set")):
            self.house.tell(topic, config, retain=True)
        begin = int(time.time()) // HOUR_S * HOUR_S
        sky = [{"from": datetime.datetime.fromtimestamp(begin + i * HOUR_S, datetime.timezone.utc).isoformat(), "value": 5} for i in range(48)]
        self.house.tell("sky/forecast", json.dumps(sky), retain=True)
        self.say()
        self.listener = Listener(self.house, ["x/roof/sun_limit/set"])
        threading.Thread(target=self.run, daemon=True).start()

    def say(self):
        with self.lock:
            sun = min(self.could, self.limit)
            for name, value in (("roof/sun_limit", self.limit), ("roof/sun", sun), ("meter/grid", self.takes - sun)):
                self.house.tell(f"x/{name}", str(value), retain=True)

    def is_now(self, could=None, takes=None):
        with self.lock:
            self.could, self.takes = could if could is not None else self.could, takes if takes is not None else self.takes
            self.say()

    def run(self):
        seen, last = 0, 0
        while not self.ended.wait(0.05):
            heard = self.listener.heard()
            for _, payload in heard[seen:]:
                self.told.append(float(payload))
                with self.lock:
                    self.limit = float(payload)
                    self.say()
            seen = len(heard)
            if time.monotonic() - last > 2:  # meters speak also when nothing changes
                last = time.monotonic()
                self.say()

    def end(self):
        self.ended.set()


def curtailed(house):
    plan = house.plan()
    return plan["curtailed"] if plan else None


def is_limited(roof, watts, what, deadline_s=30):
    wait_until(lambda: abs(roof.limit - watts) < 60, lambda: f"{what}: limit {watts} W; told {roof.told[-6:]}", deadline_s)


def changed(house, old, new):
    """The same house with another line in its configuration."""
    text = house.config.read_text()
    check(old in text, f"'{old}' is configured")
    house.config.write_text(text.replace(old, new))
    before = house.plan()["version"]
    house.hang_up()
    wait_until(lambda: house.plan()["version"] > before, "a new plan with it", 20)


def story(house, roof):
    wait_until(lambda: curtailed(house) and curtailed(house)[0] > 1, lambda: f"it is planned to be held back: {house.plan()}", 40)
    check(max(house.plan()["export"][:8]) < 0.01, "and nothing fed in, as that is paid for")
    is_limited(roof, 650, "no more than the house takes")
    house.is_value("plan/sun_limit", lambda kw: kw is not None and abs(kw - 0.65) < 0.06, "it is told")
    roof.is_now(takes=2400)
    is_limited(roof, 2400, "the house takes more")
    roof.is_now(takes=900)
    is_limited(roof, 900, "and less")
    command = next(record for record in house.records(kind="command", limit=100) if record.get("address") == "roof/sun_limit")
    check(house.get(f"/why/{command['seq']}")["chain"][1].get("address") == "plan/plan", "the plan is why")
    roof.is_now(could=100)
    is_limited(roof, 900, "as it was: there is no sun to speak of")
    roof.is_now(could=5000)

    changed(house, "sell: -0.05", "sell: 0.08")
    is_limited(roof, 8000, "feeding in is paid: all may come")
    house.is_value("plan/sun_limit", lambda kw: kw is None, "nothing is held back")
    changed(house, "export_kw: 17", "export_kw: 2")
    is_limited(roof, 2900, "2 kW may go out beside what the house takes")
    check(not any("connection" in one["what"] for one in house.plan()["mended"]), f"nothing is wrong with that: {house.plan()['mended']}")
    roof.is_now(could=700)
    is_limited(roof, 8000, "so little may come as it likes")
    roof.is_now(could=5000)
    is_limited(roof, 2900, "until it is much again")

    count = len(roof.told)
    changed(house, "act: true", "act: false")
    roof.limit = 8000
    roof.say()
    wait_until(lambda: any("more than the connection lets out" in one["what"] for one in house.plan()["mended"]), lambda: f"the plan says what it cannot do: {house.plan()['mended']}", 20)
    changed(house, "export_kw: 2", "export_kw: 17")
    changed(house, "sell: 0.08", "sell: -0.05")
    check(max(curtailed(house)) == 0 and house.plan()["export"][0] > 3, f"who cannot be told is not counted on: {house.plan()['export'][:4]}")
    check(len(roof.told) == count, f"and is told nothing: {roof.told[count:]}")


def main():
    house = PlannedHouse(sys.argv[1], "plan_sun")
    roof = Roof(house)
    try:
        house.configure()
        (house.folder / "map.yaml").write_text(MAPPING)
        house.config.write_text(house.config.read_text() + PLANNING)
        house.start()
        roof.come()
        story(house, roof)
        roof.end()
        house.ends_well()
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"plan_sun: {wrong}\n{house.log_text()[-3000:]}\ntold {roof.told[-20:]}", file=sys.stderr)
        return 1
    finally:
        roof.end()
        house.clear()
    print("ok    the sun is held back as planned, and let go")
    return 0


if __name__ == "__main__":
    sys.exit(main())
