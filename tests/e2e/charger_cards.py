#!/usr/bin/env python3
"""charger_cards.py FOXTAIL CLOCK: wallboxes that wait for a card, of 1.6 and of 2.0.1: the hub starts them for whom it may, and nobody
else; a card that is shown without a car leaves nothing behind. And a network that is away for ten hours in the middle of a transaction:
the session is whole, and each part of it costs what it cost then. CLOCK is shifted_clock.c as a library: those ten hours are over."""
import datetime
import struct
import sys
import time

import ocpp_charger
import wallbox
from house import SKIPPED, House, check, play, wait_until
from ocpp_charger import stations
from wallbox import Box, is_value, sessions

HOUR_S = 3600
AWAY_H = 10
HUBS_CARD = "HUBCARD"
TARIFF = """things:
  - id: tariff
    topic: tariff/now
    properties:
      price: {path: /price, type: number}
"""
CHARGING = f"""formats: {{mapping: [map.yaml]}}
charging:
  circuits:
    - {{name: main, limit: 63}}
  points:
    - {{name: old, thing: OLD-1, circuit: main, mode: 'off', start_as: {HUBS_CARD}, obeys_within: 6s}}
    - {{name: new, thing: NEW-1, circuit: main, mode: 'off', start_as: {HUBS_CARD}, obeys_within: 6s}}
  price: tariff/price
  delays: {{raise: 1s, start: 1s, stop: 3s, restart: 2s, turn: 20s}}
"""
LARGE = {"capacity_wh": 900_000, "soc": 5}
STARTS = {"OLD": "RemoteStartTransaction", "NEW": "RequestStartTransaction"}
WAITS_FOR_A_CABLE = {"OLD": "ConnectionTimeOut", "NEW": "TxCtrlr.EVConnectionTimeOut"}


def point_of(box):
    return f"charge-{box.name.lower()}"


def mode(house, box, word):
    answer = house.ask("PUT", f"/things/{point_of(box)}/properties/mode", word)
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")


def until(box, fits, what, deadline_s=40):
    wait_until(fits, lambda: f"{box.name}: {what}: {box.tick}", deadline_s)


def leaves(house, box):
    box.unplug()
    is_value(house, f"{point_of(box)}/session", lambda v: v == "", "the session ends")


def is_started_for_whom_it_may(house, box):
    box.plug(**LARGE)
    is_value(house, f"{box.name}-1/status", lambda v: v == "Preparing", "it waits")
    time.sleep(2)
    check(box.tick["amps"] == 0 and not box.was_asked(STARTS[box.name]), f"nobody asked for it: {box.tick} {box.asked[-3:]}")
    mode(house, box, "now")
    until(box, lambda: box.tick["amps"] == 16, "it is started, and charges")
    asked = str(box.was_asked(STARTS[box.name]))
    check(HUBS_CARD in asked, f"with the card that is configured: {asked}")
    is_value(house, f"{box.name}-1/id_tag", lambda v: v == HUBS_CARD, "as the box says")
    stopped = house.cli("act", f"{box.name}-1", "stop", "--wait")
    check(stopped.returncode == 0, f"foxtail act stop: {stopped}")
    is_value(house, f"{box.name}-1/status", lambda v: v == "Finishing", "stopped, the car is still there")
    until(box, lambda: box.tick["amps"] == 0, "and takes nothing")
    leaves(house, box)


def is_not_started_by_strangers(house, box):
    mode(house, box, "now")
    count = len(sessions(house))
    box.plug(card="STRANGER", **LARGE)
    until(box, lambda: box.tick["status"] == "Finishing", "the hub does not know that card")
    until(box, lambda: box.tick["amps"] == 0, "and gives it nothing")
    mode(house, box, "off")
    leaves(house, box)
    told = wait_until(lambda: sessions(house) if len(sessions(house)) > count else None, "there was a car", 40)
    check(told, "its session")


