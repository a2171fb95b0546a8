#!/usr/bin/env python3
"""retained.py BINARY

A retained message that was acknowledged is there after `kill -9`, and so is the device it announced:
commanded, heard and not believed more than is known.
"""
import subprocess
import sys

from house import House, Listener, Wrong, check, wait_until

COUNT = 50
CONFIG = {
    "name": "On", "object_id": "on", "unique_id": "porch_on", "state_topic": "porch/state", "command_topic": "porch/set",
    "availability_topic": "porch/online",
    "device": {"identifiers": ["porch"], "name": "Porch lamp", "suggested_area": "Porch"},
}


def retained(house, filters):
    """What a newcomer gets for the filters, by topic; ends with a marker that comes after everything retained."""
    listener = Listener(house, filters + ["marker"])
    house.tell("marker", "end")
    wait_until(lambda: ("marker", "end") in listener.heard(), lambda: f"the marker: {listener.text()}")
    listener.close()
    return {topic: payload for topic, payload in listener.heard() if topic != "marker"}


def acknowledged_is_there_after_a_kill(house):
    for number in range(COUNT):
        house.tell(f"bench/{number}", f"v{number}", retain=True, version="5" if number % 2 else "311")
    house.tell("bench/0", "newer", retain=True)
    cleared = subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(house.mqtt_ports[0]), "-q", "1", "-r", "-n", "-t", "bench/1"],
                             timeout=20, check=False)
    check(cleared.returncode == 0, f"mosquitto_pub -n: {cleared.returncode}")
    house.kill()
    house.start()
    wanted = {f"bench/{number}": f"v{number}" for number in range(COUNT)} | {"bench/0": "newer"}
    del wanted["bench/1"]
    found = retained(house, ["bench/#"])
    check(found == wanted, f"after kill -9: {sorted(set(wanted.items()) ^ set(found.items()))}")


def what_nobody_waits_for_is_there_after_a_stop(house):
    house.tell("loose/1", "qos 0", retain=True, qos=0)
    wait_until(lambda: retained(house, ["loose/#"]) == {"loose/1": "qos 0"}, "the message has come in")
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    house.start()
    check(retained(house, ["loose/#"]) == {"loose/1": "qos 0"}, "forgotten by a clean stop")


def the_announced_device_is_known_again(house):
    house.tell("homeassistant/switch/porch/on/config", CONFIG, retain=True)
    house.tell("porch/online", "online", retain=True)
    house.tell("porch/state", "ON", retain=True)
    wait_until(lambda: house.value("Porch_lamp/on") is True, lambda: f"the lamp: {house.things()}")
    house.kill()
    house.start()
    reading = house.reading("Porch_lamp/on")
    check(reading["value"] is True and reading["quality"] == "unconfirmed",
          f"a message from before the restart is no news: {reading}")
    # Nobody has announced anything since: what was retained must do.
    lamp = Listener(house, ["porch/set"])
    answer = house.ask("PUT", "/things/Porch_lamp/properties/on", False)
    check(answer.status in (200, 202, 204), f"PUT: {answer.status} {answer.body!r}")
    wait_until(lambda: ("porch/set", "OFF") in lamp.heard(), lambda: f"the command: {lamp.text()}")
    lamp.close()
    house.tell("porch/online", "online", retain=True)
    house.tell("porch/state", "OFF", retain=True)
    wait_until(lambda: (house.reading("Porch_lamp/on") or {}).get("quality") == "good", "a live message is news")
    wait_until(lambda: (house.reading("Porch_lamp/available") or {}).get("quality") == "good",
               lambda: f"the same word, said live: {house.reading('Porch_lamp/available')}")


def main():
    house = House(sys.argv[1], "retained")
    house.configure()
    house.start()
    for case in (acknowledged_is_there_after_a_kill, what_nobody_waits_for_is_there_after_a_stop,
                 the_announced_device_is_known_again):
        case(house)
        print(f"ok: {case.__name__}", flush=True)
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
    check(verified.returncode == 0, f"{verified}")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        print(f"retained.py: {wrong}", file=sys.stderr)
        sys.exit(1)
