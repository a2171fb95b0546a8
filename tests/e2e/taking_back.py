#!/usr/bin/env python3
"""taking_back.py FOXTAIL [--rounds N]: what was given is taken back while the program is killed, while the disk is full, while the journal is
copied and cleaned, and while the grantee does not read what waits for it over MQTT. Nothing comes late."""
import http.client
import json
import os
import random
import re
import select
import sys
import threading
import time

from disk_full import DISK_MIB, ROOM_KIB, Feeder
from first_light import announce_sensor
from people import PASSPHRASE, Browser
from house import House, Wrong, again_with_own_mounts, check, disk_of_its_own, has_own_mounts, wait_until
from wire import PUBLISH, Line, publish_packet, subscribe_packet

SEED = 7


def give(house, name):
    answer = house.ask("POST", "/grants", {"subject_name": name, "addresses": ["porch/*"], "verbs": ["read", "history"]})
    check(answer.status == 201, f"give: {answer.status} {answer.body}")
    return answer.json()


def may_read(house, token):
    """Whether the token opens anything; whatever the program says to it."""
    status = house.ask("GET", "/readings?address=porch/lux", token=token).status
    check(status in (200, 401), f"a token is good or not: {status}")
    return status == 200


class Watcher(threading.Thread):
    """A stream of the grantee's: the numbers of what it was shown."""

    def __init__(self, house, token):
        super().__init__(daemon=True)
        self.line = http.client.HTTPConnection(house.page, timeout=30)
        self.line.request("GET", "/things/porch/properties/lux/observe", headers={"Authorization": "Bearer " + token})
        self.answer = self.line.getresponse()
        check(self.answer.status == 200, f"the stream opens: {self.answer.status}")
        self.values, self.ended = [], threading.Event()
        self.start()

    def run(self):
        try:
            while line := self.answer.fp.readline():
                if line.startswith(b"data:"):
                    self.values.append(line)
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended.set()


def killed_at_any_moment(program, rounds):
    """After the restart it is either wholly taken back, or the call had not returned."""
    chance = random.Random(SEED)
    house = House(program, "killed")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    usual = give(house, "token:usual")
    begun = time.monotonic()
    check(house.ask("DELETE", f"/grants/{usual['id']}").status == 200, "it can be taken back at all")
    usually_s = time.monotonic() - begun
    returned, undone = 0, 0
    for round_ in range(rounds):
        given = give(house, f"token:grantee-{round_}")
        device = Line(house.mqtt_ports[0]).come("porch-device")
        device.send(publish_packet("porch/lux", b'{"v": %d}' % round_, qos=1))
        watcher = Watcher(house, given["token"])
        outcome = {}

        def take_back(page=house.page, owner=house.token()):
            line = http.client.HTTPConnection(page, timeout=20)
            try:
                line.request("DELETE", f"/grants/{given['id']}", headers={"Authorization": "Bearer " + owner})
                answer = line.getresponse()
                body = answer.read()
                outcome.update(status=answer.status, body=body)
            except (OSError, http.client.HTTPException):
                pass

        caller = threading.Thread(target=take_back)
        caller.start()
        # Between the first byte of the question and a little after the answer.
        time.sleep(chance.random() * usually_s * 2.5)
        house.kill()
        caller.join(20)
        device.close()
        house.start()
        good = may_read(house, given["token"])
        listed = any(one["id"] == given["id"] for one in house.get("/grants")["grants"])
        check(good == listed, f"round {round_}: half taken back: the token opens: {good}, the grant is there: {listed}")
        if "status" in outcome:
            check(outcome["status"] == 200, f"round {round_}: {outcome}")
            returned += 1
            check(not good, f"round {round_}: taken back, certified, and back after a kill")
            said = json.loads(outcome["body"])
            check("certificate" in said and said["delivered_last_seq"] < said["effective_seq"], f"round {round_}: {said}")
        elif good:
            undone += 1
            check(house.ask("DELETE", f"/grants/{given['id']}").status == 200 and not may_read(house, given["token"]), "it can be taken back then")
        check(watcher.ended.wait(20), "its stream is over")
    check(house.stop() == 0, "TERM: not 0")
    verified = house.cli("journal", "verify", "--data", str(house.data), connect=False)
    check(verified.returncode == 0, f"journal verify: {verified}")
    check(returned > 0, f"no call ever returned before the kill in {rounds} rounds: this tests too little")
    check(returned < rounds, "no kill came before the answer: this tests too little")
    print(f"ok    {rounds} kills: {returned} calls had returned, {undone} were as if never made, none by halves", flush=True)
    house.clear()


