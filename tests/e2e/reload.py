#!/usr/bin/env python3
"""reload.py FOXTAIL: chargers, cars, charging points and mappings are changed while a car charges: HUP takes the change up without
a restart, or each mistake is told with its place and what was stays. The charger is npm's `ocpp-rpc` in strict mode."""
import csv
import io
import json
import re
import shutil
import sys
import time

import ocpp_charger
from house import SKIPPED, House, check, play, wait_until
from ocpp_charger import PASSWORD, Charger, now, stations

SOC = "Powertrain.TractionBattery.StateOfCharge.Displayed"
HOURS_AGO = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 7200))

ZOE = """
  - id: zoe
    kind: vehicle
    topic: bridge/zoe
    properties:
      %s: {path: /soc, time: /at, max_age: 1h}
""" % SOC
TARIFF = """
  - id: tariff
    topic: tariff
    properties: {price: {path: /price, type: number}, co2: {path: /co2, type: number}}
"""
ROOMS = """
  - id: room-{1}
    properties:
      warmth: {topic: rooms/+/warmth, type: number, unit: Cel}
"""
WARMTH_IN_F = ROOMS.replace("unit: Cel", "unit: Cel, scale: 2")


class Files:
    """The configuration as it is written just now."""

    def __init__(self, house):
        self.house = house
        ocpp_charger.configure(house, stations(house, "LEFT"))
        self.base = house.config.read_text()
        self.right = stations(house, "RIGHT").split("\n", 1)[1]

    def write(self, limit=20, points=("left",), cars=("white",), things=ZOE, right=False, tags="", more=""):
        (self.house.folder / "map.yaml").write_text("things:" + TARIFF + things)
        charging = f"charging:\n  circuits: [{{name: main, limit: {limit}, safe: 6}}]\n  points:\n" + "".join(
            f"    - {{name: {one}, thing: {one.upper()}-1, circuit: main}}\n" for one in points)
        charging += "  price: tariff/price\n  co2: tariff/co2\n  delays: {raise: 1s, start: 1s, stop: 1s, restart: 1s, turn: 20s}\n" if points else ""
        joined = "".join(f"  {one}: {{title: The {one} one, sources: [{{thing: zoe}}]}}\n" for one in cars)
        self.house.config.write_text(
            self.base + (self.right if right else "") + tags + "formats: {mapping: [map.yaml]}\n" +
            (charging if points else "") + ("cars:\n" + joined if cars else "") + more)

    def take(self):
        """HUP; gives what the log says from then on, once it has been taken or refused."""
        begin = len(self.house.log_text())
        self.house.hang_up()
        return wait_until(lambda: (text := self.house.log_text()[begin:]) if "configuration" in self.house.log_text()[begin:] else None, "an answer to HUP")

    def taken(self, **how):
        self.write(**how)
        text = self.take()
        check("configuration taken" in text and "not taken" not in text and "restart" not in text, f"not taken:\n{text}")


def is_value(house, address, wanted):
    wait_until(lambda: house.value(address) == wanted, lambda: f"{address} = {wanted!r}: {house.reading(address)}")


def limited_to(box, ampere):
    box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["stackLevel"] == 1 and
              p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == ampere)


def comes(port, name):
    box = Charger(f"ws://127.0.0.1:{port}/ocpp", name, password=PASSWORD)
    return box, box.connected()


def at_once(house, point):
    answer = house.ask("PUT", f"/things/charge-{point}/properties/mode", "now")
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")


