#!/usr/bin/env python3
"""cars.py BINARY

Cars come in by the topics that TeslaMate, OVMS, evcc and a mapping file speak, are joined, are asked no
more than their budget holds, and are never silently old; after `kill -9` too.
"""
import json
import sys
import time

from house import House, Listener, Wrong, check, wait_until

SOC = "Powertrain.TractionBattery.StateOfCharge.Displayed"
PLUG = "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
CHARGE = "Powertrain.TractionBattery.Charging.StartStopCharging"
OVMS = "ovms/anna/leaf"

MAPPING = """
things:
  - id: zoe
    kind: vehicle
    title: Zoe
    topic: bridge/zoe
    properties:
      Powertrain.TractionBattery.StateOfCharge.Displayed: {path: /soc, time: /at, max_age: 2h}
      Powertrain.Range: {path: /range, from: km}
  - id: stand
    properties: {car: {topic: stand/car, type: string}}
  - id: meter-{1}
    properties:
      energy: {topic: meters/+/energy, type: number, unit: W.h, from: kWh}
"""

CARS = """
formats:
  ovms: {budget: {calls: 3, wakes: 2}}
  mapping: [map.yaml]
cars:
  green:
    title: The green one
    sources: [{thing: leaf, trust: 2}, {thing: evcc-leaf}]
    meters: [{energy: meter-garage/energy}]
    capacity_kwh: 40
    efficiency: 0.9
  white:
    sources: [{thing: zoe}]
    meters: [{energy: meter-carport/energy, car: stand/car}]
    capacity_kwh: 50
"""


def prepare(house):
    house.configure()
    (house.folder / "map.yaml").write_text(MAPPING)
    house.config.write_text(house.config.read_text() + CARS)


def is_value(house, address, wanted):
    wait_until(lambda: house.value(address) == wanted, lambda: f"{address} = {wanted!r}: {house.reading(address)}")


def each_source_brings_its_cars(house):
    for key, payload in {"since": "2026-01-05T06:00:00Z", "state": "asleep", "display_name": "Red", "battery_level": "61",
                         "plugged_in": "false", "est_battery_range_km": "300.5", "power": "7", "tpms_pressure_fl": "2.9",
                         "locked": "true", "geofence": "Home", "location": {"latitude": 48.1, "longitude": 11.5}}.items():
        house.tell(f"teslamate/cars/1/{key}", payload, retain=True)
    for key, payload in {"v/b/soc": "50", "v/c/charging": "no", "v/c/pilot": "yes", "v/b/power": "-1.5",
                         "v/b/range/est": "155", "s/v3/connected": "yes"}.items():
        house.tell(f"{OVMS}/metric/{key}", payload, retain=True)
    for key, payload in {"loadpoints/1/vehicleName": "leaf", "loadpoints/1/title": "Carport", "loadpoints/1/connected": "true",
                         "loadpoints/1/enabled": "true", "loadpoints/1/charging": "true", "loadpoints/1/chargePower": "3680",
                         "loadpoints/1/chargeTotalImport": "12.5", "loadpoints/1/vehicleSoc": "48", "site/grid/power": "420",
                         "status": "online"}.items():
        house.tell(f"evcc/{key}", payload, retain=True)
    house.tell("bridge/zoe", {"soc": 71.5, "range": 200, "at": "2026-01-05T06:00:00Z"})
    house.tell("meters/garage/energy", "100")
    is_value(house, f"tesla-1/{SOC}", 61.0)
    is_value(house, "tesla-1/Powertrain.TractionBattery.CurrentPower", -7000.0)
    is_value(house, "leaf/Powertrain.TractionBattery.CurrentPower", 1500.0)
    is_value(house, "leaf/Powertrain.Range", 155000)
    is_value(house, "evcc-loadpoint-1/status", "Charging")
    is_value(house, "evcc-loadpoint-1/energy", 12500.0)
    is_value(house, "zoe/Powertrain.Range", 200000)
    is_value(house, "meter-garage/energy", 100000.0)
    things = house.things()
    for car in ("tesla-1", "leaf", "evcc-leaf", "zoe", "green"):
        check(things[car]["fox:kind"] == "vehicle", f"{car}: {things.get(car)}")
    asleep = house.reading(f"tesla-1/{SOC}")
    check(asleep["time"].startswith("2026-01-05T06:00:00") and asleep["quality"] == "stale",
          f"a sleeping car's charge has its age: {asleep}")
    check(house.problems() == [], f"nothing was refused: {house.problems()}")


