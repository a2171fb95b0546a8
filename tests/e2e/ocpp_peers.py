#!/usr/bin/env python3
"""ocpp_peers.py FOXTAIL: a session each of two more chargers of others' code against a real house: npm's `@evpower/ocpp-ts`, which
checks what we ask against schemas of its own, and `em-ocpp-chargepoint-simulator`, which keeps silent where it knows no answer."""
import json
import shutil
import sys
import traceback

import ocpp_charger
from house import SKIPPED, House, Wrong, check, wait_until
from ocpp_charger import PASSWORD, Charger, now, stations

BOOT = {"chargePointVendor": "Peer", "chargePointModel": "Other code"}


def becomes(house, address, value):
    wait_until(lambda: house.value(address) == value, lambda: f"{address} = {value!r}; it is {house.value(address)!r}")


def status(box, state):
    box.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": state, "timestamp": now()})


def arrives(port, identity, program):
    """Let in with its password and by nothing else; booted, asked for its settings, and with a car before it."""
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    for password in ("", "not-the-right-one-of"):
        stranger = Charger(endpoint, identity, password=password, program=program)
        check("refused" in stranger.connected(), f"{program}: let in with {password!r}")
    box = Charger(endpoint, identity, password=PASSWORD, program=program)
    check(box.connected().get("connected"), f"{program}: not let in: {box.seen}")
    booted = box.call("BootNotification", BOOT)
    check(booted["status"] == "Accepted" and booted["interval"] == 300, f"{program}: boot: {booted}")
    box.asked("GetConfiguration")
    box.asked("ChangeConfiguration", lambda p: p == {"key": "MeterValueSampleInterval", "value": "10"})
    status(box, "Preparing")
    return box


def begins(house, box, thing):
    check(box.call("Authorize", {"idTag": "CARD1"})["idTagInfo"]["status"] == "Accepted", "the card was refused")
    begun = box.call("StartTransaction", {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": now()})["transactionId"]
    status(box, "Charging")
    box.call("MeterValues", {"connectorId": 1, "transactionId": begun, "meterValue": [
        {"timestamp": now(), "sampledValue": [{"value": "1700"}, {"value": "11.0", "measurand": "Current.Import", "phase": "L1", "unit": "A"}]}]})
    becomes(house, f"{thing}/current_l1", 11.0)
    becomes(house, f"{thing}/session_energy", 700.0)
    return begun


def ends(house, box, thing, transaction):
    box.call("StopTransaction", {"transactionId": transaction, "idTag": "CARD1", "meterStop": 2500, "timestamp": now(), "reason": "Remote"})
    status(box, "Available")
    becomes(house, f"{thing}/transaction", "")
    becomes(house, f"{thing}/session_energy", 1500.0)
    told = [r for r in map(json.dumps, house.records(limit=1000)) if "meter_stop" in r and thing in r]
    check(len(told) == 1 and "1500" in told[0], f"the session on record: {told}")


def wish(house, thing, amps):
    answer = house.ask("PUT", f"/things/{thing}/properties/limit", amps)
    check(answer.status in (200, 202, 204), f"PUT {thing}/limit: {answer.status} {answer.body!r}")


def checked_by_another(house, port):
    box = arrives(port, "EVPOWER", "ocpp_evpower.mjs")
    transaction = begins(house, box, "EVPOWER-1")
    wish(house, "EVPOWER-1", 10)
    box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 10)
    becomes(house, "EVPOWER-1/limit", 10.0)
    check(house.ask("POST", "/things/EVPOWER-1/actions/stop").status in (200, 201, 202), "stop")
    check(box.asked("RemoteStopTransaction") == {"transactionId": transaction}, "the wrong transaction was stopped")
    ends(house, box, "EVPOWER-1", transaction)
    box.all_valid()
    box.end()


def silent_box(house, port):
    box = arrives(port, "SCRIPT", "ocpp_scriptable.mjs")
    transaction = begins(house, box, "SCRIPT-1")
    wish(house, "SCRIPT-1", 10)
    box.asked("ClearChargingProfile")
    # The profile hangs on the box's silence. The session goes on all the same, and the limit is not told as taken.
    box.call("Heartbeat", {})
    ends(house, box, "SCRIPT-1", transaction)
    check(house.value("SCRIPT-1/limit") != 10.0, "a limit that nobody took is told as in force")
    box.end()
    becomes(house, "SCRIPT-1/online", False)
    wait_until(lambda: any("the charger is not connected" in json.dumps(r) for r in house.records(limit=1000)),
               "the wish's end on record")


def main():
    if shutil.which("node") is None or not all(map(ocpp_charger.installed, ("@evpower/ocpp-ts", "em-ocpp-chargepoint-simulator"))):
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "ocpp-peers")
    try:
        ocpp_charger.configure(house, stations(house, "EVPOWER", "SCRIPT"))
        port = ocpp_charger.start(house)
        checked_by_another(house, port)
        silent_box(house, port)
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
        check(PASSWORD not in house.log_text(), "a password stands in the log")
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"ocpp_peers: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    print("two more chargers of others' code charged by the rules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
