#!/usr/bin/env python3
"""ocpp.py FOXTAIL: chargers of npm's `ocpp-rpc` in strict mode against a real house: whole sessions of 1.6 and 2.0.1, over a
kill -9 of the hub in the middle; passwords, pairing, taking back, two sockets with one name, and TLS."""
import json
import re
import shutil
import sys
import traceback
import urllib.parse

import ocpp_charger
from house import SKIPPED, House, Wrong, check, wait_until
from ocpp_charger import PASSWORD, Charger, now, stations

BOOT_16 = {"chargePointVendor": "Peer", "chargePointModel": "Box 11", "chargePointSerialNumber": "0815", "firmwareVersion": "1.0"}
BOOT_201 = {"reason": "PowerUp", "chargingStation": {"vendorName": "Peer", "model": "Box 22", "serialNumber": "0816"}}


def status(charger, state, connector=1):
    charger.call("StatusNotification", {"connectorId": connector, "errorCode": "NoError", "status": state, "timestamp": now()})


def becomes(house, address, value):
    wait_until(lambda: house.value(address) == value, lambda: f"{address} = {value!r}; it is {house.value(address)!r}")


def set_value(house, thing, name, value):
    answer = house.ask("PUT", f"/things/{thing}/properties/{name}", value)
    check(answer.status in (200, 202, 204), f"PUT {thing}/{name}: {answer.status} {answer.body!r}")
    return answer


def sessions(house):
    found = []
    for record in house.records(limit=1000):
        text = json.dumps(record)
        if '"session"' in text and "stage" in text:
            found.append(record)
    return found


def samples(energy, currents, kilowatts):
    values = [{"value": str(energy), "unit": "Wh"}]
    values += [{"value": f"{c:.1f}", "measurand": "Current.Import", "phase": f"L{i + 1}", "unit": "A"} for i, c in enumerate(currents)]
    values += [{"value": f"{kw:.2f}", "measurand": "Power.Active.Import", "phase": f"L{i + 1}", "unit": "kW"} for i, kw in enumerate(kilowatts)]
    return values


def refuses_strangers(port):
    for password, why in (("", "no password"), ("wrong-password-of-20", "a wrong password")):
        stranger = Charger(f"ws://127.0.0.1:{port}/ocpp", "GARAGE 1", password=password)
        check("refused" in stranger.connected(), f"let in with {why}: {stranger.seen}")


