#!/usr/bin/env python3
"""demo_wallbox.py FOLDER: the demo's second wallbox speaks OCPP (demo/wallbox). Its car comes home and charges as the hub says, beside
the first one, and the house's meter sees both."""
import subprocess
import sys
import traceback

from demo import Hub, is_value
from house import SKIPPED, Wrong, check, wait_until
from page import Demo
from wallbox import WALLBOX, installed

SPEED = 200  # a working day, at which the car is away, passes in three minutes


def story(hub):
    is_value(hub, "CARPORT-1/online", "true")
    wait_until(lambda: "CARPORT" in hub.cli("chargers").stdout, "foxtail chargers shows it")
    wait_until(lambda: hub.value("CARPORT-1/status") in ("Preparing", "Charging", "SuspendedEVSE", "SuspendedEV"),
               lambda: f"the car comes home: {hub.value('CARPORT-1/status')}", 240)
    for point in ("carport", "garage"):
        hub.set(f"charge-{point}/mode", "now")
    wait_until(lambda: (hub.number("CARPORT-1/power_l1") or 0) > 1300, lambda: f"it charges: {hub.cli('get', 'CARPORT-1').stdout}", 60)
    comes_in = lambda: (hub.number("Grid_meter/power") or 0) + (hub.number("Solar_inverter/ac_power") or 0)
    wait_until(lambda: comes_in() > 3900, lambda: f"the meter sees it: {comes_in()} W", 20)
    hub.set("charge-carport/mode", "off")
    wait_until(lambda: hub.number("CARPORT-1/limit") == 0, lambda: f"it is told to pause: {hub.value('CARPORT-1/limit')}", 60)
    wait_until(lambda: hub.number("CARPORT-1/power_l1") == 0, lambda: f"it pauses: {hub.value('CARPORT-1/power_l1')}", 60)
    is_value(hub, "circuit-main/over", "false")


def main():
    if not installed():
        print("skipped: node or the packages of demo/wallbox are not installed")
        return SKIPPED
    demo = Demo(sys.argv[1], "--wallbox", str(WALLBOX / "wallbox.mjs"), speed=SPEED)
    try:
        hub = Hub(sys.argv[1], demo)
        story(hub)
        check(demo.stop() == 0, f"TERM: not 0\n{demo.text()}")
        checked = subprocess.run([hub.program, "check", f"{hub.data}/foxtail.yaml"], capture_output=True, text=True, timeout=60, check=False)
        check(checked.returncode == 0, f"foxtail check: {checked}")
        check("bugs found" not in demo.text(), demo.text())
    except (Wrong, subprocess.SubprocessError, OSError) as wrong:
        traceback.print_exc()
        print(f"demo_wallbox: {wrong}\n{demo.text()}", file=sys.stderr)
        return 1
    finally:
        demo.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
