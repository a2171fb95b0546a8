#!/usr/bin/env python3
"""demo_wallbox.py FOLDER: the demo's second wallbox speaks OCPP (demo/wallbox). Its car, of which TeslaMate tells, comes home and charges as
the hub says, beside the first one; the house's meter sees both, the hub knows which car it is and what it costs."""
import datetime
import os
import sys

from demo import is_value, play_demo
from house import SKIPPED, check, wait_until
from page import Demo
from wallbox import WALLBOX, installed

SPEED = 200  # a night, in which the car is at home, passes in four minutes
ARRIVES = 17  # its simulated clocks' hour at the start: the car comes, or is there already, and stays for the night


def set_clocks():
    """The simulation's clocks are this process's: at whatever hour the test is run, it is afternoon there."""
    os.environ["TZ"] = f"THERE{datetime.datetime.now(datetime.timezone.utc).hour - ARRIVES:+d}"


def story(hub, _demo):
    is_value(hub, "CARPORT-1/online", "true")
    wait_until(lambda: "CARPORT" in hub.cli("chargers").stdout, "foxtail chargers shows it")
    wait_until(lambda: hub.value("CARPORT-1/status") in ("Preparing", "Charging", "SuspendedEVSE", "SuspendedEV"),
               lambda: f"the car comes home: {hub.value('CARPORT-1/status')}", 240)
    is_value(hub, "charge-carport/car", "tesla-2")
    battery = "tesla-2/Powertrain.TractionBattery."
    is_value(hub, battery + "Charging.ChargingPort.AnyPosition.IsChargingCableConnected", "true")
    check(0 < (hub.number(battery + "StateOfCharge.Displayed") or 0) <= 100, hub.cli("get", "tesla-2").stdout)
    for point in ("carport", "garage"):
        hub.set(f"charge-{point}/mode", "now")
    wait_until(lambda: (hub.number("CARPORT-1/power_l1") or 0) > 1300, lambda: f"it charges: {hub.cli('get', 'CARPORT-1').stdout}", 60)
    comes_in = lambda: (hub.number("Grid_meter/power") or 0) + (hub.number("Solar_inverter/ac_power") or 0)
    wait_until(lambda: comes_in() > 3900, lambda: f"the meter sees it: {comes_in()} W", 20)
    is_value(hub, battery + "Charging.IsCharging", "true")
    hub.set("charge-carport/mode", "off")
    wait_until(lambda: hub.number("CARPORT-1/limit") == 0, lambda: f"it is told to pause: {hub.value('CARPORT-1/limit')}", 60)
    wait_until(lambda: hub.number("CARPORT-1/power_l1") == 0, lambda: f"it pauses: {hub.value('CARPORT-1/power_l1')}", 60)
    is_value(hub, "circuit-main/over", "false")
    wait_until(lambda: (hub.number("charge-carport/session_cost") or 0) > 0,
               lambda: f"what it costs, told once a minute: {hub.cli('get', 'charge-carport').stdout} {hub.value('plan/price')}", 90)


def main():
    if not installed():
        print("skipped: node or the packages of demo/wallbox are not installed")
        return SKIPPED
    set_clocks()
    return play_demo("demo_wallbox", Demo(sys.argv[1], "--wallbox", str(WALLBOX / "wallbox.mjs"), speed=SPEED), story)


if __name__ == "__main__":
    sys.exit(main())