def session_of_16(house):
    port = ocpp_charger.start(house)
    refuses_strangers(port)
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    box = Charger(endpoint, "GARAGE 1", password=PASSWORD, REFUSES_MANY="1")
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    booted = box.call("BootNotification", BOOT_16)
    check(booted["status"] == "Accepted" and booted["interval"] == 300, f"boot: {booted}")
    box.asked("GetConfiguration")
    box.asked("ChangeConfiguration", lambda p: p == {"key": "MeterValueSampleInterval", "value": "10"})
    probed = [i["params"]["value"] for i in box.seen if i.get("params", {}).get("key") == "MeterValuesSampledData"]
    check(probed[-2] == "Energy.Active.Import.Register,Current.Import,Power.Active.Import,Voltage" and len(probed) == 6,
          f"measurands were not tried one by one: {probed}")
    box.asked("TriggerMessage", lambda p: p["requestedMessage"] == "StatusNotification")
    status(box, "Available", 0)
    status(box, "Preparing")
    thing = "GARAGE_1-1"
    becomes(house, f"{thing}/status", "Preparing")
    check(house.things()[thing]["title"] == "GARAGE 1", "the thing has no title")
    check(box.call("Authorize", {"idTag": "CARD1"})["idTagInfo"]["status"] == "Accepted", "the card was refused")
    start = {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": now()}
    begun = box.call("StartTransaction", start)
    check(box.call("StartTransaction", start)["transactionId"] == begun["transactionId"], "a repeated start made a second transaction")
    status(box, "Charging")
    box.call("MeterValues", {"connectorId": 1, "transactionId": begun["transactionId"], "meterValue": [
        {"timestamp": now(), "sampledValue": samples(1500, (10, 10, 10.2), (2.3, 2.3, 2.35))}]})
    becomes(house, f"{thing}/power", 6950.0)
    becomes(house, f"{thing}/current_l3", 10.2)
    becomes(house, f"{thing}/session_energy", 500.0)
    becomes(house, f"{thing}/id_tag", "CARD1")

    set_value(house, thing, "limit", 10)
    box.asked("ClearChargingProfile")
    profile = box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["stackLevel"] == 1)["csChargingProfiles"]
    check(profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 10 and profile["chargingSchedule"]["duration"] > 0,
          f"the limit: {profile}")
    fallback = box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["stackLevel"] == 0)["csChargingProfiles"]
    check(fallback["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 6 and "duration" not in fallback["chargingSchedule"],
          f"what holds without the hub: {fallback}")
    becomes(house, f"{thing}/limit", 10.0)
    set_value(house, thing, "limit", 3)
    wait_until(lambda: any("at least 6 A" in json.dumps(r) for r in house.records(limit=1000)), "the refusal of 3 A on record")
    check(house.value(f"{thing}/limit") == 10.0, "a limit of 3 A was taken")

    house.kill()
    box.closed()
    box.all_valid()
    port = ocpp_charger.start(house)
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    check(house.value(f"{thing}/transaction") == str(begun["transactionId"]), "the transaction did not survive")
    # The box comes back without a boot, has charged on, and tells it late.
    box = Charger(endpoint, "GARAGE 1", password=PASSWORD)
    check(box.connected().get("connected"), f"not let in again: {box.seen}")
    box.call("MeterValues", {"connectorId": 1, "transactionId": begun["transactionId"], "meterValue": [
        {"timestamp": now(-0.01), "sampledValue": samples(4000, (10, 10, 10), (2.3, 2.3, 2.3))},
        {"timestamp": now(-0.03), "sampledValue": samples(3000, (10, 10, 10), (2.3, 2.3, 2.3))}]})
    becomes(house, f"{thing}/session_energy", 3000.0)
    # A limit that was commanded is put into force again, after the box has settled.
    box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["stackLevel"] == 1)
    stop = {"transactionId": begun["transactionId"], "idTag": "CARD1", "meterStop": 5000, "timestamp": now(), "reason": "Local"}
    box.call("StopTransaction", stop)
    box.call("StopTransaction", stop)
    status(box, "Available")
    becomes(house, f"{thing}/transaction", "")
    becomes(house, f"{thing}/id_tag", "")
    ended = [s for s in sessions(house) if "ended" in json.dumps(s) and "meter_stop" in json.dumps(s)]
    check(len(ended) == 1, f"a session ended once, not {len(ended)} times: {ended}")
    check("4000" in json.dumps(ended[0]), f"the energy of the session: {ended[0]}")
    # What never began here, and what began nowhere, is answered all the same.
    box.call("StopTransaction", {"transactionId": -1, "meterStop": 1, "timestamp": now()})
    box.all_valid()

    second = Charger(endpoint, "GARAGE 1", password=PASSWORD)
    check(second.connected().get("connected"), f"the second socket: {second.seen}")
    check(box.closed()["closed"] == 1008, f"the first socket: {box.seen[-1]}")
    wait_until(lambda: any("GARAGE 1" in p["source"] and "second connection" in p["reason"] for p in house.problems()),
               lambda: f"who else came with its name is told: {house.problems()}")
    second.call("Heartbeat", {})
    second.end()
    becomes(house, f"{thing}/online", False)


