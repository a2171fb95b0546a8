#!/usr/bin/env python3
"""crash.py BINARY [--rounds N] [--expect-loss]

Kills a house under QoS 1 load, again and again, and asks after each restart whether everything that was
acknowledged is there, once, and whether the journal is sound. --expect-loss turns the question around: a
binary that acknowledges too early has to be found out.
"""
import argparse
import json
import random
import select
import socket
import struct
import sys
import threading
import time
import urllib.parse

from house import House, Wrong, check

SENSORS = ("alpha", "beta", "gamma")
IN_FLIGHT = 20


def text(word):
    data = word.encode()
    return struct.pack("!H", len(data)) + data


def packet(first, body):
    size, out = len(body), bytearray([first])
    while True:
        size, low = size >> 7, size & 0x7F
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out) + body


class Publisher:
    """MQTT 3.1.1 at QoS 1 over a plain socket, with a window of messages in flight.

    A library would hide when an acknowledgement arrived; here a number counts as acknowledged once its
    PUBACK has been read, and not a moment earlier.
    """

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.next_id = 1
        self.waiting = {}   # packet id -> (sensor, number)
        self.acked = []     # (sensor, number), in the order of the PUBACKs
        self.socket.sendall(packet(0x10, text("MQTT") + bytes([4, 2]) + struct.pack("!H", 60) + text("crash-test")))
        answer = self.socket.recv(4)
        check(answer == b"\x20\x02\x00\x00", f"CONNACK: {answer!r}")

    def publish(self, topic, payload, what):
        ident = self.next_id
        self.next_id = self.next_id % 65535 + 1
        self.waiting[ident] = what
        self.socket.sendall(packet(0x32, text(topic) + struct.pack("!H", ident) + payload))

    def read(self, timeout):
        """Takes in what has arrived, waiting for at most `timeout` seconds. False when the line is gone."""
        if not select.select([self.socket], [], [], timeout)[0]:
            return True
        more = self.socket.recv(65536)
        if not more:
            return False
        self.buffer += more
        while len(self.buffer) >= 2:
            size = self.buffer[1]
            check(size < 0x80, f"a longer packet than any expected: {self.buffer[:8]!r}")
            if len(self.buffer) < 2 + size:
                break
            one, self.buffer = self.buffer[:2 + size], self.buffer[2 + size:]
            check(one[0] == 0x40 and size == 2, f"a PUBACK was expected: {one!r}")
            self.acked.append(self.waiting.pop(struct.unpack("!H", one[2:])[0]))
        return True

    def announce(self):
        for sensor in SENSORS:
            announcement = {"name": "count", "uniq_id": f"crash_{sensor}", "stat_t": f"crash/{sensor}",
                            "val_tpl": "{{ value_json.count }}", "unit_of_meas": "W",
                            "dev": {"ids": [f"crash_{sensor}"], "name": sensor}}
            self.publish(f"homeassistant/sensor/crash_{sensor}/config", json.dumps(announcement).encode(), None)
        until = time.monotonic() + 10
        while self.waiting:
            check(self.read(0.1) and time.monotonic() < until, "the announcements are not acknowledged")
        self.acked.clear()


class Load(threading.Thread):
    """Publishes rising numbers until its line is cut."""

    def __init__(self, publisher, first):
        super().__init__(daemon=True)
        self.publisher, self.next, self.error = publisher, first, None
        self.reached = threading.Event()
        self.goal = 0

    def run(self):
        publisher = self.publisher
        try:
            while True:
                while len(publisher.waiting) < IN_FLIGHT:
                    sensor = SENSORS[self.next % len(SENSORS)]
                    number, self.next = self.next, self.next + 1
                    publisher.publish(f"crash/{sensor}", b'{"count": %d}' % number, (sensor, number))
                if not publisher.read(1.0):
                    return
                if len(publisher.acked) >= self.goal:
                    self.reached.set()
        except OSError:
            return  # killed: what this is about
        except Wrong as wrong:
            self.error = wrong
        finally:
            self.reached.set()


def numbers_kept(house, address, since):
    """Every value of the address since then, from history."""
    asked = {"address": address, "points": 0, "from": since}
    points = house.get("/history?" + urllib.parse.urlencode(asked))["points"]
    check(all(point[5] == 1 for point in points), "points=0 gives each reading alone")
    return [int(point[4]) for point in points]


def rfc3339(seconds):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


def lost_of(house, acked, since):
    """What was acknowledged and is not there. Twice there is wrong in any binary."""
    lost = []
    things = house.things()
    for sensor in SENSORS:
        known = "count" in things.get(sensor, {"properties": {}})["properties"]  # else it was not even announced on disk
        kept = numbers_kept(house, f"{sensor}/count", rfc3339(since)) if known else []
        seen = set(kept)
        check(len(seen) == len(kept), f"{sensor}: values are there twice: {sorted(n for n in seen if kept.count(n) > 1)[:5]}")
        lost += [number for name, number in acked if name == sensor and number not in seen]
    return sorted(lost)


def crash_once(house, chance, first):
    """Load, kill. Gives what was acknowledged and the next number."""
    publisher = Publisher(house.mqtt_ports[0])
    publisher.announce()
    load = Load(publisher, first)
    load.goal = chance.randint(1, 300)
    load.start()
    load.reached.wait(20)
    check(load.error is None, str(load.error))
    check(len(publisher.acked) >= load.goal, f"{len(publisher.acked)} of {load.goal} were acknowledged, then nothing")
    time.sleep(chance.uniform(0, 0.015))  # anywhere between two commits
    house.kill()
    load.join(20)
    check(not load.is_alive(), "the load goes on without its house")
    check(load.error is None, str(load.error))
    return publisher.acked, load.next


def run(binary, rounds, expect_loss, seed):
    chance = random.Random(seed)
    house = House(binary, "crash")
    house.configure()
    house.start()
    begin = time.monotonic()
    everything, first = [], 1
    for turn in range(1, rounds + 1):
        since = time.time() - 1
        acked, first = crash_once(house, chance, first)
        everything += acked
        house.start()
        health = house.get("/healthz")
        check(health["status"] == "ok", f"round {turn}: after the restart {health}")
        lost = lost_of(house, acked, since)
        if lost and expect_loss:
            print(f"round {turn}: {len(lost)} of {len(acked)} acknowledged are lost, as expected of this binary")
            return 0
        check(not lost, f"round {turn}: acknowledged and lost: {lost[:10]} ({len(lost)} of {len(acked)})")
        verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
        check(verified.returncode == 0, f"round {turn}: journal verify: {verified.stdout}{verified.stderr}")
    lost = lost_of(house, everything, time.time() - (time.monotonic() - begin) - 5)
    check(not lost, f"at the end: acknowledged and lost: {lost[:10]} ({len(lost)})")
    check(house.stop() == 0, "TERM after the rounds does not end with 0")
    check(not expect_loss, f"{rounds} rounds, {len(everything)} acknowledged, and no loss was found in a binary that loses")
    print(f"{rounds} rounds, {len(everything)} acknowledged, nothing lost; {time.monotonic() - begin:.1f} s")
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--expect-loss", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    try:
        return run(asked.binary, asked.rounds, asked.expect_loss, asked.seed)
    except Wrong as wrong:
        print(f"crash: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
