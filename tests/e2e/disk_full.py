#!/usr/bin/env python3
"""disk_full.py FOXTAIL [FAILING_FSYNC.so]: a disk without room, and one that cannot sync.

While nothing can be kept, nothing is acknowledged, /healthz and the page say so, and everything can still be
read; once it can be kept again the house goes on by itself, and what was acknowledged is there.

The full disk is a small tmpfs in a mount namespace of its own; without the right to make one that part is
skipped.
"""
import base64
import json
import os
import pathlib
import select
import socket
import struct
import sys
import time

from first_light import announce_lamp, announce_sensor, wait_value
from house import SKIPPED, House, Wrong, again_with_own_mounts, check, disk_of_its_own, has_own_mounts, wait_until
from wire import PUBACK, Line, publish_packet

IN_FLIGHT = 20
DISK_MIB = 24
ROOM_KIB = 100      # left by the ballast: a second of load
STILL_S = 2.5      # longer than the house waits between two tries to write


class Feeder:
    """Numbers to one sensor at QoS 1, a window of them in flight; a number is sent again when its line broke."""

    def __init__(self, house, version):
        self.house, self.version, self.name = house, version, f"disk{version}"
        self.line, self.next_ident, self.number = None, 1, 0
        self.waiting, self.acked, self.again = {}, [], []
        self.announce()

    def announce(self):
        announce_sensor(self.house, self.name, "count", unit="W")

    def feed(self, seconds, goal=None, fresh=True):
        """Sends and takes in for so long, or until `goal` more are acknowledged. Gives how many were."""
        before, until = len(self.acked), time.monotonic() + seconds
        while time.monotonic() < until and (goal is None or len(self.acked) - before < goal):
            if self.line is None:
                self.line = Line(self.house.mqtt_ports[0]).come(self.name, self.version)
            while len(self.waiting) < IN_FLIGHT and (self.again or fresh):
                if not self.again:
                    self.number += 1
                    self.again.append(self.number)
                self._send(self.again.pop(0))
            if not self.waiting:
                break
            self._take()
        return len(self.acked) - before

    def _send(self, number):
        ident, self.next_ident = self.next_ident, self.next_ident % 60000 + 1
        self.waiting[ident] = number
        self.line.send(publish_packet(f"{self.name}/count", b'{"v": %d}' % number, qos=1, ident=ident, version=self.version))

    def _take(self):
        if not self.line.buffer and not select.select([self.line.socket], [], [], 0.05)[0]:
            return
        found = self.line.next()
        if found is None:
            self.line.close()
            self.line, self.again, self.waiting = None, list(self.waiting.values()) + self.again, {}
            return
        kind, body = found
        check(kind == PUBACK, f"PUBACK was due, it was {kind} {body!r}")
        number = self.waiting.pop(struct.unpack("!H", body[:2])[0])
        if len(body) > 2 and body[2] >= 0x80:
            self.again.append(number)  # refused in words: it is not acknowledged
        else:
            self.acked.append(number)

    def kept(self):
        points = self.house.get(f"/history?address={self.name}/count&points=0")["points"]
        return [int(point[4]) for point in points]


def healthz(house):
    answer = house.ask("GET", "/healthz")
    return answer.status, answer.json()