def session_of_201(house):
    port = int(re.findall(r'listening ocpp="[^"]*:(\d+)"', house.log_text())[-1])
    box = Charger(f"ws://127.0.0.1:{port}/ocpp", "CARPORT", "ocpp2.0.1", PASSWORD)
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    box.send("Heartbeat", {})
    early = box.wait("an answer", lambda i: "Heartbeat" in (i.get("failed"), i.get("answer")))
    check(early.get("code") == "SecurityError", f"served before its boot: {early}")
    check(box.call("BootNotification", BOOT_201)["status"] == "Accepted", "the boot")
    box.asked("GetBaseReport")
    box.asked("SetVariables", lambda p: p["setVariableData"][0]["variable"]["name"] == "TxUpdatedInterval")
    box.call("StatusNotification", {"timestamp": now(), "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1})
    becomes(house, "CARPORT-1/status", "Preparing")

    def event(kind, number, reason, energy, state, **more):
        return {"eventType": kind, "timestamp": now(), "triggerReason": reason, "seqNo": number, "evse": {"id": 1, "connectorId": 1},
                "transactionInfo": {"transactionId": "T-0001", "chargingState": state, **more.pop("info", {})},
                "meterValue": [{"timestamp": now(), "sampledValue": [
                    {"value": energy, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh", "multiplier": 3}},
                    {"value": 16, "measurand": "Current.Import", "phase": "L1"}]}], **more}

    box.call("TransactionEvent", event("Started", 0, "CablePluggedIn", 7, "EVConnected"))
    told = box.call("TransactionEvent", event("Updated", 1, "Authorized", 7, "Charging", idToken={"idToken": "0123456789ABCD", "type": "ISO14443"}))
    check(told["idTokenInfo"]["status"] == "Accepted", f"the card: {told}")
    becomes(house, "CARPORT-1/status", "Charging")
    becomes(house, "CARPORT-1/energy", 7000.0)
    set_value(house, "CARPORT-1", "limit", 8)
    asked = box.asked("SetChargingProfile", lambda p: p["chargingProfile"]["stackLevel"] == 1)["chargingProfile"]
    check(asked["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 8, f"the limit: {asked}")
    becomes(house, "CARPORT-1/limit", 8.0)
    started = house.ask("POST", "/things/CARPORT-1/actions/stop")
    check(started.status in (200, 201, 202), f"stop: {started.status} {started.body!r}")
    check(box.asked("RequestStopTransaction") == {"transactionId": "T-0001"}, "the wrong transaction was stopped")
    box.call("TransactionEvent", event("Ended", 2, "RemoteStop", 9, "EVConnected", info={"stoppedReason": "Remote"}))
    becomes(house, "CARPORT-1/transaction", "")
    becomes(house, "CARPORT-1/session_energy", 2000.0)
    box.all_valid()
    box.end()


def one_that_comes_again_and_again_harms_nobody(house):
    """Every second a new line, in the middle of a transaction: sometimes after the old one broke, sometimes beside it."""
    port = int(re.findall(r'listening ocpp="[^"]*:(\d+)"', house.log_text())[-1])
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    steady = Charger(endpoint, "CARPORT", "ocpp2.0.1", PASSWORD)
    check(steady.connected().get("connected"), f"not let in: {steady.seen}")
    check(steady.call("BootNotification", BOOT_201)["status"] == "Accepted", "the boot")
    steady.asked("SetVariables")  # it is set up: from now on it takes limits at once
    steady.call("TransactionEvent", {"eventType": "Started", "timestamp": now(), "triggerReason": "CablePluggedIn", "seqNo": 0,
                                     "evse": {"id": 1, "connectorId": 1}, "transactionInfo": {"transactionId": "T-0002", "chargingState": "Charging"}})
    set_value(house, "CARPORT-1", "limit", 9)
    becomes(house, "CARPORT-1/limit", 9.0)
    box = Charger(endpoint, "GARAGE 1", password=PASSWORD)
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    check(box.call("BootNotification", BOOT_16)["status"] == "Accepted", "the boot")
    box.asked("TriggerMessage", lambda p: p["requestedMessage"] == "StatusNotification")
    begun = box.call("StartTransaction", {"connectorId": 1, "idTag": "CARD1", "meterStart": 6000, "timestamp": now()})["transactionId"]
    status(box, "Charging")
    set_value(house, "GARAGE_1-1", "limit", 11)
    becomes(house, "GARAGE_1-1/limit", 11.0)
    before = len(sessions(house))
    for n in range(1, 21):
        old = box
        if n % 2 == 0:
            old.end()
        box = Charger(endpoint, "GARAGE 1", password=PASSWORD)
        check(box.connected().get("connected"), f"not let in for the {n}th time: {box.seen}")
        if n % 2 == 1:
            check(old.closed()["closed"] == 1008, f"the line before: {old.seen[-1]}")
        box.call("MeterValues", {"connectorId": 1, "transactionId": begun, "meterValue": [
            {"timestamp": now(), "sampledValue": samples(6000 + 100 * n, (10, 10, 10), (2.3, 2.3, 2.3))}]})
        check("currentTime" in steady.call("Heartbeat", {}), "the other charger is heard meanwhile")
    becomes(house, "GARAGE_1-1/session_energy", 2000.0)
    check(house.value("GARAGE_1-1/transaction") == str(begun), "its transaction goes on")
    check(len(sessions(house)) == before, f"no session began or ended: {sessions(house)[:3]}")
    box.asked("SetChargingProfile", lambda p: p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 11)
    becomes(house, "GARAGE_1-1/limit", 11.0)
    check(house.value("CARPORT-1/transaction") == "T-0002" and house.value("CARPORT-1/limit") == 9.0, "the other one is as it was")
    box.call("StopTransaction", {"transactionId": begun, "idTag": "CARD1", "meterStop": 8100, "timestamp": now(), "reason": "Local"})
    becomes(house, "GARAGE_1-1/transaction", "")
    ended = [s for s in sessions(house) if f'"transaction": "{begun}"' in json.dumps(s) and '"ended"' in json.dumps(s)]
    check(len(ended) == 1 and ended[0]["body"]["detail"]["energy"] == 2100, f"one session, whole: {ended}")
    for one in (box, steady):
        one.all_valid()
        one.end()


def pairing(house):
    port = int(re.findall(r'listening ocpp="[^"]*:(\d+)"', house.log_text())[-1])
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    box = Charger(endpoint, "NEW/BOX#1")
    check(box.connected().get("connected"), f"an unknown charger may wait: {box.seen}")
    check(box.call("BootNotification", BOOT_16)["status"] == "Pending", "an unknown charger was served")
    box.send("StartTransaction", {"connectorId": 1, "idTag": "X", "meterStart": 0, "timestamp": now()})
    early = box.wait("a refusal", lambda i: "StartTransaction" in (i.get("failed"), i.get("answer")))
    check(early.get("code") == "SecurityError", f"an unknown charger was served: {early}")
    waiting = [c for c in house.get("/chargers")["chargers"] if c["state"] == "waiting"]
    check([(c["id"], c["model"]) for c in waiting] == [("NEW/BOX#1", "Box 11")], f"who waits: {waiting}")
    check("NEW_BOX_1-1" not in house.things(), "an unknown charger became a thing")
    path = "/chargers/" + urllib.parse.quote("NEW/BOX#1", safe="") + "/accept"
    check(house.ask("POST", path, {}, token="fxt_nobody").status == 401, "somebody unknown accepted a charger")
    done = house.cli("chargers", "accept", "NEW/BOX#1")
    check(done.returncode == 0, f"foxtail chargers accept: {done}")
    key = box.asked("ChangeConfiguration", lambda p: p["key"] == "AuthorizationKey")["value"]
    check(re.fullmatch(r"[0-9a-f]{40}", key), f"the key: {key}")
    check(key not in house.log_text(), "the key stands in the log")
    check(box.call("BootNotification", BOOT_16)["status"] == "Accepted", "an accepted charger was not served")
    box.end()
    for password in ("", "0" * 40):
        stranger = Charger(endpoint, "NEW/BOX#1", password=password)
        check("refused" in stranger.connected(), f"let in with {password!r}")
    box = Charger(endpoint, "NEW/BOX#1", password=key)
    check(box.connected().get("connected"), f"not let in with its key: {box.seen}")
    check(box.call("BootNotification", BOOT_16)["status"] == "Accepted", "an accepted charger was not served")
    grant = [g for g in house.get("/grants")["grants"] if g["subject"].startswith("token:ocpp-")]
    check(len(grant) == 1, f"its grant: {grant}")
    check(house.ask("DELETE", f"/grants/{grant[0]['id']}").status in (200, 204), "taking it back")
    check(box.closed()["closed"] == 1008, f"still there: {box.seen[-1]}")
    listed = house.cli("chargers")
    check(listed.returncode == 0 and "CARPORT" in listed.stdout, f"foxtail chargers: {listed}")


def over_tls(house):
    house.config.write_text(house.config.read_text().replace(
        "ocpp:\n  listeners: [{listen: '127.0.0.1:0'}", "ocpp:\n  listeners: [{listen: '127.0.0.1:0'}, {listen: '127.0.0.1:0', tls: true}"))
    ocpp_charger.start(house)
    port = int(re.findall(r'listening ocpps="[^"]*:(\d+)"', house.log_text())[-1])
    authority = str(house.data / "tls" / "authority.pem")
    box = Charger(f"wss://localhost:{port}/ocpp", "GARAGE 1", "ocpp1.6", PASSWORD, authority)
    check(box.connected().get("connected"), f"over TLS: {box.seen}")
    check(box.call("BootNotification", BOOT_16)["status"] == "Accepted", "over TLS: the boot")
    box.all_valid()
    box.end()


def main():
    if shutil.which("node") is None or not ocpp_charger.installed():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "ocpp")
    try:
        ocpp_charger.configure(house, stations(house, "GARAGE 1", "CARPORT"))
        session_of_16(house)
        session_of_201(house)
        one_that_comes_again_and_again_harms_nobody(house)
        pairing(house)
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        over_tls(house)
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
        check(PASSWORD not in house.log_text(), "a password stands in the log")
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"ocpp: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    print("chargers of another's code charged by the rules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