def unread_over_mqtt(program):
    """A client that subscribed and does not read: megabytes wait for it when its right is taken back."""
    house = House(program, "unread")
    made = house.cli("password", stdin="correct horse battery\n", connect=False).stdout.strip()
    users = lambda topics: f"  users:\n    - {{name: grantee, password_hash: '{made}', subscribe: [{topics}]}}\n"
    house.configure(users=users("'porch/#', 'hall/#'"))
    house.start()
    flags = 0x02 | 0x80 | 0x40
    from wire import field
    grantee = Line(house.mqtt_ports[1], receive_bytes=4096).come("grantee", 4, flags=flags, tail=field("grantee") + field("correct horse battery"))
    grantee.send(subscribe_packet(["porch/#"], qos=1, version=4))
    wait_until(lambda: grantee.next()[0] == 9, "SUBACK")
    device = Line(house.mqtt_ports[0]).come("porch-device")
    queued = 1000
    for number in range(queued):
        device.send(publish_packet("porch/waits", b"%08d" % number + bytes(8000)))
    # Asked by the same line: whatever was sent before has been taken.
    device.send(publish_packet("porch/waits", b"%08d" % queued, qos=1, ident=7))
    wait_until(lambda: device.next()[0] == 4, "the device's messages were taken")
    grants = [g for g in house.get("/grants")["grants"] if g["subject"] == "device:grantee"]
    check(grants, "the grantee's right is a grant")
    for one in grants:
        answer = house.ask("DELETE", f"/grants/{one['id']}")
        check(answer.status == 200, f"taking back: {answer.status} {answer.body}")
    after = b"%08d" % (queued + 1)
    device.send(publish_packet("porch/waits", after, qos=1, ident=8))
    wait_until(lambda: device.next()[0] == 4, "the house goes on")
    heard = []
    until = time.monotonic() + 3
    while time.monotonic() < until and select.select([grantee.socket], [], [], 1)[0]:
        found = grantee.next()
        if found is None:
            break
        if found[0] == PUBLISH:
            heard.append(found[1])
    late = [body for body in heard if after in body[:60]]
    check(not late, f"{len(late)} came after it was taken back")
    check(len(heard) < queued, f"all {len(heard)} came though they waited when it was taken back")
    check(house.stop() == 0, "TERM: not 0")
    print(f"ok    not reading over MQTT: {len(heard)} of {queued + 1} had left before, nothing after", flush=True)
    house.clear()


