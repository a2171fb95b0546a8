#!/usr/bin/env python3
"""demo.py FOLDER: the demo household charges its car, and its power adds up."""
import os
import re
import subprocess
import sys
import traceback

from house import Wrong, check, wait_until
from page import Demo


class Hub:
    """The command line of the demo household, as its owner on this machine uses it."""

    def __init__(self, binaries, demo):
        self.program = f"{binaries}/foxtail"
        self.data = str(demo.folder / "data")
        self.environment = dict(os.environ, FOXTAIL_DATA=self.data, FOXTAIL_URL=demo.link()[0])

    def cli(self, *words):
        return subprocess.run([self.program, *words], env=self.environment, capture_output=True, text=True, timeout=60,
                              check=False)

    def value(self, address):
        shown = self.cli("get", "--value", address)
        return shown.stdout.strip().strip('"') if shown.returncode == 0 else None

    def number(self, address):
        try:
            return float(re.match(r"-?[0-9.]+", self.value(address) or "")[0])
        except TypeError:
            return None

    def set(self, address, value):
        done = self.cli("set", address, value)
        check(done.returncode == 0, f"set {address} {value}: {done}")


def is_value(hub, address, wanted):
    wait_until(lambda: hub.value(address) == wanted, lambda: f"{address} is {wanted}; it is {hub.value(address)}", 60)


def energy(hub):
    numbers = ["Grid_meter/power", "Grid_meter/power_l1", "Grid_meter/power_l2", "Grid_meter/power_l3", "Home_battery/power",
               "Solar_inverter/ac_power", "Heat_pump/power", "Heat_pump/room_temperature", "Wallbox/power", "Wallbox/limit",
               "kitchen_dishwasher-plug/power", "power-flow/home", "power-flow/grid"]
    wait_until(lambda: all(hub.number(a) is not None for a in numbers),
               lambda: f"all are heard: {[(a, hub.value(a)) for a in numbers if hub.number(a) is None]}", 90)
    phases = lambda: sum(hub.number(f"Grid_meter/power_l{n}") for n in (1, 2, 3))
    wait_until(lambda: abs(phases() - hub.number("Grid_meter/power")) < 150 + 0.05 * abs(phases()),
               lambda: f"the phases add up: {phases()} and {hub.number('Grid_meter/power')}", 60)
    is_value(hub, "circuit-main/meter", "heard")
    setup = hub.value("circuit-main/setup")
    check("Grid_meter/power_l1" in setup and "35" in setup, f"the fuse and where its meter tells: {setup}")
    check(hub.value("charge-garage/mode") == "min_sun", hub.value("charge-garage/mode"))
    # The car is plugged in or not, as its day goes; what is asked of the box holds in either case.
    plugged = hub.value("Wallbox/plugged") == "true"
    wait_until(lambda: (hub.number("charge-garage/commanded") or 0) >= 6 if plugged else hub.number("Wallbox/limit") == 0,
               lambda: f"the box is told: {hub.cli('get', 'charge-garage').stdout}", 60)
    wait_until(lambda: hub.number("Wallbox/limit") == hub.number("charge-garage/commanded"),
               lambda: f"the box has the limit: {hub.value('Wallbox/limit')}", 60)


def planning(hub):
    hub.set("Home_battery/setpoint", "1500")
    is_value(hub, "Home_battery/mode", "setpoint")
    wait_until(lambda: hub.number("Home_battery/power") == 1500 or hub.number("Home_battery/soc") >= 99,
               lambda: f"the battery charges: {hub.value('Home_battery/power')}", 60)
    hub.set("Heat_pump/mode", "block")
    is_value(hub, "Heat_pump/mode", "block")
    wait_until(lambda: hub.number("Heat_pump/power") < 20, lambda: f"the heat pump waits: {hub.value('Heat_pump/power')}", 60)
    hub.set("kitchen_dishwasher-plug/state", "false")
    wait_until(lambda: hub.number("kitchen_dishwasher-plug/power") == 0, "the dishwasher has no power", 60)


