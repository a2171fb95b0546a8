#!/usr/bin/env python3
"""ocpp_requests.py FOXTAIL: what a person asks of a charger by the command line, against npm's `ocpp-rpc` in strict mode, 1.6 and
2.0.1: service, reservations, schedules, settings, firmware, diagnostics, and the list of cards; who may ask; and who guesses passwords."""
import json
import shutil
import sys
import traceback

import ocpp_charger
from house import SKIPPED, House, Wrong, check, wait_until
from ocpp_charger import PASSWORD, Charger, now, stations

BOOT_16 = {"chargePointVendor": "Peer", "chargePointModel": "Box 11"}
BOOT_201 = {"reason": "PowerUp", "chargingStation": {"vendorName": "Peer", "model": "Box 22"}}
FIRMWARE = "https://maker.example/fw.bin"


def becomes(house, address, value):
    wait_until(lambda: house.value(address) == value, lambda: f"{address} = {value!r}; it is {house.value(address)!r}")


def asks(house, thing, action, *argument, good=True):
    done = house.cli("act", thing, action, *argument, "--wait")
    check((done.returncode == 0) == good, f"foxtail act {thing} {action} {argument}: {done}")
    return done.stdout + done.stderr


def ended(house, words):
    wait_until(lambda: any(words in json.dumps(r) for r in house.records(limit=1000)), f"'{words}' on record")


def common(house, box, thing, old):
    asks(house, thing, "reserve", '{"tag":"CARD1","minutes":60}')
    asked = box.asked("ReserveNow")
    check((asked["idTag"] if old else asked["idToken"]["idToken"]) == "CARD1", f"ReserveNow: {asked}")
    becomes(house, f"{thing}/reserved_for", "CARD1")
    check(house.value(f"{thing}/reserved_until") is not None, "until when is not shown")
    asks(house, thing, "cancel_reservation")
    check(box.asked("CancelReservation") == {"reservationId": 1}, "CancelReservation")
    becomes(house, f"{thing}/reserved_for", "")
    asks(house, thing, "reserve", '{"tag":"STRANGER","minutes":60}', good=False)
    check(box.count("ReserveNow") == 1, "a card that may not charge was reserved for")
    done = house.cli("set", f"{thing}/in_service", "false", "--wait")
    check(done.returncode == 0, f"foxtail set in_service: {done}")
    check("Inoperative" in json.dumps(box.asked("ChangeAvailability")), "ChangeAvailability")
    becomes(house, f"{thing}/in_service", False)
    asks(house, thing, "schedule")
    check(box.asked("GetCompositeSchedule")["duration"] == 86400, "GetCompositeSchedule")
    wait_until(lambda: "chargingSchedulePeriod" in json.dumps(house.value(f"{thing}/schedule")), "the schedule")
    asks(house, thing, "update_firmware", FIRMWARE)
    check(FIRMWARE in json.dumps(box.asked("UpdateFirmware")), "UpdateFirmware")
    box.call("FirmwareStatusNotification", {"status": "Downloading", **({} if old else {"requestId": 1})})
    becomes(house, f"{thing}/firmware_status", "Downloading")
    asks(house, thing, "update_firmware", "file:///etc/passwd", good=False)
    asks(house, thing, "diagnostics", "https://hub.lan/files")
    box.asked("GetDiagnostics" if old else "GetLog")
    ended(house, "diagnostics.tgz" if old else "log.tgz")
    box.call("DiagnosticsStatusNotification" if old else "LogStatusNotification", {"status": "Uploading"})
    becomes(house, f"{thing}/diagnostics_status", "Uploading")


def of_16(house, port):
    box = Charger(f"ws://127.0.0.1:{port}/ocpp", "OLD", "ocpp1.6", PASSWORD, FEATURES="Core,LocalAuthListManagement,Reservation,SmartCharging")
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    box.call("BootNotification", BOOT_16)
    sent = box.asked("SendLocalList")
    check(sent["listVersion"] == 1 and [one["idTag"] for one in sent["localAuthorizationList"]] == ["CARD1", "CARD2"], f"the cards: {sent}")
    common(house, box, "OLD-1", True)
    asks(house, "OLD-1", "read_setting", "WebSocketPingInterval")
    ended(house, "WebSocketPingInterval=30")
    asks(house, "OLD-1", "write_setting", "LightIntensity=50")
    box.asked("ChangeConfiguration", lambda p: p == {"key": "LightIntensity", "value": "50"})
    asks(house, "OLD-1", "read_setting", "AuthorizationKey", good=False)
    asks(house, "OLD-1", "write_setting", "AuthorizationKey=0011", good=False)
    box.call("SecurityEventNotification", {"type": "TamperDetectionActivated", "timestamp": now()})
    ended(house, "TamperDetectionActivated")
    only_the_owner(house, box)
    box.all_valid()
    box.end()
    becomes(house, "OLD-1/online", False)