def charges(box):
    box.call("BootNotification", {"chargePointVendor": "Peer", "chargePointModel": "Box"})
    box.asked("TriggerMessage")
    box.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": now()})
    box.call("StartTransaction", {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": now()})


def meters(house, box, register):
    box.call("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [{"value": str(register), "unit": "Wh"}]}]})
    is_value(house, "LEFT-1/energy", float(register))


def in_the_middle_of_a_session(house, files, port):
    box, _ = comes(port, "LEFT")
    charges(box)
    at_once(house, "left")
    limited_to(box, 16)
    house.tell("bridge/zoe", {"soc": 70, "at": HOURS_AGO}, retain=True)
    house.tell("rooms/hall/warmth", "20", retain=True)
    is_value(house, f"white/{SOC}", 70.0)
    session = wait_until(lambda: house.value("charge-left/session"), "a session at the left box")
    house.tell("tariff", {"price": 0.4, "co2": 300})
    is_value(house, "tariff/co2", 300.0)
    meters(house, box, 1400)
    came = house.reading(f"zoe/{SOC}")
    check(comes(port, "RIGHT")[1].get("connected"), "an unknown box may wait")
    check("RIGHT" in house.cli("chargers").stdout, "and is shown as one that waits")

    files.taken(limit=12, points=("left", "right"), cars=("white", "red"), things=ZOE + ROOMS, right=True, tags="  tags: [CARD1]\n")
    limited_to(box, 12)
    check(house.value("charge-left/session") == session, "it is the same session")
    check({"charge-left", "charge-right", "white", "red"} <= set(house.things()), f"{list(house.things())}")
    is_value(house, f"red/{SOC}", 70.0)
    is_value(house, "room-hall/warmth", 20.0)  # retained before the room was described
    after = house.reading(f"zoe/{SOC}")
    check(after == came, f"what the car said two hours ago is no news: {after}, {came}")
    check(box.call("Authorize", {"idTag": "OTHER"})["idTagInfo"]["status"] == "Invalid", "another card may still charge")
    right, how = comes(port, "RIGHT")
    check(how.get("connected"), f"the new box is not let in: {how}")
    charges(right)
    at_once(house, "right")
    meters(house, box, 1800)
    limited_to(right, 6)  # both on twelve
    limited_to(box, 6)
    box.all_valid()
    return box, right, session


def mistakes_have_a_place_and_change_nothing(house, files, session):
    files.write(limit=12, points=("left", "right"), cars=("white", "red"), right=True, tags="  tags: [CARD1]\n",
                things=ZOE + ROOMS.replace("type: number", "type: nummer"))
    text = files.take()
    check("configuration not taken" in text and "map.yaml:14:" in text and "configuration taken" not in text, text)
    files.write(limit=-3, points=("left",), things=ZOE + ROOMS)
    text = files.take()
    line = next(n for n, one in enumerate(house.config.read_text().splitlines(), 1) if "limit: -3" in one)
    check(f"foxtail.yaml:{line}:" in text and "configuration taken" not in text, text)
    check({"charge-left", "charge-right", "red"} <= set(house.things()), "what was stays")
    check(house.value("charge-left/session") == session, "the session goes on")
    house.tell("rooms/hall/warmth", "21")
    is_value(house, "room-hall/warmth", 21.0)


def what_is_taken_out_goes(house, files, box, right, session):
    files.taken(limit=16, things=ZOE + WARMTH_IN_F)
    right.closed()
    limited_to(box, 16)
    check(house.value("charge-left/session") == session, "the session goes on")
    wait_until(lambda: not {"charge-right", "red"} & set(house.things()), lambda: f"they are still there: {list(house.things())}")
    check("refused" in comes(files.port, "RIGHT")[1] or "waiting" in house.cli("chargers").stdout, "the box is as unknown as before")
    house.tell("rooms/hall/warmth", "10")
    is_value(house, "room-hall/warmth", 20.0)
    files.taken(limit=16, things=ZOE, points=())
    wait_until(lambda: not {"charge-left", "room-hall", "circuit-main"} & set(house.things()),
               lambda: f"they are still there: {list(house.things())}")
    is_value(house, f"white/{SOC}", 70.0)
    files.taken(limit=16, things=ZOE)
    is_value(house, "charge-left/session", session)


def the_session_is_told_with_what_it_cost(house, box, session):
    box.call("StopTransaction", {"transactionId": 1, "idTag": "CARD1", "meterStop": 1800, "timestamp": now()})
    box.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": now()})
    told = wait_until(lambda: json.loads(house.cli("charge", "sessions", "--json").stdout or "[]") or None, "the session's end", 60)
    check(len(told) == 1 and told[0]["id"] == session and abs(told[0]["energy_wh"] - 800) < 1, f"one session over all changes: {told}")
    check(abs(told[0]["cost"] - 0.32) < 0.001 and abs(told[0]["co2_g"] - 240) < 1, f"what it cost: {told}")
    rows = list(csv.DictReader(io.StringIO(house.cli("charge", "sessions", "--csv").stdout)))
    check(len(rows) == 1 and rows[0]["id"] == session and float(rows[0]["cost"]) == 0.32 and float(rows[0]["co2_g"]) == 240, f"{rows}")


def a_changed_password_counts_at_once(house, files, box):
    made = house.cli("password", stdin="another-key-of-20-ok\n", connect=False).stdout.strip()
    files.base = re.sub(r"password_hash: '[^']*'", lambda _: f"password_hash: '{made}'", files.base)
    files.taken(limit=16, things=ZOE)
    box.closed()
    check("refused" in comes(files.port, "LEFT")[1], "the old password still opens")
    again = Charger(f"ws://127.0.0.1:{files.port}/ocpp", "LEFT", password="another-key-of-20-ok")
    check(again.connected().get("connected"), "the new password does not open")


def story(binary):
    house = House(binary, "reload")
    files = Files(house)
    files.write()
    files.port = port = ocpp_charger.start(house)
    box, right, session = in_the_middle_of_a_session(house, files, port)
    mistakes_have_a_place_and_change_nothing(house, files, session)
    what_is_taken_out_goes(house, files, box, right, session)
    the_session_is_told_with_what_it_cost(house, box, session)
    a_changed_password_counts_at_once(house, files, box)
    check(house.stop() == 0, house.log_text())


if __name__ == "__main__":
    if shutil.which("node") is None or not ocpp_charger.installed():
        print("skipped, ocpp-rpc is not installed")
        sys.exit(SKIPPED)
    sys.exit(play(story, __doc__, "a changed configuration is taken up while the house goes on"))