def while_the_journal_is_copied_and_cleaned(program):
    """Neither who copies the journal nor what takes the past off the disk keeps a grant open, and no copy gives it back."""
    house = House(program, "busy-back")
    house.configure()
    house.start()
    announce_sensor(house, "porch", "lux", unit="lx")
    anna = Browser(house)  # who lives there: what is forgotten is hers to say
    code = wait_until(lambda: re.findall(r"/#signup=(\S+)", house.log_text()), "the sign-up link")[-1].strip('"')
    anna.expect(204, "POST", "/auth/signup", {"code": code, "name": "anna", "passphrase": PASSPHRASE})
    anna.expect(200, "PUT", "/things/porch/ownership", {"owners": ["owner:anna"], "about": []})
    device = Line(house.mqtt_ports[0]).come("porch-device")
    for number in range(20_000):
        device.send(publish_packet("porch/lux", b'{"v": %d}' % number))
    device.send(publish_packet("porch/lux", b'{"v": 1}', qos=1, ident=7))
    wait_until(lambda: device.next()[0] == 4, "the device's messages were taken")
    enough, copies = threading.Event(), []

    def copy():
        while not enough.is_set():
            target = house.folder / f"copy-{len(copies)}.db"
            copies.append((target, house.cli("backup", str(target), "--data", str(house.data), connect=False)))

    copier = threading.Thread(target=copy, daemon=True)
    copier.start()
    tokens = []
    for round_ in range(10):
        given = anna.expect(201, "POST", "/grants", {"subject_name": f"token:while-{round_}", "addresses": ["porch/*"], "verbs": ["read"]})
        watcher = Watcher(house, given["token"])
        if round_ % 3 == 2:
            anna.expect(202, "POST", "/desk/forget", {"addresses": ["porch/*"]})
        check(may_read(house, given["token"]), "it is in force")
        anna.expect(200, "DELETE", f"/grants/{given['id']}")
        check(not may_read(house, given["token"]) and watcher.ended.wait(20), "it is over at once")
        tokens.append(given["token"])
    enough.set()
    copier.join(60)
    check(copies and all(done.returncode == 0 for _, done in copies), f"the copies are made: {copies}")
    for target, _ in copies[-2:]:
        whole = house.cli("journal", "verify", "--file", str(target), connect=False)
        check(whole.returncode == 0, f"a copy that was made meanwhile is whole: {whole}")
    house.kill()
    house.start()
    check(not any(may_read(house, token) for token in tokens), "taken back, it holds after a kill")
    check(house.stop() == 0, "TERM: not 0")
    print(f"ok    {len(tokens)} taken back while {len(copies)} copies were made and the past went", flush=True)
    house.clear()


def on_a_full_disk(program):
    house = House(program, "full-back")
    with disk_of_its_own(house, DISK_MIB):
        house.configure()
        house.start()
        announce_sensor(house, "porch", "lux", unit="lx")
        feeder = Feeder(house, 4)
        check(feeder.feed(20, goal=100) >= 100, "the load is acknowledged")
        device = Line(house.mqtt_ports[0]).come("porch-device")
        device.send(publish_packet("porch/lux", b'{"v": 1}'))
        given, kept = give(house, "token:one"), give(house, "token:two")
        watcher = Watcher(house, given["token"])
        free = os.statvfs(house.data)
        ballast = house.data / "ballast"
        ballast.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - ROOM_KIB * 1024)))

        def is_full():
            feeder.feed(0.2)
            return house.ask("GET", "/healthz").status == 503
        wait_until(is_full, "the disk is full")
        begun = time.monotonic()
        answer = house.ask("DELETE", f"/grants/{given['id']}")
        took = time.monotonic() - begun
        check(answer.status == 200 and took < 5, f"there is room kept for it: {answer.status} after {took:.1f} s: {answer.body!r}")
        check(not may_read(house, given["token"]), "a full disk keeps nobody in")
        check(watcher.ended.wait(5), "and no stream open")
        check(may_read(house, kept["token"]), "others are not concerned")
        wait_until(is_full, "the rest of the room is not for readings")
        house.kill()
        house.start()
        check(not may_read(house, given["token"]), "taken back on a full disk, it holds after a kill")
        ballast.unlink()
        wait_until(lambda: house.ask("GET", "/healthz").status == 200, "it recovers")
        check(not may_read(house, given["token"]), "what was taken back stays so once there is room")
        wait_until(lambda: house.records(kind="grant_ended", newest_first="true", limit=10), "it is on record")
        house.kill()
        house.start()
        check(not may_read(house, given["token"]) and may_read(house, kept["token"]), "and after a kill")
        check(house.stop() == 0, "TERM: not 0")
        print(f"ok    full disk: answered {answer.status} after {took * 1000:.0f} ms, closed at once, on record when there was room", flush=True)


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 50
    if has_own_mounts():
        try:
            on_a_full_disk(program)
        except Wrong as wrong:
            print(f"WRONG full disk: {wrong}", flush=True)
            return 1
        return 0
    try:
        unread_over_mqtt(program)
        while_the_journal_is_copied_and_cleaned(program)
        killed_at_any_moment(program, rounds)
    except Wrong as wrong:
        print(f"WRONG: {wrong}", flush=True)
        return 1
    return again_with_own_mounts()


if __name__ == "__main__":
    sys.exit(main())
