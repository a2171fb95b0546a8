#!/usr/bin/env python3
"""charger_faults.py FOXTAIL: what wallboxes and cars in the field do wrong, one after the other, on one fuse: a phase is lost, a car
waits, a box refuses its limit, draws more than it was told, has a wrong clock, or was without a network for hours. The house
shows it, works with what is left, holds the fuse, and the sessions are right. The boxes are npm's `ocpp-rpc` with physics
(demo/wallbox), of 1.6 and of 2.0.1."""
import concurrent.futures
import datetime
import sys
import time

import ocpp_charger
import wallbox
from house import SKIPPED, House, check, play, wait_until
from ocpp_charger import stations
from wallbox import METER, Box, Meter, is_value, sessions

FUSE_A = 20
FOLLOWS_S = 2
PACE = 20           # what flows while a clock is found out is heard in one step, and must be no more than a box can have given
OVER_S_MAX = 8      # the box's own delay, the meter's quarter second, a second look, and a machine with other work

CHARGING = """formats: {mapping: [map.yaml]}
charging:
  circuits:
    - {name: main, limit: %d, meter: house-meter, safe: 6}
  points:
    - {name: left, thing: LEFT-1, circuit: main, obeys_within: 6s}
    - {name: right, thing: RIGHT-1, circuit: main, obeys_within: 6s}
    - {name: yard, thing: YARD-1, circuit: main, obeys_within: 6s}
    - {name: field, thing: FIELD-1, circuit: main, obeys_within: 6s}
  delays: {raise: 2s, start: 2s, stop: 3s, restart: 4s, turn: 20s}
""" % FUSE_A
LARGE = {"capacity_wh": 900_000, "soc": 5}  # never full in a test


def now_at(house, point):
    answer = house.ask("PUT", f"/things/charge-{point}/properties/mode", "now")
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")


def until_boxes(boxes, fits, what, deadline_s=40):
    wait_until(fits, lambda: f"{what}: {[box.tick for box in boxes]}", deadline_s)


def a_lost_phase_is_seen_and_its_current_used_by_another(house, meter, left, right):
    left.plug(card="A", **LARGE)
    now_at(house, "left")
    until_boxes([left], lambda: left.tick["phases"] == [16, 16, 16], "one car alone takes all it can")
    is_value(house, "charge-left/phases_seen", lambda v: v == 3, "three phases carry current")
    left.faults("phase-loss=2")
    is_value(house, "charge-left/phases_seen", lambda v: v == 2, "one was lost", 100)
    check(house.value("charge-left/obeyed") == "yes", "it takes no more than it may")
    right.plug(card="B", phases=[2], **LARGE)
    now_at(house, "right")
    until_boxes([left, right], lambda: left.tick["phases"] == [16, 0, 16] and right.tick["phases"] == [0, 16, 0],
                "both take all they can, on different phases", 60)
    check(meter.over_longest == 0, f"over the fuse for {meter.over_longest:.1f} s")
    left.faults()  # 16 + 16 + 2 A on a fuse of 20
    is_value(house, "charge-left/phases_seen", lambda v: v == 3, "it is back")
    until_boxes([left, right], lambda: left.tick["phases"][1] + right.tick["phases"][1] + meter.base <= FUSE_A, "they share the phase again")
    right.unplug()
    is_value(house, "charge-right/session", lambda v: v == "", "the session ends")


def a_car_that_waits_leaves_its_share_to_the_other(house, left, right):
    right.plug(card="B", **LARGE)
    now_at(house, "right")
    until_boxes([left, right], lambda: left.tick["amps"] == 9 and right.tick["amps"] == 9, "they share")
    right.faults("suspended-ev")
    is_value(house, "RIGHT-1/status", lambda v: v == "SuspendedEV", "the car takes nothing")
    until_boxes([left], lambda: left.tick["amps"] >= 12, "the other takes its share", 60)
    right.faults()
    until_boxes([left, right], lambda: left.tick["amps"] == 9 and right.tick["amps"] == 9, "they share when it wakes", 60)


