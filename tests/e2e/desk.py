#!/usr/bin/env python3
"""desk.py PROGRAM VERIFIER CLOCK: a person gives an insurer the sum of thirty days of what the car was driven, for a year, by the
page in a real browser; the insurer gets just that, by each door there is; the person takes it back while streams are open, and saves the certificate. Two verifiers that share no
code confirm the whole story offline.

CLOCK is shifted_clock.c as a library: the trips were driven in a span of thirty days that is over."""
import base64
import hashlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

import certificate
from browsers import PASSPHRASE, Person, has_browser
from house import DEADLINE_S, SKIPPED, House, Listener, Wrong, check, wait_until

DAY_S = 86400
TRIPS = [12.5, 7.5, 30.0]
SUM = 50.0
LATER = 99.25  # driven now, in a span that is not over


class Follower:
    """Everything that comes on one connection, until its end."""

    def __init__(self, house, head, name):
        host, port = house.page.split(":")
        self.name = name
        self.socket = socket.create_connection((host, int(port)), timeout=DEADLINE_S)
        self.socket.settimeout(None)
        self.socket.sendall(head.encode())
        self.bytes = b""
        self.ended = threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while more := self.socket.recv(65536):
                self.bytes += more
        except OSError:
            pass
        self.ended.set()

    def text(self):
        return self.bytes.decode("utf-8", "replace")

    def close(self):
        self.socket.close()


def sse(house, path, token):
    return Follower(house, f"GET {path} HTTP/1.1\r\nHost: {house.page}\r\nAuthorization: Bearer {token}\r\n"
                           "Accept: text/event-stream\r\n\r\n", "SSE " + path)


def websocket(house, token):
    key = base64.b64encode(os.urandom(16)).decode()
    stream = Follower(house, f"GET /stream HTTP/1.1\r\nHost: {house.page}\r\nAuthorization: Bearer {token}\r\n"
                             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key}\r\n\r\n", "WebSocket /stream")
    wait_until(lambda: b"\r\n\r\n" in stream.bytes, lambda: f"the WebSocket opens: {stream.text()}")
    check(b" 101 " in stream.bytes, f"the WebSocket is refused: {stream.text()}")
    said = json.dumps({"op": "start", "boot": None, "seq": None}).encode()
    mask = os.urandom(4)
    stream.socket.sendall(struct.pack("!BB", 0x81, 0x80 | len(said)) + mask +
                          bytes(byte ^ mask[i % 4] for i, byte in enumerate(said)))
    return stream


class MqttFollower:
    """The same over MQTT: mosquitto_sub with the token for a password."""

    def __init__(self, house, token, filters):
        self.name = "MQTT " + " ".join(filters)
        self.listener = Listener(house, filters, user="insurer", password=token)
        self.ended = self

    def text(self):
        return self.listener.text()

    def is_set(self):
        return self.listener.process.poll() is not None

    def wait(self, seconds):
        wait_until(self.is_set, lambda: f"{self.name} ends: {self.text()}", seconds)
        return True

    def close(self):
        self.listener.close()


def announce_car(house):
    for name in ("trip", "odometer"):
        house.tell(f"homeassistant/sensor/car_{name}/config", {
            "name": name, "uniq_id": f"car_{name}", "stat_t": f"car/{name}", "unit_of_meas": "km",
            "val_tpl": "{{ value }}", "dev": {"ids": ["car"], "name": "car"}})
    wait_until(lambda: "car" in house.things(), "the car is known")


def drive(house, km):
    before = house.reading("car/trip")
    house.tell("car/trip", str(km))
    wait_until(lambda: house.reading("car/trip") not in (None, before), f"{km} km are on record")


