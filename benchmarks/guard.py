"""From a meter's jump above the fuse to the lower limit on the charger's wire: MQTT in, OCPP out, through the whole hub. The
charger is npm's `ocpp-rpc`; what its process needs to hand the line on is in the figure."""
import json
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "e2e"))
import ocpp_charger  # noqa: E402
from house import House, wait_until  # noqa: E402
from wire import Line, publish_packet  # noqa: E402

JUMPS = 60
MAPPING = """
things:
  - id: house-meter
    topic: meter/house
    properties:
      current_l1: {path: /l, type: number, unit: A}
      current_l2: {path: /l, type: number, unit: A}
      current_l3: {path: /l, type: number, unit: A}
"""
CHARGING = """formats: {mapping: [map.yaml]}
charging:
  circuits: [{name: main, limit: 20, meter: house-meter}]
  points: [{name: box, thing: BOX-1, circuit: main}]
  delays: {raise: 0s, start: 0s, stop: 0s, restart: 0s}
"""


def p99_ms(program):
    house = House(program, "guard")
    ocpp_charger.configure(house, ocpp_charger.stations(house, "BOX"))
    (house.folder / "map.yaml").write_text(MAPPING)
    house.config.write_text(house.config.read_text() + CHARGING)
    port = ocpp_charger.start(house)
    box = ocpp_charger.Charger(f"ws://127.0.0.1:{port}/ocpp", "BOX", password=ocpp_charger.PASSWORD)
    try:
        return measure(house, box)
    finally:
        box.end()
        house.clear()


def measure(house, box):
    box.connected()
    box.call("BootNotification", {"chargePointVendor": "Peer", "chargePointModel": "Box"})
    box.asked("TriggerMessage")
    meter = Line(house.mqtt_ports[0]).come("meter")

    def draw(house_a, box_a):
        meter.send(publish_packet("meter/house", json.dumps({"l": house_a + box_a}).encode()))

    def charge(amps):
        sample = [{"value": f"{amps:.1f}", "measurand": "Current.Import", "phase": f"L{n}", "unit": "A"} for n in (1, 2, 3)]
        box.call("MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": ocpp_charger.now(), "sampledValue": sample}]})

    box.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": ocpp_charger.now()})
    wait_until(lambda: "charge-box" in house.things(), "the point is known")
    house.ask("PUT", "/things/charge-box/properties/mode", "now")
    took = []
    for jump in range(JUMPS):
        draw(2, 0)
        charge(0)
        wait_until(lambda: (house.value("BOX-1/limit") or 0) >= 16, lambda: f"the box may charge: {house.value('BOX-1/limit')}", 60)
        charge(16)
        draw(2, 16)
        time.sleep(0.3)
        began = time.monotonic()
        draw(10, 16)
        box.asked("SetChargingProfile", lambda p: 0 < p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] < 12 or
                  p["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 0, again=True)
        took.append((time.monotonic() - began) * 1000)
    took.sort()
    return took[len(took) * 99 // 100]