def car(hub):
    """It has an OVMS module: what it says comes in the words of the Vehicle Signal Specification."""
    battery = "Leaf_green/Powertrain.TractionBattery."
    charge, cable = battery + "StateOfCharge.Displayed", battery + "Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
    numbers = [charge, "Leaf_green/Powertrain.Range", "Leaf_green/Cabin.HVAC.AmbientAirTemperature"]
    wait_until(lambda: all(hub.number(a) is not None for a in numbers), lambda: f"the car: {hub.cli('get', 'Leaf_green').stdout}", 60)
    check(0 < hub.number(charge) <= 100 and hub.number("Leaf_green/Powertrain.Range") > 10_000, f"{[hub.value(a) for a in numbers]}")
    wait_until(lambda: hub.value(cable) == hub.value("Wallbox/plugged"), lambda: f"plugged: {hub.value(cable)}", 60)
    check(hub.value("Leaf_green/Foxtail.IsLocked") in ("true", "false"), "the doors")
    air = "Leaf_green/Cabin.HVAC.IsAirConditioningActive"
    hub.set(air, "true")
    is_value(hub, air, "true")
    hub.set(air, "false")
    is_value(hub, air, "false")
    is_value(hub, "Leaf_link/online", "true")
    for wish in ("false", "true"):
        hub.set("Leaf_link/locked", wish)
        is_value(hub, "Leaf_link/locked", wish)
        is_value(hub, "Leaf_green/Foxtail.IsLocked", wish)  # the module in the car sees the same doors
    hub.set("Leaf_link/charge_limit", "75")
    wait_until(lambda: hub.number("Leaf_link/charge_limit") == 75, lambda: f"the limit: {hub.value('Leaf_link/charge_limit')}", 60)
    table = hub.cli("cars").stdout
    check("Leaf green" in table and "%" in table, f"foxtail cars: {table}")


def spares_what_is_there(hub, demo):
    """A second demo writes nothing over, neither of the one that runs nor of a household of somebody's own."""
    def refused(folder, because):
        before = {path: path.read_bytes() for path in folder.iterdir() if path.suffix in (".yaml", ".ics")}
        done = subprocess.run([hub.program, "demo", "--data", str(folder), "--port", "0", "--mqtt-port", "0"],
                              capture_output=True, text=True, timeout=60, check=False)
        check(done.returncode != 0 and because in done.stderr, f"{done}")
        check(before == {path: path.read_bytes() for path in before}, f"files of {folder} were written over")
    rules = demo.folder / "data" / "rules.yaml"
    rules.write_text(rules.read_text() + "\n# mine\n")
    refused(demo.folder / "data", "in use")
    own = demo.folder / "own"
    own.mkdir()
    (own / "foxtail.yaml").write_text("household: {name: Mine}\n")
    (own / "rules.yaml").write_text("rules: []\n")
    refused(own, "another household")
    check(not (own / "journal.db").exists(), "the refused demo left a journal behind")
    url = demo.link()[0]
    check(f"--data {hub.data} --url {url}" in demo.text(), f"how the command line finds it: {demo.text()}")


def play_demo(name, demo, story):
    """The story, with the demo's hub; then the demo ends well, and its configuration is one that `foxtail check` finds right."""
    try:
        hub = Hub(sys.argv[1], demo)
        story(hub, demo)
        demo.ends_well()
        checked = hub.cli("check", f"{hub.data}/foxtail.yaml")
        check(checked.returncode == 0, f"foxtail check: {checked}")
    except (Wrong, subprocess.SubprocessError, OSError) as wrong:
        traceback.print_exc()
        print(f"{name}: {wrong}\n{demo.text()}", file=sys.stderr)
        return 1
    finally:
        demo.clear()
    return 0


def story(hub, demo):
    energy(hub)
    planning(hub)
    car(hub)
    spares_what_is_there(hub, demo)


if __name__ == "__main__":
    sys.exit(play_demo("demo", Demo(sys.argv[1]), story))