def live_weeks_ago(house, clock):
    """Drives in the middle of the newest span of thirty days that is over; those are counted from 1970."""
    span = 30 * DAY_S
    now = time.time()
    middle = (now // span) * span - span / 2
    house.environment = {"LD_PRELOAD": clock, "FOXTAIL_CLOCK_SHIFT_S": str(int(middle - now))}
    house.start()
    announce_car(house)
    for km in TRIPS:
        drive(house, km)
    house.tell("car/odometer", "48211")
    check(house.stop() == 0, "TERM: not 0")
    house.environment = {}


def ask(house, token, target):
    return house.ask("GET", target, token=token)


def gets_the_sum_and_nothing_finer(house, token):
    def told():
        answer = ask(house, token, "/things/car/properties/trip")
        return answer.status == 200 and answer.json() == SUM
    wait_until(told, lambda: f"the insurer reads the sum: {ask(house, token, '/things/car/properties/trip').body}")
    for points in (0, 1, 600):
        history = ask(house, token, f"/history?address=car/trip&from=2020-01-01T00:00:00Z&points={points}").json()
        check([point[4] for point in history["points"]] == [SUM], f"points={points}: {history}")
    # A window that cuts through the span gets nothing of it.
    start = history["points"][0][0] / 1000
    cut = urllib.parse.urlencode({"address": "car/trip", "points": 0,
                                  "from": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + DAY_S))})
    check(ask(house, token, "/history?" + cut).json()["points"] == [], "half a span is told")
    check(ask(house, token, "/readings").json()["readings"][0]["value"] == SUM, "/readings is finer")
    check(len(ask(house, token, "/readings").json()["readings"]) == 1, "/readings says more than was given")
    for target in ("/things/car/properties/odometer", "/history?address=car/odometer", "/why/1"):
        check(ask(house, token, target).status == 404, f"{target} answers the insurer")
    journal = ask(house, token, "/journal?readings=true&from=1&limit=1000").json()["records"]
    check(not any(record["kind"] == "reading" for record in journal), f"readings in the journal: {journal}")
    exported = ask(house, token, "/export?about=me").body.decode()
    check("12.5" not in exported and '"reading"' not in exported, f"the export is the insurer's: {exported}")


def streams_tell_the_sum_alone(house, token):
    streams = [sse(house, "/things/car/properties/trip/observe", token),
               sse(house, "/things/car/properties/observe", token), websocket(house, token),
               MqttFollower(house, token, ["$foxtail/things/#"])]
    for stream in streams:
        wait_until(lambda stream=stream: re.search(r"\b50(\.0)?\b", stream.text()), lambda stream=stream: f"{stream.name} tells the sum: {stream.text()}")
    drive(house, LATER)
    wait_until(lambda: house.value("car/trip") == LATER, "the person sees the new trip")
    # A comment or a frame that comes later than the trip would have: the next beat of each line is long, so ask once more.
    check(ask(house, token, "/things/car/properties/trip").json() == SUM, "the new trip shows")
    for stream in streams:
        check(str(LATER) not in stream.text() and "12.5" not in stream.text(), f"{stream.name} told a single trip: {stream.text()}")
        check("48211" not in stream.text(), f"{stream.name} told what was not given")
        check(not stream.ended.is_set(), f"{stream.name} ended by itself: {stream.text()}")
    return streams


def has_a_receipt(house, token, grant):
    """What was agreed, in the same bytes for whoever gave it, got it or keeps the house; its hash names it."""
    target = f"/grants/{grant['id']}/receipt"
    mine = ask(house, token, target)
    check(mine.status == 200 and mine.body == house.ask("GET", target).body, f"the receipts differ: {mine.body}")
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(mine.body).digest()).decode() + ":"
    check(mine.headers["Content-Digest"] == digest, f"{mine.headers['Content-Digest']} is not {digest}")
    said = mine.json()
    check(said["pii_principal_id"] == grant["grantor"] and said["pii_processing"]["recipients"] == ["participant:insurer"], f"{said}")
    check(said["pii_processing"]["pii_attributes"] == ["car/trip"] and said["pii_processing"]["terms"] == grant["terms"], f"{said}")
    check(said["events"][0]["valid_until"] == grant["until"], f"{said} / {grant}")
    check(house.ask("GET", said["ledger"]["proof"]).status == 200, "the ledger does not have it")
    check("fxt_" not in mine.body.decode(), "a token stands in the receipt")
    check(said["state"] == "in force" and len(said["events"]) == 1, f"{said}")
    check(said["pii_processing"]["jurisdiction"] == "AT" and "language" not in said["pii_processing"], f"{said}")
    return target


