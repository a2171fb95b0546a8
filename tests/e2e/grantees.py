#!/usr/bin/env python3
"""grantees.py FOXTAIL: npm's `eventsource`, `ws` and `mqtt` (3.1.1 and 5.0), and plain HTTP, all with one grant, which is taken
back while values come (tests/peers/grantees.mjs)."""
import os
import shutil
import subprocess
import sys

from first_light import announce_sensor
from house import PEERS, SKIPPED, House, check, play


def scene(program):
    house = House(program, "grantees")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    announce_sensor(house, "cellar", "lux", unit="lx")
    doors = [f"mqtt://127.0.0.1:{port}" for port in house.mqtt_ports]
    environment = dict(os.environ, FOXTAIL_URL="http://" + house.page, FOXTAIL_TOKEN=house.token(), FOXTAIL_OPEN=doors[0], FOXTAIL_CLOSED=doors[1])
    done = subprocess.run(["node", str(PEERS / "grantees.mjs")], env=environment, timeout=150, check=False)
    check(done.returncode == 0, "the peers found something wrong; see above")
    house.ends_well()


if __name__ == "__main__":
    if shutil.which("node") is None or not (PEERS / "node_modules" / "eventsource").is_dir():
        print("skipped: node, or the packages of tests/peers, are not installed")
        sys.exit(SKIPPED)
    sys.exit(play(scene, __doc__, "ok    each of them is closed, and nothing comes late"))