def a_refused_limit_is_shown_and_not_counted_as_obeyed(house, meter, left, right):
    right.faults("refuse")
    meter.base = 7.0
    is_value(house, "charge-right/obeyed", lambda v: v == "refused", "it is shown")
    until_boxes([left, right], lambda: meter.base + left.tick["amps"] + right.tick["amps"] <= FUSE_A, "the other gives way")
    check(right.tick["amps"] == 9, f"what was refused is not done: {right.tick}")
    check(house.value("RIGHT-1/limit") == 9, f"and not shown as done: {house.reading('RIGHT-1/limit')}")
    ended = house.records(kind="command_ended", limit=1000)
    check(any("Rejected" in str(one) for one in ended), f"the refusal stands on record: {ended[-5:]}")
    right.faults()
    is_value(house, "charge-right/obeyed", lambda v: v == "yes", "it obeys again", 100)
    until_boxes([left, right], lambda: left.tick["amps"] >= 6 and right.tick["amps"] <= 7, "and they share what is left", 40)
    meter.base = 2.0
    until_boxes([left, right], lambda: left.tick["amps"] == 9 and right.tick["amps"] == 9, "the oven is off")


def a_box_that_lies_is_shown_and_the_fuse_holds(house, meter, left, right):
    right.faults("lie=1.4")
    is_value(house, "charge-right/obeyed", lambda v: v == "draws_more", "it is shown", 60)
    until_boxes([left, right], lambda: meter.base + left.tick["amps"] + right.tick["amps"] <= FUSE_A and left.tick["amps"] > 0,
                "the others give way")
    meter.base = 6.0
    time.sleep(OVER_S_MAX)
    until_boxes([left, right], lambda: meter.base + left.tick["amps"] + right.tick["amps"] <= FUSE_A, "and also when less is left")
    right.faults()
    meter.base = 2.0
    is_value(house, "charge-right/obeyed", lambda v: v == "yes", "it does as it is told again", 60)


def sessions_of(house, box):
    return [one for one in sessions(house) if one["point"] == box.name.lower()]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def comes_again_with(box, *faults):
    box.faults("offline")
    until_boxes([box], lambda: not box.tick["online"], "it is away", 20)
    box.faults(*faults)
    until_boxes([box], lambda: box.tick["online"], "it comes again")


def a_wrong_clock_changes_no_time_and_no_energy(house, box, off_s, phase):
    comes_again_with(box, f"clock={off_s}")
    begun, begin = box.tick["register"], time.time()
    box.plug(card="B", phases=[phase], **LARGE)
    now_at(house, box.name.lower())
    until_boxes([box], lambda: box.tick["register"] > begun + 100, f"it charges with a clock that is {off_s} s off", 90)
    until_boxes([box], lambda: box.tick["limit"] == 16, "limits reach it, once it is known what time it takes it for", 100)
    until_boxes([box], lambda: box.tick["register"] > begun + 500, "and it goes on")
    for name in ("energy", "current_l1"):
        wait_until(lambda n=name: abs(moment(house.reading(f"{box.name}-1/{n}")["time"]) - time.time()) < 30,
                   lambda n=name: f"a reading of now is shown as one of now: {house.reading(f'{box.name}-1/{n}')}")
    box.unplug()
    end = time.time()
    ended = wait_until(lambda: [one for one in sessions_of(house, box) if moment(one["until"]) > begin] or None, lambda: f"the session's end: {sessions(house)}", 60)
    told, energy = ended[-1], box.tick["register"] - begun
    check(abs(told["energy_wh"] - energy) <= max(0.005 * energy, 2), f"{told['energy_wh']} Wh told, {energy:.0f} by the register")
    # Half a minute is needed to tell a clock that is behind from what is late.
    check(abs(moment(told["from"]) - begin) < 60 and abs(moment(told["until"]) - end) < 15, f"from {begin} to {end}: {told}")


def hours_without_a_network_lose_no_session(house, port, boxes, name, protocol, start):
    """As most boxes do it: what waited are transactions and readings, a quarter of an hour apart; of its states the box tells the
    present one alone, and first. One car came and went meanwhile, another one is there."""
    yard = Box(port, name, protocol=protocol, follows_s=FOLLOWS_S, faults=["offline", "live-status"], alone_s=900)
    boxes.append(yard)
    until_boxes([yard], lambda: yard.tick["register"] > 0, "the box lives")
    now, start = time.time(), yard.tick["register"]
    yard.plug(card="B", hours_ago=8, gone_hours_ago=5.5, capacity_wh=100_000, soc=10)
    until_boxes([yard], lambda: yard.tick["register"] > start + 10_000, "the first car charges")
    begun = yard.tick["register"]
    yard.plug(card="C", hours_ago=3, capacity_wh=100_000, soc=10)
    until_boxes([yard], lambda: yard.tick.get("queued", 0) > 20, "hours of readings wait")
    alone = yard.tick["register"] - begun
    check(alone > 20_000, f"the second charged meanwhile: {alone} Wh")
    check(start not in yard.sent, f"and nobody knows: {yard.sent}")
    yard.faults("live-status")
    until_boxes([yard], lambda: yard.tick["online"] and yard.tick["queued"] < 3, "all of it was told", 60)
    is_value(house, f"charge-{name.lower()}/session", lambda v: v, "a session")
    is_value(house, f"{name}-1/energy", lambda v: v >= begun + alone - 1, "the register")
    yard.unplug()
    told = wait_until(lambda: (lambda all_told: all_told if len(all_told) == 2 else None)(sessions_of(house, yard)),
                      lambda: f"two sessions: {sessions(house)}", 60)
    told.sort(key=lambda one: one["from"])
    for one, energy, begin, end in ((told[0], begun - start, now - 8 * 3600, now - 5.5 * 3600),
                                    (told[1], yard.tick["register"] - begun, now - 3 * 3600, time.time())):
        check(abs(one["energy_wh"] - energy) <= 0.005 * energy, f"{one['energy_wh']} Wh told, {energy:.0f} by the register")
        check(not one["estimated"], f"as the register says: {one}")
        check(abs(moment(one["from"]) - begin) < 90 and abs(moment(one["until"]) - end) < 60, f"from {begin} to {end}: {one}")