def the_joined_car_believes_whom_it_trusts(house):
    is_value(house, f"green/{SOC}", 50.0)
    is_value(house, f"green/{PLUG}", True)
    believed = wait_until(lambda: house.value("green/Foxtail.Believed"), "who is believed")
    check(believed[SOC] == "leaf", f"the dongle before evcc: {believed}")
    house.tell(f"{OVMS}/metric/v/b/soc", "51", retain=True)
    is_value(house, f"green/{SOC}", 51.0)
    table = house.cli("cars")
    check(table.returncode == 0 and "The green one" in table.stdout and "51%" in table.stdout and "home" in table.stdout,
          f"{table}")
    lines = [line for line in table.stdout.splitlines() if line.startswith("leaf ") or line.startswith("evcc-leaf ")]
    check(lines == [], f"sources do not come twice: {table.stdout}")
    cars = {car["id"]: car for car in json.loads(house.cli("cars", "--json").stdout)}
    check(cars["green"]["state_of_charge"]["value"] == 51.0, f"{cars}")
    check(cars["tesla-1"]["where"] == "home", f"{cars}")
    check(cars["tesla-1"]["doors"] == "locked", f"{cars}")


def a_wish_goes_through_to_the_module_and_is_confirmed_by_the_car(house):
    module = Listener(house, [f"{OVMS}/client/#"])
    answer = house.ask("PUT", f"/things/green/properties/{CHARGE}", "START")
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")
    wait_until(lambda: (f"{OVMS}/client/foxtail/command/1", "charge start") in module.heard(), module.text)
    house.tell(f"{OVMS}/client/foxtail/response/1", "Charge has been started")
    house.tell(f"{OVMS}/metric/v/c/charging", "yes", retain=True)
    is_value(house, f"green/{CHARGE}", "START")
    outcomes = lambda: [r for r in house.records(limit=1000) if '"confirmed"' in json.dumps(r)]
    wait_until(lambda: len(outcomes()) >= 2, lambda: f"both commands are confirmed: {outcomes()}")
    is_value(house, "leaf/Foxtail.Budget.CallsLeft", 2)
    module.close()


def no_more_is_spent_than_the_budget_holds(house):
    module = Listener(house, [f"{OVMS}/client/#"])
    for wanted in ("STOP", "START"):
        house.ask("PUT", f"/things/leaf/properties/{CHARGE}", wanted)
    is_value(house, "leaf/Foxtail.Budget.WakesLeft", 0)
    ended = wait_until(lambda: [r for r in house.records(limit=1000) if "wake-ups is spent" in json.dumps(r)] or None,
                       "the third wake-up is refused, on record")
    check(ended, "said why")
    check(len([t for t, _ in module.heard() if "/command/" in t]) == 1, f"one more went out, not two: {module.text()}")
    spent = [r for r in house.records(limit=1000) if "charge stop" in json.dumps(r) and "spent" in json.dumps(r)]
    check(spent and "command" in json.dumps(spent[0]), f"each call has its cause on record: {spent}")
    module.close()


def a_silent_car_that_charges_is_reckoned_and_marked_so(house):
    twenty_minutes_ago = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1200))
    house.tell("bridge/zoe", {"soc": 70, "at": twenty_minutes_ago})
    is_value(house, f"white/{SOC}", 70.0)
    house.tell("meters/carport/energy", "10")
    house.tell("meters/carport/energy", "15")
    is_value(house, "meter-carport/energy", 15000.0)
    house.tell("stand/car", "white")
    is_value(house, "stand/car", "white")
    house.tell("meters/carport/energy", "16")
    house.tell("meters/carport/energy", "21")
    is_value(house, f"white/{SOC}", 79.0)  # 5 kWh while it stood there, of which 4.5 arrive in 50
    check(house.reading(f"white/{SOC}")["quality"] == "estimated", f"{house.reading(f'white/{SOC}')}")
    check("79%, estimated" in house.cli("cars").stdout, house.cli("cars").stdout)