def keeps_its_receipt(house, target, grant):
    """It is over, and says so: what was agreed, when it ended and by whom, and the house signs that."""
    said = house.ask("GET", target).json()
    check(said["state"] == "taken back" and said["pii_processing"]["terms"] == grant["terms"], f"{said}")
    check(said["events"][1]["event_state"] == "consent withdrawn" and said["events"][1]["entity_id"] == grant["grantor"], f"{said}")
    done = subprocess.run(
        [house.program, "grants", "receipt", str(grant["id"]), "--url", "http://" + house.page, "--data", str(house.data)],
        text=True, capture_output=True, timeout=60, check=False)
    check(done.returncode == 0 and "\ngrant receipt\n" in done.stdout, f"{done}")
    return done.stdout


def receipt_holds(house, verifier, kept, key):
    """Both verifiers say so offline, of this text and key and of no other."""
    path = house.folder / "kept.receipt"

    def judged(text, status, *known):
        path.write_text(text)
        for words in ([verifier, "receipt", *(["--key", *known] if known else []), path],
                      [sys.executable, certificate.LEDGER / "receipt.py", path, *known]):
            done = subprocess.run(words, text=True, capture_output=True, timeout=60, check=False)
            check(done.returncode == status, f"not {status}: {done}")

    judged(kept, 0)
    judged(kept, 0, key)
    judged(kept, 1, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    for was, becomes in (("taken back", "in force"), ("car/trip", "car/hour"), ("grant receipt", "grant taken back")):
        judged(kept.replace(was, becomes), 1)


def ends_at_once(house, token, person, streams):
    taken = person.do("take_back")
    told = taken["certificate"]
    check(told["subject"] == "participant:insurer" and taken["shown"] == told["effective_seq"], f"{taken}")
    check(told["streams_closed"] == len(streams), f"of {len(streams)} streams: {told}")
    check(taken["findings"] == [] and taken["saved"] == told["certificate"], f"what the page saves: {taken}")
    for stream in streams:
        check(stream.ended.wait(DEADLINE_S), f"{stream.name} goes on after the grant was taken back")
        stream.close()
    check(struct.pack("!H", 4401) in streams[2].bytes[-100:], f"how the WebSocket was closed: {streams[2].bytes[-20:]!r}")
    check(ask(house, token, "/things/car/properties/trip").status == 401, "the token still opens something")
    ended = house.records(kind="grant_ended")[0]
    check(ended["seq"] == told["effective_seq"], f"{ended} is not what the certificate says: {told}")
    return taken["saved"]


def desk_shows_who_looked(house, person):
    looks = " / ".join(person.do("looks")["looks"])
    # What a stream begins with is a look; the sum did not change after that.
    for what in (r"insurer\s+looked \d+ times", r"insurer\s+looked at the past \d+ times"):
        check(re.search(what, looks), f"'{what}' is not in: {looks}")
    check("car" in looks.lower(), looks)


def command_line_tells_the_same(house):
    house_cli = lambda *words: subprocess.run(
        [house.program, "desk", *words, "--as", "anna", "--url", "http://" + house.page, "--data", str(house.data)],
        env=dict(os.environ, FOXTAIL_PASSPHRASE=PASSPHRASE, NO_COLOR="1", TZ="UTC"), text=True, capture_output=True,
        timeout=60, check=False)
    looks = house_cli("looks")
    check(looks.returncode == 0 and "participant:insurer" in looks.stdout, f"{looks}")
    for name, header in (("mine.csv", "record,received"), ("mine.jsonl", '{"kind":"export"')):
        target = house.folder / name
        done = house_cli("export", str(target))
        check(done.returncode == 0, f"{done}")
        text = target.read_text()
        check(text.startswith(header), text[:200])
        for km in [*TRIPS, LATER]:
            check(str(km) in text, f"{km} km are missing in {name}")
        check("fxt_" not in text and house.token() not in text, "a token stands in the export")


def switch_keeps_everybody_out(house, person):
    given = person.do("give", "garage", "car/odometer", "exact", "week")
    wait_until(lambda: ask(house, given["token"], "/things/car/properties/odometer").status == 200, "the garage reads")
    stream = sse(house, "/things/car/properties/odometer/observe", given["token"])
    wait_until(lambda: "48211" in stream.text(), lambda: f"the garage follows: {stream.text()}")
    house.tell("car/odometer", "48225")
    wait_until(lambda: "48225" in stream.text(), lambda: f"the garage hears of the next: {stream.text()}")
    check("followed along" in " / ".join(person.do("looks")["looks"]), "that somebody follows is not shown")
    person.do("close")
    check(stream.ended.wait(DEADLINE_S), "the stream goes on although nobody may look")
    check(ask(house, given["token"], "/things/car/properties/odometer").status == 404, "the garage still reads")
    person.do("open")
    wait_until(lambda: ask(house, given["token"], "/things/car/properties/odometer").status == 200, "the garage reads again")
    stream.close()


def holds_offline(house, verifier, saved, grant):
    """The house is off: all there is are the certificate that the person saved and the ledger's export."""
    path = house.folder / "saved.certificate"
    path.write_text(saved)
    fields = certificate.fields_of(saved)
    check(certificate.judges(verifier, path, fields["key"]) == 0, "the saved certificate does not hold")
    check((fields["grant"], fields["subject"]) == (str(grant["id"]), "participant:insurer"), saved)
    export = certificate.export_confirms(house, verifier, fields)
    leaves, bodies = {}, {}
    for line in map(json.loads, export.splitlines()):
        if "kind" in line and "seq" in line:
            leaves[line["seq"]] = line["kind"]
        if "body" in line and "salt" in line:
            bodies[line["seq"]] = json.loads(line["body"])
    given, ended = bodies[grant["id"]], bodies[int(fields["effective"])]
    check(leaves[grant["id"]] == "grant" and given["addresses"] == ["car/trip"], f"what was given: {given}")
    check(given["terms"] == grant["terms"], f"on what terms: {given}")
    check(leaves[int(fields["effective"])] == "grant_ended" and ended["grant"] == grant["id"], f"that it ended: {ended}")
    looks = {body["how"] for seq, body in bodies.items() if leaves[seq] == "outside_read" and body["grant"] == grant["id"]}
    check(looks == {"read", "history"}, f"that the insurer looked, and how: {looks}")  # what a stream begins with is read


def story(house, verifier, clock):
    house.configure()
    house.config.write_text(house.config.read_text().replace("name: Test house", "name: Test house, jurisdiction: AT"))
    live_weeks_ago(house, clock)
    house.start()
    announce_car(house)
    code = wait_until(lambda: re.findall(r"/#signup=(\S+)", house.log_text()), "the sign-up link")[-1]
    person = Person(house, "anna", code.strip('"'))
    try:
        given = person.do("give", "insurer", "car/trip", "month", "year")
        check("sum of each 30 days" in given["card"], f"the card says: {given['card']}")
        check(given["findings"] == [], f"axe: {given['findings']}")
        token = given["token"]
        grants = [grant for grant in house.get("/grants")["grants"] if grant["subject"] == "participant:insurer"]
        check(len(grants) == 1 and grants[0]["terms"] == {"obligations": {"granularity": "30d", "aggregate": "sum"}}, f"{grants}")
        gets_the_sum_and_nothing_finer(house, token)
        receipt = has_a_receipt(house, token, grants[0])
        streams = streams_tell_the_sum_alone(house, token)
        saved = ends_at_once(house, token, person, streams)
        kept = keeps_its_receipt(house, receipt, grants[0])
        desk_shows_who_looked(house, person)
        command_line_tells_the_same(house)
        switch_keeps_everybody_out(house, person)
        person.leave()
    finally:
        person.clear()
    check(house.stop() == 0, "TERM: not 0")
    holds_offline(house, verifier, saved, grants[0])
    receipt_holds(house, verifier, kept, re.search("^key (.*)$", saved, re.M)[1])
    check("bugs found" not in house.log_text(), house.log_text())
    check(token not in house.log_text(), "the token stands in the log")


def main():
    if not has_browser():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    house = House(sys.argv[1], "desk")
    try:
        story(house, sys.argv[2], sys.argv[3])
    except Wrong as wrong:
        traceback.print_exc()
        print(f"desk: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        house.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