def a_box_that_nobody_knows_waits_and_keeps_the_key_it_is_given(house, port, boxes):
    fresh = Box(port, "FRESH", password="")
    boxes.append(fresh)
    wait_until(lambda: "FRESH" in house.cli("chargers").stdout, "it waits")
    check(not fresh.tick["online"] and "FRESH-1" not in house.things(), "and is nothing yet")
    done = house.cli("chargers", "accept", "FRESH")
    check(done.returncode == 0, f"foxtail chargers accept: {done}")
    until_boxes([fresh], lambda: fresh.tick["online"], "it is served")
    comes_again_with(fresh)
    wait_until(lambda: "FRESH-1" in house.things(), "it is a thing")


def side_by_side(*scenes):
    """Those that say nothing of each other, each as [what, *with]; what one of them finds wrong is told."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(*scene) for scene in scenes]:
            done.result()


def story(binary):
    house, boxes, meter = House(binary, "charger_faults"), [], None
    try:
        ocpp_charger.configure(house, stations(house, "LEFT", "RIGHT", "YARD", "FIELD"))
        (house.folder / "map.yaml").write_text("things:" + METER)
        house.config.write_text(house.config.read_text() + CHARGING)
        port = ocpp_charger.start(house)
        left, right = Box(port, "LEFT", PACE, FOLLOWS_S), Box(port, "RIGHT", PACE, FOLLOWS_S, protocol="ocpp2.0.1")
        boxes += [left, right]
        meter = Meter(house, boxes, FUSE_A, cars=False)
        until_boxes(boxes, lambda: all(box.tick.get("limit") == 0 for box in boxes), "free points are told to wait")
        a_lost_phase_is_seen_and_its_current_used_by_another(house, meter, left, right)
        a_car_that_waits_leaves_its_share_to_the_other(house, left, right)
        a_refused_limit_is_shown_and_not_counted_as_obeyed(house, meter, left, right)
        a_box_that_lies_is_shown_and_the_fuse_holds(house, meter, left, right)
        for box in (left, right):
            box.unplug()
        for point in ("left", "right"):
            is_value(house, f"charge-{point}/session", lambda v: v == "", "the session ends")
        side_by_side([a_wrong_clock_changes_no_time_and_no_energy, house, left, 3600, 1],
                     [a_wrong_clock_changes_no_time_and_no_energy, house, right, -3600, 2])
        for box in (left, right):
            comes_again_with(box)
        side_by_side([hours_without_a_network_lose_no_session, house, port, boxes, "YARD", "ocpp1.6", "StartTransaction"],
                     [hours_without_a_network_lose_no_session, house, port, boxes, "FIELD", "ocpp2.0.1", "Started"])
        a_box_that_nobody_knows_waits_and_keeps_the_key_it_is_given(house, port, boxes)
        check(meter.over_longest <= OVER_S_MAX, f"over the fuse for {meter.over_longest:.1f} s")
        for box in boxes:
            check(box.invalid == [], f"{box.name}: {box.invalid}")
        meter.quiet.set()
        check(house.stop() == 0, house.log_text())
        check("bugs found" not in house.log_text(), house.log_text())
        print(f"ok    at most {meter.highest:.1f} A on a fuse of {FUSE_A} A, over it for {meter.over_longest:.1f} s at a time")
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
    sys.exit(play(story, __doc__, "what is wrong with a charger is shown, and harms neither the fuse nor the sessions"))
