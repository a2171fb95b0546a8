#!/usr/bin/env python3
"""openapi.py FOXTAIL: /openapi.json of a running house is well made and true (tests/peers/openapi.mjs)."""
import os
import shutil
import subprocess
import sys

from first_light import RULES, announce_lamp, announce_sensor, wait_value
from house import PEERS, SKIPPED, House, Wrong, check, wait_until


# Something to be planned: the sensor stands for a meter and for how full a battery is.
PLANNED = """planning:
  grid: {power: porch/lux}
  tariff: {buy: 0.3, sell: 0.08}
  batteries: [{name: cellar, capacity_kwh: 10, charge_kw: 5, soc: porch/lux}]
"""


def furnish(house):
    """A lamp, a sensor whose dusk has switched it, and a bell with an action and an event."""
    announce_lamp(house)
    announce_sensor(house, "porch", "lux")
    device = {"ids": ["bell"], "name": "bell"}
    house.tell("homeassistant/button/bell_ring/config",
               {"name": "ring", "uniq_id": "bell_ring", "cmd_t": "bell/ring", "dev": device})
    house.tell("homeassistant/event/bell_press/config",
               {"name": "press", "uniq_id": "bell_press", "stat_t": "bell/press", "event_types": ["short", "long"], "dev": device})
    house.tell("garden/lamp", "OFF")
    house.tell("porch/lux", '{"v": 80}')
    house.tell("porch/lux", '{"v": 12}')
    house.tell("porch/lux", '{"v": "dark"}')
    house.tell("bell/press", '{"event_type": "short"}')
    wait_value(house, "porch/lux", 12)
    wait_until(lambda: house.records(kind="rule_ran"), "the rule has run")
    wait_until(lambda: {"actions", "events"} <= {key for key in ("actions", "events") if house.things()["bell"].get(key)},
               lambda: f"the bell has an action and an event: {house.things()['bell']}; {house.problems()}")


def main():
    if shutil.which("node") is None or not (PEERS / "node_modules" / "@redocly").is_dir():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "openapi")
    try:
        house.configure(rules=RULES)
        house.config.write_text(house.config.read_text() + PLANNED)
        house.start()
        furnish(house)
        wait_until(lambda: (house.get("/plan") or {}).get("slots") or None, "there is a plan")
        environment = dict(os.environ, FOXTAIL_URL="http://" + house.page, FOXTAIL_TOKEN=house.token())
        done = subprocess.run(["node", str(PEERS / "openapi.mjs")], env=environment, timeout=120, check=False)
        check(done.returncode == 0, "the document and the house differ; see above")
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
    except Wrong as wrong:
        print(f"openapi: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