def after_a_kill_nothing_is_forgotten_and_nothing_pretends_to_be_new(house):
    house.kill()
    house.start()
    known = wait_until(lambda: house.reading(f"green/{SOC}"), "the joined car")
    check(known["value"] == 51.0 and known["quality"] in ("unconfirmed", "stale"), f"not news: {known}")
    is_value(house, "leaf/Foxtail.Budget.WakesLeft", 0)
    house.tell(f"{OVMS}/metric/v/b/soc", "52", retain=True)
    is_value(house, f"green/{SOC}", 52.0)
    check(house.reading(f"green/{SOC}")["quality"] == "good", "the car spoke again")


def who_may_not_see_where_does_not_see_it(house):
    given = house.ask("POST", "/grants", {"subject_name": "chart", "addresses": [f"tesla-1/{SOC}"], "verbs": ["read"]})
    check(given.status in (200, 201), f"{given.status} {given.body!r}")
    token = given.json()["token"]
    file = house.folder / "chart.token"
    file.write_text(token + "\n")
    table = house.cli("cars", "--token-file", str(file))
    check(table.returncode == 0 and "61%" in table.stdout and "home" not in table.stdout, f"{table}")
    check("The green one" not in table.stdout, f"{table}")


def signals_are_imported_and_mistakes_are_told(house):
    export = house.folder / "vss.json"
    export.write_text(json.dumps({"Vehicle": {"type": "branch", "children": {"Cabin": {"type": "branch", "children": {
        "Lumens": {"type": "sensor", "datatype": "uint16", "unit": "lx", "max": 9000.0}}}}}}))
    overlay = house.folder / "mine.json"
    overlay.write_text(json.dumps({"Vehicle": {"type": "branch", "children": {
        "Sauna": {"type": "actuator", "datatype": "boolean"}}}}))
    done = house.cli("vss", "import", str(export), "--overlay", str(overlay), "--data", str(house.data), connect=False)
    check(done.returncode == 0 and "1 signals imported, 1 laid over" in done.stdout, f"{done}")
    listed = house.cli("vss", "list", "--data", str(house.data), "--json", connect=False)
    signals = {s["path"]: s for s in json.loads(listed.stdout)}
    check(signals["Cabin.Lumens"]["property"]["unit"] == "lx" and signals["Sauna"]["kind"] == "actuator", f"{listed}")
    check(SOC in signals, "Foxtail's own stay")
    export.write_text('{"Vehicle":{"children":{"A":{"type":"sensor","datatype":"int7"}}}}')
    wrong = house.cli("vss", "import", str(export), "--data", str(house.data), connect=False)
    check(wrong.returncode == 1 and "A: 'datatype' is 'int7'" in wrong.stderr, f"{wrong}")
    (house.folder / "map.yaml").write_text("things: [{id: a, properties: {x: {topic: 'a/#', type: number}}}]\n")
    wrong = house.cli("check", str(house.config), connect=False)
    check(wrong.returncode == 1 and "map.yaml:1:" in wrong.stderr and "'#' would take in" in wrong.stderr, f"{wrong}")


def main():
    house = House(sys.argv[1], "cars")
    prepare(house)
    house.start()
    for case in (each_source_brings_its_cars, the_joined_car_believes_whom_it_trusts,
                 a_wish_goes_through_to_the_module_and_is_confirmed_by_the_car, no_more_is_spent_than_the_budget_holds,
                 a_silent_car_that_charges_is_reckoned_and_marked_so,
                 after_a_kill_nothing_is_forgotten_and_nothing_pretends_to_be_new, who_may_not_see_where_does_not_see_it,
                 signals_are_imported_and_mistakes_are_told):
        case(house)
        print(f"ok: {case.__name__}", flush=True)
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
    check(verified.returncode == 0, f"{verified}")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        print(f"cars.py: {wrong}", file=sys.stderr)
        sys.exit(1)
