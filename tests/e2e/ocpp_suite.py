#!/usr/bin/env python3
"""ocpp_suite.py FOXTAIL: npm's `ocpp-ws-cli test --suite all` against a real house, with 1.6 and with 2.0.1: every check passes. Then its
`bench`: several clients at once, and nothing fails. How long it takes is not looked at."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

import ocpp_charger
from house import PEERS, SKIPPED, House, Wrong, check

PASSWORD = "a-key-of-20-letters"
CHECKS = 21
CLIENTS = 4  # of the bench; it names them Bench-0 ...


def report_of(*words):
    """What a command of ocpp-ws-cli reports."""
    with tempfile.TemporaryDirectory(prefix="foxtail-suite-") as folder:
        done = subprocess.run(
            ["node", str(PEERS / "node_modules" / "ocpp-ws-cli" / "dist" / "index.js"), *words, "--report", "json", "--report-dir", folder],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        reports = [name for name in os.listdir(folder) if name.endswith(".json")]
        check(len(reports) == 1, f"no report: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        with open(os.path.join(folder, reports[0]), encoding="utf-8") as file:
            return json.load(file)


def benched(port):
    """Every client is served, and nothing fails. A machine that is busy is given more time to begin."""
    for seconds in (3, 30):
        found = report_of("bench", "-e", f"ws://127.0.0.1:{port}/ocpp", "-p", "ocpp1.6", "-d", str(seconds), "-c", str(CLIENTS))["metrics"]
        if found["messagesReceived"] >= CLIENTS:
            break
    # How many wait for their answer when its time is over is a question of time.
    check(found["errors"] == 0 and found["messagesReceived"] >= CLIENTS, f"the bench: {found}")


def main():
    if shutil.which("node") is None or not (PEERS / "node_modules" / "ocpp-ws-cli").is_dir():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "ocpp-suite")
    try:
        made = house.cli("password", stdin=PASSWORD + "\n", connect=False)
        clients = "".join(f", {{id: Bench-{n}, open_because: the bench knows no password}}" for n in range(CLIENTS + 1))
        ocpp_charger.configure(house, f"  stations: [{{id: SUITE, password_hash: '{made.stdout.strip()}'}}{clients}]\n")
        port = ocpp_charger.start(house)
        for protocol in ("ocpp1.6", "ocpp2.0.1"):
            results = report_of("test", "-e", f"ws://SUITE:{PASSWORD}@127.0.0.1:{port}/ocpp", "-i", "SUITE", "-p", protocol,
                                "--suite", "all")["testResults"]
            wrong = [f"{one['name']}: {one.get('issue')}" for one in results if not one["passed"]]
            check(len(results) == CHECKS and not wrong, f"{protocol}: {len(results)} checks, of which failed: {wrong}")
        benched(port)
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
    except (Wrong, OSError, KeyError) as wrong:
        traceback.print_exc()
        print(f"ocpp_suite: {wrong}", file=sys.stderr)
        return 1
    print(f"{CHECKS} of {CHECKS}, both; the bench without an error")
    return 0


if __name__ == "__main__":
    sys.exit(main())
