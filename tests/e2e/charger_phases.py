#!/usr/bin/env python3
"""charger_phases.py FOXTAIL: two wallboxes that can charge on one phase or on three, an older one (1.6) that must be without current to
switch and a newer one (2.0.1) that switches by itself. They follow the sun: little of it goes into one phase, much into three,
clouds change nothing, and each change has its pause. The boxes are npm's `ocpp-rpc` with physics (demo/wallbox)."""
import sys
import time

import ocpp_charger
import wallbox
from house import SKIPPED, House, check, play, wait_until
from ocpp_charger import stations
from wallbox import METER, Box, Meter, is_value, sessions

FUSE_A = 40
BASE_A = 2
CHARGING = """formats: {mapping: [map.yaml]}
charging:
  circuits:
    - {name: main, limit: %d, meter: house-meter, safe: 6}
  points:
    - {name: old, thing: OLD-1, circuit: main, obeys_within: 6s, mode: sun, switches_phases: true}
    - {name: new, thing: NEW-1, circuit: main, obeys_within: 6s, mode: sun, switches_phases: true}
  sun: {grid: house-meter/power}
  delays: {raise: 1s, start: 2s, stop: 4s, restart: 2s, switch_phases: 3s, switch_again: 15s}
""" % FUSE_A
LARGE = {"capacity_wh": 900_000, "soc": 5}


def shines(meter, watts):
    """So much more than the house takes."""
    meter.sun_w = 3 * BASE_A * wallbox.VOLTS + watts


def switched(box):
    """Each time that it was told another number of phases than before: three, where none was said."""
    out, before = [], 3
    for asked in box.was_asked("SetChargingProfile"):
        profile = asked.get("csChargingProfiles") or asked["chargingProfile"]
        schedule = profile["chargingSchedule"]
        period = (schedule if isinstance(schedule, dict) else schedule[0])["chargingSchedulePeriod"][0]
        phases = period.get("numberPhases", 3)
        if phases != before:
            out.append(phases)
        before = phases
    return out


def carries(box, low, high, phases):
    amps = box.tick["phases"]
    on = sum(1 for one in amps if one > 0)
    return on == phases and low <= box.tick["amps"] <= high


def follows(box, low, high, phases, what, deadline_s=60):
    wait_until(lambda: carries(box, low, high, phases), lambda: f"{box.name}: {what}: {box.tick}", deadline_s)


def become(boxes, low, high, phases, what, told, deadline_s=90):
    for box in boxes:
        follows(box, low, high, phases, what, deadline_s)
        check(switched(box) == told, f"{box.name} was switched {switched(box)} and not {told}")


def seen(house, boxes, phases):
    for box in boxes:
        is_value(house, f"charge-{box.name.lower()}/phases_seen", lambda v: v == phases, f"{phases} carry current")


def both_follow_the_sun(house, meter, boxes):
    """Each has half of it."""
    shines(meter, 0)
    for box in boxes:
        box.plug(card="A", **LARGE)
        is_value(house, f"charge-{box.name.lower()}/session", lambda v: v, "a session")
    shines(meter, 2 * 2000)
    become(boxes, 7, 9, 1, "2 kW go into one phase, 8.7 A of it", [1])
    seen(house, boxes, 1)
    shines(meter, 2 * 8000)
    become(boxes, 10, 12, 3, "8 kW go into three, 11.6 A each", [1, 3])
    seen(house, boxes, 3)
    # Clouds for a second or two: no reason to switch.
    for watts in (2000, 8000, 4000, 8000):
        shines(meter, 2 * watts)
        time.sleep(1.5)
    become(boxes, 10, 12, 3, "the sun is back, and nothing flaps", [1, 3])
    shines(meter, 2 * 2000)
    become(boxes, 7, 9, 1, "the sun goes down: one phase again", [1, 3, 1])
    for box in boxes:
        now = house.ask("PUT", f"/things/charge-{box.name.lower()}/properties/mode", "now")
        check(now.status in (200, 202, 204), f"PUT: {now.status} {now.body!r}")
    become(boxes, 16, 16, 3, "charged now, on all phases", [1, 3, 1, 3])


def sessions_are_whole(house, boxes, begun):
    for box in boxes:
        box.unplug()
    told = wait_until(lambda: (lambda all_told: all_told if len(all_told) == 2 else None)({one["point"]: one for one in sessions(house)}),
                      lambda: f"two sessions: {sessions(house)}", 60)
    for box, first in zip(boxes, begun):
        one, energy = told[box.name.lower()], box.tick["register"] - first
        check(abs(one["energy_wh"] - energy) <= 0.005 * energy, f"{box.name}: {one['energy_wh']} Wh told, {energy:.0f} by the register")
        check(box.invalid == [], f"{box.name}: {box.invalid}")


def story(binary):
    house, boxes, meter = House(binary, "charger_phases"), [], None
    try:
        ocpp_charger.configure(house, stations(house, "OLD", "NEW"))
        (house.folder / "map.yaml").write_text("things:" + METER)
        house.config.write_text(house.config.read_text() + CHARGING)
        port = ocpp_charger.start(house)
        boxes += [Box(port, "OLD", follows_s=1, switches="idle"), Box(port, "NEW", follows_s=1, switches="live", protocol="ocpp2.0.1")]
        meter = Meter(house, boxes, FUSE_A, cars=False)
        meter.base = BASE_A
        wait_until(lambda: all(box.tick.get("limit") == 0 for box in boxes), lambda: f"free points wait: {[box.tick for box in boxes]}", 40)
        begun = [box.tick["register"] for box in boxes]
        both_follow_the_sun(house, meter, boxes)
        sessions_are_whole(house, boxes, begun)
        meter.quiet.set()
        house.ends_well()
    finally:
        if meter is not None:
            meter.quiet.set()
        for box in boxes:
            box.end()
        house.clear()


if __name__ == "__main__":
    if not wallbox.installed():
        print("skipped, ocpp-rpc is not installed")
        sys.exit(SKIPPED)
    sys.exit(play(story, __doc__, "little sun goes into one phase, much into three"))