def a_card_without_a_car_leaves_nothing_behind(house, boxes):
    count = len(sessions(house))
    for box in boxes:
        done = house.cli("act", f"{box.name}-1", "write_setting", f"{WAITS_FOR_A_CABLE[box.name]}=4", "--wait")
        check(done.returncode == 0, f"foxtail act write_setting: {done}")
        box.show("OURS")
    for box in boxes:
        is_value(house, f"{box.name}-1/status", lambda v: v == "Preparing", "somebody may come")
    for box in boxes:
        is_value(house, f"{box.name}-1/status", lambda v: v == "Available", "nobody came")
        is_value(house, f"{point_of(box)}/session", lambda v: v == "", "nothing goes on")
    time.sleep(1)
    check(len(sessions(house)) == count, f"nothing of it is history: {sessions(house)}")


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Shift:
    """By how much the hub's clock goes after ours."""

    def __init__(self, house, clock):
        self.file = house.folder / "shift"
        house.environment = {"LD_PRELOAD": clock, "FOXTAIL_CLOCK_SHIFT_FILE": str(self.file)}

    def hours(self, hours):
        with open(self.file, "r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("=q", round(hours * HOUR_S * 1e6)))


def costs(house, price):
    house.tell("tariff/now", {"price": price})
    is_value(house, "tariff/price", lambda v: v == price, "the price")


def ten_hours_without_a_network(house, boxes, shift):
    costs(house, 0.4)
    begun = time.time() - AWAY_H * HOUR_S
    registers = {box.name: [box.tick["register"]] for box in boxes}
    for box in boxes:
        box.plug(card="OURS", **LARGE)
        mode(house, box, "now")
        until(box, lambda b=box: b.tick["register"] > registers[b.name][0] + 2000, "it charges", 60)
    for box in boxes:
        box.faults("offline", f"clock=-{AWAY_H * HOUR_S}")
        until(box, lambda b=box: not b.tick["online"], "it is away", 20)
        registers[box.name].append(box.tick["register"])
    shift.hours(-AWAY_H / 2)
    costs(house, 0.1)
    shift.hours(0)
    for box in boxes:
        box.faults("offline", alone_h=AWAY_H)
        until(box, lambda b=box: b.tick["queued"] > 30, "hours of readings wait")
        registers[box.name].append(box.tick["register"])
    for box in boxes:
        box.faults()
        until(box, lambda b=box: b.tick["online"] and b.tick["queued"] < 4, "all of it was told", 60)
        check(house.value(f"{point_of(box)}/session"), "it is one session")
        box.unplug()
    told = wait_until(lambda: (lambda late: late if len(late) == 2 else None)([one for one in sessions(house) if one["energy_wh"] > 20_000]),
                      lambda: f"two sessions: {sessions(house)}", 60)
    for box in boxes:
        one = next(one for one in told if one["point"] == box.name.lower())
        first, left, came, last = *registers[box.name], box.tick["register"]
        energy = last - first
        check(abs(one["energy_wh"] - energy) <= 0.005 * energy, f"{box.name}: {one['energy_wh']} Wh told, {energy:.0f} by the register")
        check(not one["estimated"], f"as the register says: {one}")
        check(abs(moment(one["from"]) - begun) < 120 and abs(moment(one["until"]) - time.time()) < 60, f"from then until now: {one}")
        # In the second half of the hours alone it took what it falls back to, all the time.
        cheap = 3 * wallbox.VOLTS * 6 * AWAY_H / 2 + last - came
        cost = (0.4 * (energy - cheap) + 0.1 * cheap) / 1000
        check(came - left > cheap and abs(one["cost"] - cost) < 0.03 * cost, f"{box.name}: {one['cost']} for {one['energy_wh']} Wh, and not {cost:.2f}")


def story(binary, clock):
    house, boxes = House(binary, "charger_cards"), []
    shift = Shift(house, clock)
    shift.hours(-AWAY_H)
    try:
        ocpp_charger.configure(house, "  tags: [OURS]\n" + stations(house, "OLD", "NEW"))
        (house.folder / "map.yaml").write_text(TARIFF)
        house.config.write_text(house.config.read_text() + CHARGING)
        port = ocpp_charger.start(house)
        then = [f"clock=-{AWAY_H * HOUR_S}"]
        boxes += [Box(port, "OLD", follows_s=1, faults=then, alone_s=900), Box(port, "NEW", follows_s=1, faults=then, alone_s=900, protocol="ocpp2.0.1")]
        for box in boxes:
            until(box, lambda b=box: b.tick.get("limit") == 0, "a free point waits")
            is_started_for_whom_it_may(house, box)
            is_not_started_by_strangers(house, box)
        a_card_without_a_car_leaves_nothing_behind(house, boxes)
        ten_hours_without_a_network(house, boxes, shift)
        for box in boxes:
            check(box.invalid == [], f"{box.name}: {box.invalid}")
        house.ends_well()
    finally:
        for box in boxes:
            box.end()
        house.clear()


if __name__ == "__main__":
    if not wallbox.installed():
        print("skipped, ocpp-rpc is not installed")
        sys.exit(SKIPPED)
    sys.exit(play(story, __doc__, "boxes charge for whom they may, and ten hours without a network lose nothing"))
