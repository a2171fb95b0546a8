#!/usr/bin/env python3
"""mqtt_clients.py FOXTAIL: npm's `mqtt`, as 3.1.1 and as 5.0, against a real house (tests/peers/mqtt_clients.mjs)."""
import os
import shutil
import subprocess
import sys

from house import PEERS, SKIPPED, House, Wrong, check

PASSWORD = "correct horse battery"
PACKET_BYTES_MAX = 65536


def main():
    if shutil.which("node") is None or not (PEERS / "node_modules" / "mqtt").is_dir():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "mqtt")
    try:
        made = house.cli("password", stdin=PASSWORD + "\n", connect=False)
        check(made.returncode == 0, f"foxtail password: {made}")
        hashed = made.stdout.strip()
        house.configure(packet_bytes_max=PACKET_BYTES_MAX, users=(
            "  users:\n"
            f"    - {{name: meter, password_hash: '{hashed}', publish: [meter/out], subscribe: ['meter/in/#']}}\n"
            f"    - {{name: lab, password_hash: '{hashed}', publish: ['#', '$lab/#'], subscribe: ['#', '$lab/#']}}\n"))
        house.start()
        doors = [f"mqtt://127.0.0.1:{port}" for port in house.mqtt_ports]
        environment = dict(os.environ, FOXTAIL_OPEN=doors[0], FOXTAIL_CLOSED=doors[1], FOXTAIL_PASSWORD=PASSWORD,
                           FOXTAIL_PACKET_MAX=str(PACKET_BYTES_MAX))
        done = subprocess.run(["node", str(PEERS / "mqtt_clients.mjs")], env=environment, timeout=240, check=False)
        check(done.returncode == 0, "the peers found something wrong; see above")
        check(house.process.poll() is None, "foxtail ended on its own")
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
    except Wrong as wrong:
        print(f"mqtt_clients: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
