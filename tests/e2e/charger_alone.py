#!/usr/bin/env python3
"""charger_alone.py FOXTAIL: two wallboxes on one fuse, one of 2.0.1 and one of 1.6, while the hub is dead (kill -9) in the middle of a
transaction, until their limits have ended. By their own meters the fuse holds, also when a car comes to the second box meanwhile; what
they fall back to is what the hub left with them. Once it is back, both sessions are whole. The boxes are npm's `ocpp-rpc` with physics
(demo/wallbox); so that nobody waits for the minutes of a lease, their clocks are put forward."""
import sys
import time

import ocpp_charger
import wallbox
from house import SKIPPED, House, check, play, wait_until
from ocpp_charger import stations
from wallbox import METER, Box, Meter, is_value, sessions

FUSE_A = 20
FALLBACK_A = 6
LEASE_S = 120       # the shortest there is; a limit below FALLBACK_A holds for twice as long
FOLLOWS_S = 1
PACE = 15           # more than that a box cannot have given between two readings of those that it keeps
CHARGING = """formats: {mapping: [map.yaml]}
charging:
  circuits:
    - {name: main, limit: %d, meter: house-meter, safe: 6}
  points:
    - {name: left, thing: LEFT-1, circuit: main, obeys_within: 6s}
    - {name: right, thing: RIGHT-1, circuit: main, obeys_within: 6s}
  delays: {raise: 2s, start: 2s, stop: 3s, restart: 4s, turn: 20s}
""" % FUSE_A
LARGE = {"capacity_wh": 900_000, "soc": 5}


def now_at(house, point):
    answer = house.ask("PUT", f"/things/charge-{point}/properties/mode", "now")
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")


def until_boxes(boxes, fits, what, deadline_s=40):
    wait_until(fits, lambda: f"{what}: {[box.tick for box in boxes]}", deadline_s)


def clocks(boxes, ahead_s):
    """As if so much time had passed; and the boxes have followed what that changes."""
    for box in boxes:
        box.faults(f"clock={ahead_s}")
    time.sleep(FOLLOWS_S + 1)


def alone(house, boxes, meter):
    left, right = boxes
    house.kill()
    meter.over_longest = meter.highest = 0.0
    until_boxes(boxes, lambda: not left.tick["online"] and not right.tick["online"], "they notice", 20)
    before = left.tick["register"]
    right.plug(card="B", **LARGE)
    until_boxes(boxes, lambda: left.tick["register"] > before + 100, "the first charges on")
    check(left.tick["amps"] == 16 and right.tick["amps"] == 0, f"the second has nothing yet: {[box.tick for box in boxes]}")
    fell, rose = None, None
    for ahead_s in range(0, 2 * LEASE_S + 120, 15):
        clocks(boxes, ahead_s)
        fell = fell or (ahead_s if left.tick["amps"] == FALLBACK_A else None)
        rose = rose or (ahead_s if right.tick["amps"] == FALLBACK_A else None)
        check(left.tick["amps"] + right.tick["amps"] + meter.base <= FUSE_A, f"{ahead_s} s later: {[box.tick for box in boxes]}")
    check(fell is not None and rose is not None, f"both fall back: {[box.tick for box in boxes]}")
    check(fell < rose, f"the first had come down ({fell} s) before the second began ({rose} s)")
    check(meter.over_longest == 0, f"over the fuse for {meter.over_longest:.1f} s, {meter.highest:.1f} A")
    clocks(boxes, 0)  # it was all in one go: the hub knows no other time than now


def back(house, boxes, meter, begun):
    left, right = boxes
    house.start()
    until_boxes(boxes, lambda: left.tick["online"] and right.tick["online"] and left.tick["queued"] + right.tick["queued"] < 4,
                "they tell what was", 60)
    for point in ("left", "right"):
        is_value(house, f"charge-{point}/session", lambda v: v, "a session")
    wait_until(lambda: left.was_asked("GetTransactionStatus"), "the newer one is asked whether its transaction goes on", 60)
    now_at(house, "right")
    until_boxes(boxes, lambda: left.tick["amps"] == 9 and right.tick["amps"] == 9, "they share the fuse again", 60)
    for box in boxes:
        box.unplug()
    told = wait_until(lambda: (lambda all_told: all_told if len(all_told) == 2 else None)({one["point"]: one for one in sessions(house)}),
                      lambda: f"two sessions: {sessions(house)}", 60)
    for box, first in zip(boxes, begun):
        one, energy = told[box.name.lower()], box.tick["register"] - first
        check(abs(one["energy_wh"] - energy) <= 0.005 * energy, f"{box.name}: {one['energy_wh']} Wh told, {energy:.0f} by the register")
        check(not one["estimated"], f"as the register says: {one}")
    check(meter.over_longest <= 6, f"over the fuse for {meter.over_longest:.1f} s")
    for box in boxes:
        check(box.invalid == [], f"{box.name}: {box.invalid}")


def story(binary):
    house, boxes, meter = House(binary, "charger_alone"), [], None
    try:
        ocpp_charger.configure(house, stations(house, "LEFT", "RIGHT", more=f", fallback: {FALLBACK_A}, lease: {LEASE_S}s"))
        (house.folder / "map.yaml").write_text("things:" + METER)
        text = house.config.read_text() + CHARGING
        house.config.write_text(text)
        port = ocpp_charger.start(house)
        house.config.write_text(text.replace("{listen: '127.0.0.1:0'}]\n  stations", f"{{listen: '127.0.0.1:{port}'}}]\n  stations"))
        boxes += [Box(port, "LEFT", PACE, FOLLOWS_S, protocol="ocpp2.0.1"), Box(port, "RIGHT", PACE, FOLLOWS_S)]
        meter = Meter(house, boxes, FUSE_A, cars=False)
        until_boxes(boxes, lambda: all(box.tick.get("limit") == 0 for box in boxes), "free points are told to wait")
        time.sleep(FOLLOWS_S + 1)
        begun = [box.tick["register"] for box in boxes]
        boxes[0].plug(card="A", **LARGE)
        now_at(house, "left")
        until_boxes(boxes, lambda: boxes[0].tick["amps"] == 16 and boxes[0].tick["register"] > begun[0] + 200, "one car alone takes all it can")
        alone(house, boxes, meter)
        back(house, boxes, meter, begun)
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
    sys.exit(play(story, __doc__, "the fuse holds while the hub is away, and no session is lost"))
