#!/usr/bin/env python3
"""floods.py PROGRAM: who floods the record with denied wishes, takes all file descriptors or all memory, harms nobody else."""
import contextlib
import http.client
import os
import re
import resource
import signal
import socket
import sqlite3
import sys
import threading
import time

from faults import Pulse
from house import House, check, play, wait_until
from wire import Line

FLOOD_S = 8.0
GROWTH_BYTES_A_MINUTE_MAX = 1_000_000
RECORDS_MAX = 30  # of one subject within a minute, one by one
ANSWERED_WITHIN_S = 1.0
MEMORY_LEFT = 12_000_000
ROOM = 12  # file descriptors that are left


def bytes_of(house):
    """Of the journal's pages in use, wherever they lie: the log beside the file grows and starts again by rules of its own."""
    with contextlib.closing(sqlite3.connect(f"file:{house.data / 'journal.db'}?mode=ro", uri=True)) as file:
        number = lambda name: file.execute(f"PRAGMA {name}").fetchone()[0]
        return (number("page_count") - number("freelist_count")) * number("page_size")


def ask_in_vain(house, token, until, counts):
    host, port = house.page.split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=20)
    asked = 0
    while time.monotonic() < until:
        line.request("PUT", "/things/pulse/properties/count", "1", {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        check(answer.status == 404, f"a denied wish: {answer.status}")
        asked += 1
    counts.append(asked)


def honest_entries(house, until):
    """What others put on record meanwhile; gives the longest that one of them waited."""
    slowest = 0.0
    while time.monotonic() < until:
        asked = time.monotonic()
        made = house.ask("POST", "/grants", {"subject_name": "token:honest", "addresses": ["porch/*"], "verbs": ["read"]})
        check(made.status == 201, f"an honest entry: {made.status}")
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.2)
    return slowest


def denials(house):
    given = house.ask("POST", "/grants", {"subject_name": "token:nobody", "addresses": ["porch/*"], "verbs": ["read"]}).json()
    # The same span without a flood: what readings and honest entries take.
    before = bytes_of(house)
    honest_entries(house, time.monotonic() + FLOOD_S)
    usual = bytes_of(house) - before
    before, begun, counts = bytes_of(house), time.monotonic(), []
    flood = [threading.Thread(target=ask_in_vain, args=(house, given["token"], begun + FLOOD_S, counts), daemon=True) for _ in range(3)]
    for one in flood:
        one.start()
    slowest = honest_entries(house, begun + FLOOD_S)
    for one in flood:
        one.join()
    check(len(counts) == 3 and sum(counts) > 500, f"that was no flood: {counts}")
    check(slowest < ANSWERED_WITHIN_S, f"an honest entry waited {slowest:.2f} s")
    records = [one for one in house.records(kind="command_denied", limit=1000) if one["actor"] == "token:nobody"]
    check(0 < len(records) <= RECORDS_MAX, f"{len(records)} denials on record one by one")
    growth = max(bytes_of(house) - before - usual, 0) * 60 / FLOOD_S
    print(f"{sum(counts) / FLOOD_S:.0f} denials a second: {growth / 1e6:.2f} MB a minute, the slowest honest entry {slowest * 1000:.0f} ms")
    check(growth < GROWTH_BYTES_A_MINUTE_MAX, f"the journal grows by {growth:.0f} bytes a minute")

    def told():
        return any("more wishes were denied" in one["sentence"] for one in house.records(kind="command_denied", limit=50))
    wait_until(told, "how many there were is on record once the minute is over", 80)


def descriptors(house):
    pid = house.process.pid
    open_now = len(os.listdir(f"/proc/{pid}/fd"))
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (open_now + ROOM, hard))
    greedy = []
    for port in (int(house.page.split(":")[1]), house.mqtt_ports[0]):
        for _ in range(2 * ROOM):
            greedy.append(socket.create_connection(("127.0.0.1", port), 20))
    wait_until(lambda: "newcomers wait" in house.log_text(), lambda: f"the log says so: {house.log_text()[-2000:]}")
    check(house.process.poll() is None, "the house ended")
    yield  # who was there goes on
    for one in greedy:
        one.close()
    wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) <= open_now + 3, "what was taken is given back")
    Line(house.mqtt_ports[0]).come("newcomer").close()
    check(house.ask("GET", "/healthz").status == 200, "the page answers newcomers")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
    told = house.log_text().count("newcomers wait")
    check(told <= 4, f"the log says it {told} times")


def memory(house):
    """With no memory left the program ends at once, as by a kill, and begins again with all that it acknowledged: nothing is served by halves."""
    pid, given = house.process.pid, []
    status = open(f"/proc/{pid}/status", encoding="ascii").read()
    size = int(re.search(r"VmSize:\s+(\d+) kB", status).group(1)) * 1024
    resource.prlimit(pid, resource.RLIMIT_AS, (size + MEMORY_LEFT, resource.RLIM_INFINITY))
    host, port = house.page.split(":")
    head = (f"POST /grants HTTP/1.1\r\nHost: {house.page}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n").encode()
    greedy = []
    try:
        for _ in range(500):
            made = house.ask("POST", "/grants", {"subject_name": "token:kept", "addresses": ["porch/*"], "verbs": ["read"]})
            if made.status == 201:
                given.append(made.json()["id"])
            greedy.append(socket.create_connection((host, int(port)), 20))
            greedy[-1].sendall(head + b"x" * 900_000)
    except (OSError, http.client.HTTPException):
        pass
    wait_until(lambda: house.process.poll() is not None, "it ends when there is no memory left")
    for one in greedy:
        one.close()
    check(house.process.returncode == -signal.SIGABRT and given, f"how it ended: {house.process.returncode}, {len(given)} given before")
    house.process = house._connection = None
    house.start()
    kept = {one["id"] for one in house.get("/grants")["grants"]}
    check(kept >= set(given), f"acknowledged and lost: {sorted(set(given) - kept)}")
    print(f"{len(given)} grants were acknowledged before there was no memory left; all are there")


def scene(program):
    house = House(program, "floods")
    house.configure()
    house.start()
    pulse = Pulse(house)
    pulse.start()
    denials(house)
    pulse.felt_nothing(house)
    for _ in descriptors(house):
        pulse.felt_nothing(house)
    pulse.felt_nothing(house)
    pulse.stop(house)
    memory(house)
    check(house.stop() == 0, "TERM: not 0")
    check("bugs found" not in house.log_text(), house.log_text())


if __name__ == "__main__":
    sys.exit(play(scene, __doc__, "nobody else felt it"))