def of_201(house, port):
    box = Charger(f"ws://127.0.0.1:{port}/ocpp", "NEW", "ocpp2.0.1", PASSWORD)
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    box.call("BootNotification", BOOT_201)
    check(box.asked("SendLocalList")["versionNumber"] == 1, "the cards")
    common(house, box, "NEW-1", False)
    asks(house, "NEW-1", "reserve", '{"tag":"CARD1","minutes":60}')
    becomes(house, "NEW-1/reserved_for", "CARD1")
    box.call("ReservationStatusUpdate", {"reservationId": 1, "reservationUpdateStatus": "Expired"})
    becomes(house, "NEW-1/reserved_for", "")
    asks(house, "NEW-1", "read_setting", "OCPPCommCtrlr.HeartbeatInterval")
    ended(house, "OCPPCommCtrlr.HeartbeatInterval=300")
    asks(house, "NEW-1", "write_setting", "OCPPCommCtrlr.HeartbeatInterval=60")
    box.asked("SetVariables", lambda p: p["setVariableData"][0]["attributeValue"] == "60")
    box.call("SecurityEventNotification", {"type": "FirmwareUpdated", "timestamp": now()})
    ended(house, "FirmwareUpdated")
    box.all_valid()
    box.end()


def only_the_owner(house, box):
    """Who may run everything there, and is not who the house belongs to."""
    given = house.ask("POST", "/grants", {"subject_name": "guest", "addresses": ["OLD-1/*"], "verbs": ["read", "run"]})
    check(given.status in (200, 201), f"a grant: {given.status} {given.body!r}")
    token = given.json()["token"]
    asked = house.ask("POST", "/things/OLD-1/actions/cancel_reservation", token=token)
    check(asked.status in (200, 201, 202), f"a guest may cancel: {asked.status} {asked.body!r}")
    before = box.count("UpdateFirmware"), box.count("GetDiagnostics")
    for action, argument in (("update_firmware", FIRMWARE), ("diagnostics", "https://elsewhere.example/"), ("write_setting", "A=b"),
                             ("read_setting", "HeartbeatInterval")):
        house.ask("POST", f"/things/OLD-1/actions/{action}", argument, token=token)
    wait_until(lambda: sum("for the owner of the house" in json.dumps(r) for r in house.records(limit=1000)) >= 4, "four refusals on record")
    box.call("Heartbeat", {})
    check((box.count("UpdateFirmware"), box.count("GetDiagnostics")) == before, "a guest changed the box")


def guesses(house, port):
    """Wrong passwords in the name of one charger and then of others, from one address."""
    endpoint = f"ws://127.0.0.1:{port}/ocpp"
    codes = []
    for i in range(9):
        stranger = Charger(endpoint, "OLD" if i < 7 else "NEW", password=f"wrong-password-no-{i}-")
        codes.append(stranger.connected().get("refused"))
        check("refused" in stranger.seen[0], f"let in: {stranger.seen}")
    check("429" in str(codes[-1]) or "Too Many" in str(codes[-1]), f"nine guesses in a row were all looked at: {codes}")
    ended(house, "too many wrong passwords")


def main():
    if shutil.which("node") is None or not ocpp_charger.installed():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "ocpp-requests")
    try:
        ocpp_charger.configure(house, "  tags: [CARD1, CARD2]\n" + stations(house, "OLD", "NEW"))
        port = ocpp_charger.start(house)
        of_16(house, port)
        of_201(house, port)
        guesses(house, port)
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"ocpp_requests: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    print("chargers did what they were asked by who may ask")
    return 0


if __name__ == "__main__":
    sys.exit(main())