def page_health(house):
    """The health in the first frame the page gets."""
    host, port = house.page.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        key = base64.b64encode(os.urandom(16)).decode()
        line.sendall((f"GET /stream HTTP/1.1\r\nHost: {house.page}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Authorization: Bearer {house.token()}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        stream = line.makefile("rb")
        check(b" 101 " in stream.readline(), "the WebSocket opens")
        while stream.readline().strip():
            pass
        start = b'{"op":"start","boot":null,"seq":null}'
        line.sendall(bytes([0x81, 0x80 | len(start)]) + bytes(4) + start)  # masked with zeros
        size = stream.read(2)[1]
        if size == 126:
            size = struct.unpack("!H", stream.read(2))[0]
        hello = json.loads(stream.read(size))
        check(hello["type"] == "hello", f"{hello}")
        return hello["health"]


def nothing_is_kept_nothing_is_acknowledged(house, feeders, says):
    """From the moment it cannot write until it is asked to stop trying that."""
    def refused():
        for feeder in feeders:
            feeder.feed(0.2)
        return healthz(house)[0] == 503
    wait_until(refused, lambda: f"read-only is told: {healthz(house)}; {sum(len(f.acked) for f in feeders)} acknowledged")
    for feeder in feeders:
        feeder.feed(0.2)  # what was on its way
    status, told = healthz(house)
    check((status, told["status"]) == (503, "read_only") and says in told["reason"], f"{status} {told}")
    check(page_health(house)["status"] == "read_only", "the page is not told")
    check(b"\nfoxtail_read_only 1\n" in house.ask("GET", "/metrics").body, "the metrics do not tell")
    begun = time.monotonic()
    while time.monotonic() - begun < STILL_S:
        for feeder in feeders:
            got = feeder.feed(0.3)
            check(got == 0, f"{got} acknowledged while nothing can be kept")
    for method, target, body in (("PUT", "/things/garden/properties/lamp", True),
                                 ("POST", "/grants", {"subject_name": "guest", "addresses": ["*"], "verbs": ["read"]})):
        answer = house.ask(method, target, body)
        check(answer.status in (503, 504), f"{method} {target} while nothing can be kept: {answer.status} {answer.body!r}")
    for target in ("/things", "/readings", "/journal?readings=true", f"/history?address={feeders[0].name}/count", "/system", "/rules"):
        check(house.ask("GET", target).status == 200, f"{target} cannot be read")


def all_is_well_again(house, feeders, since):
    wait_until(lambda: healthz(house)[0] == 200, lambda: f"it recovers: {healthz(house)}")
    check(page_health(house)["status"] == "ok", "the page is not told")
    for feeder in feeders:
        outstanding = len(feeder.waiting) + len(feeder.again)
        check(outstanding > 0, "nothing was waiting: this tests nothing")
        feeder.feed(15, fresh=False)
        check(not feeder.waiting, f"3.1.1 or 5.0 ({feeder.version}): its line stays open, but {len(feeder.waiting)} of {outstanding} are never acknowledged")
        check(feeder.feed(15, goal=200) >= 200, f"{feeder.name}: new numbers are not acknowledged")
        acked_are_kept(feeder)
    check(house.ask("PUT", "/things/garden/properties/lamp", True).status == 204, "a wish is not taken")
    log = house.log_text(since)
    check("bugs found" not in log, log)


def acked_are_kept(feeder):
    kept = set(feeder.kept())
    lost = [number for number in feeder.acked if number not in kept]
    check(not lost, f"{feeder.name}: acknowledged and lost: {lost[:10]} ({len(lost)} of {len(feeder.acked)})")


def prepare(house):
    announce_lamp(house)
    house.tell("garden/lamp", "OFF")
    wait_value(house, "garden/lamp", False)
    feeders = [Feeder(house, 4), Feeder(house, 5)]
    for feeder in feeders:
        check(feeder.feed(20, goal=300) >= 300, "the load is not acknowledged")
    return feeders


def goes_on_after_a_restart(house, feeders):
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
    check(verified.returncode == 0, f"journal verify: {verified.stdout}{verified.stderr}")
    house.start()
    for feeder in feeders:
        acked_are_kept(feeder)
    check(house.stop() == 0, "TERM: not 0")


def failing_sync(program, shim):
    house = House(program, "fsync")
    flag = house.folder / "fsync-fails"
    house.environment = {"LD_PRELOAD": str(shim), "FOXTAIL_FSYNC_FAILS": str(flag)}
    house.configure()
    house.start()
    feeders = prepare(house)
    for _ in range(2):
        since = len(house.log_text())
        flag.touch()
        nothing_is_kept_nothing_is_acknowledged(house, feeders, "")
        flag.unlink()
        all_is_well_again(house, feeders, since)
    goes_on_after_a_restart(house, feeders)
    house.clear()
    print(f"ok    failing fsync: {sum(len(f.acked) for f in feeders)} acknowledged, nothing lost", flush=True)


def full_disk(program):
    house = House(program, "full")
    with disk_of_its_own(house, DISK_MIB):
        house.configure()
        house.start()
        feeders = prepare(house)
        ballast = house.data / "ballast"
        for _ in range(2):
            since = len(house.log_text())
            free = os.statvfs(house.data)
            ballast.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - ROOM_KIB * 1024)))
            nothing_is_kept_nothing_is_acknowledged(house, feeders, "full")
            ballast.unlink()
            all_is_well_again(house, feeders, since)
        # Killed while it is full: whatever it says to a start then, nothing is gone once there is room.
        ballast.write_bytes(bytes(os.statvfs(house.data).f_bavail * os.statvfs(house.data).f_frsize - ROOM_KIB * 1024))
        nothing_is_kept_nothing_is_acknowledged(house, feeders, "full")
        house.kill()
        ballast.unlink()
        house.start()
        for feeder in feeders:
            acked_are_kept(feeder)
            feeder.announce()
            check(feeder.feed(15, goal=100) >= 100, "after the restart nothing is acknowledged")
            acked_are_kept(feeder)
        goes_on_after_a_restart(house, feeders)
        print(f"ok    full disk: {sum(len(f.acked) for f in feeders)} acknowledged, nothing lost", flush=True)


def main():
    program = sys.argv[1]
    shim = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    good = True
    if has_own_mounts():
        try:
            full_disk(program)
        except Wrong as wrong:
            print(f"WRONG full disk: {wrong}", flush=True)
            return 1
        return 0
    if shim and only in "fsync":
        try:
            failing_sync(program, shim)
        except Wrong as wrong:
            print(f"WRONG failing fsync: {wrong}", flush=True)
            good = False
    if only in "full":
        status = again_with_own_mounts()
        if status == SKIPPED and good:
            return SKIPPED
        good &= status == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
