#!/usr/bin/env python3
"""mqtt_users.py FOXTAIL: a user of MQTT gets another password, is taken out, and comes again: each time the session that was let in
by what no longer counts is closed, others' go on, and who comes again under the old name finds nothing that the old one left."""
import sys

from first_light import announce_sensor
from house import House, check, play, wait_until
from wire import CONNACK, PUBACK, PUBLISH, SUBACK, Line, connect_packet, field, publish_packet, subscribe_packet

NOT_AUTHORIZED, BAD_PASSWORD = 0x87, 0x86
SESSION_FOR_A_DAY = b"\x11\x00\x01\x51\x80"


class Users:
    """The configuration's users, as they are just now."""

    def __init__(self, house):
        self.house, self.hashes, self.rights = house, {}, {}
        house.configure(users="@USERS@")
        self.base = house.config.read_text()

    def put(self, name, password, topics):
        made = self.house.cli("password", stdin=password + "\n", connect=False)
        check(made.returncode == 0, f"{made}")
        self.hashes[name], self.rights[name] = made.stdout.strip(), topics

    def drop(self, name):
        del self.hashes[name], self.rights[name]

    def write(self):
        lines = [f"    - {{name: {name}, password_hash: '{made}', publish: {self.rights[name]}, subscribe: {self.rights[name]}}}\n"
                 for name, made in self.hashes.items()]
        self.house.config.write_text(self.base.replace("@USERS@", "  users:\n" + "".join(lines)))

    def take(self):
        self.write()
        begin = len(self.house.log_text())
        self.house.hang_up()
        wait_until(lambda: "configuration" in self.house.log_text(begin), "an answer to HUP")
        check("configuration taken" in self.house.log_text(begin), self.house.log_text(begin))


def enters(house, name, password, ident=None, flags=0xC2, properties=b""):
    """A line that asked to come in, and how it was answered: session present, reason."""
    line = Line(house.mqtt_ports[1])
    line.send(connect_packet(ident or name, 5, flags=flags, properties=properties, tail=field(name) + field(password)))
    kind, body = line.next()
    check(kind == CONNACK, f"CONNACK: {kind} {body!r}")
    return line, body[0] & 1, body[1]


def comes(house, name, password, **how):
    line, present, reason = enters(house, name, password, **how)
    check(reason == 0 and present == 0, f"{name} comes in to nothing that was there: {present} {reason:#x}")
    return line


def refused(house, name, password):
    line, _, reason = enters(house, name, password)
    check(reason == BAD_PASSWORD, f"{name} is answered {reason:#x}")
    line.close()


def goes_on(line, topic):
    """It is taken what it says: its session lives."""
    line.send(publish_packet(topic, b"1", qos=1, ident=7))
    while True:
        found = line.next()
        check(found is not None, f"the session that says {topic} was closed")
        if found[0] == PUBACK:
            return


def is_closed(line, who):
    check(line.ending() == NOT_AUTHORIZED, f"{who}: closed in other words")


def story(program):
    house = House(program, "mqtt-users")
    users = Users(house)
    users.put("meter", "the first one", ["meter/#"])
    users.put("clock", "of the clock", ["clock/#"])
    users.write()
    house.start()
    announce_sensor(house, "porch", "lux")
    given = house.ask("POST", "/grants", {"subject_name": "participant:dash", "addresses": ["porch/*"], "verbs": ["read"]}).json()
    others = {"clock/a": comes(house, "clock", "of the clock"), "hall/any": Line(house.mqtt_ports[0]).come("nobody")}
    follower = comes(house, "dash", given["token"]).subscribe(["$foxtail/things/porch/lux"])

    values = iter(range(10, 100))

    def unharmed():
        for topic, line in others.items():
            goes_on(line, topic)
        value = next(values)
        house.tell("porch/lux", {"v": value})
        heard = follower.next()
        check(heard and heard[0] == PUBLISH and f'"value":{value}' in heard[1].decode(errors="replace"), f"who has a token hears {heard}")

    first = comes(house, "meter", "the first one", ident="m1", flags=0xC0, properties=SESSION_FOR_A_DAY).subscribe(["meter/#"], qos=1)
    second = comes(house, "meter", "the first one", ident="m2")
    first.send(publish_packet("meter/kept", b"of the old one", qos=1, retain=True))
    users.take()
    for line in (first, second):
        goes_on(line, "meter/x")  # nothing of theirs was changed
    unharmed()

    users.put("meter", "the second one", ["meter/#"])
    users.take()
    is_closed(first, "a session of the old password")
    is_closed(second, "another session of the old password")
    refused(house, "meter", "the first one")
    third = comes(house, "meter", "the second one", ident="m1", flags=0xC0, properties=SESSION_FOR_A_DAY).subscribe(["meter/#"], qos=1)
    goes_on(third, "meter/x")
    unharmed()

    for who in ("device:meter", "device:clock"):
        made = house.ask("POST", "/grants", {"subject_name": who, "addresses": ["porch/lux"], "verbs": ["read"]})
        check(made.status == 201, f"{made.status} {made.body}")
    users.drop("meter")
    users.take()
    is_closed(third, "a session of a user that is no more")
    for password in ("the first one", "the second one"):
        refused(house, "meter", password)
    for n in range(20):
        house.tell("meter/x", str(n))
    unharmed()

    # Another device, under the same name and the same client's id, that wants to go on where the old one was.
    users.put("meter", "the third one", ["meter/x"])
    users.take()
    refused(house, "meter", "the second one")
    left = {one["subject"] for one in house.get("/grants")["grants"] if one["addresses"] == ["porch/lux"]}
    check(left == {"device:clock"}, f"what the old one was given: {left}")
    heir = comes(house, "meter", "the third one", ident="m1", flags=0xC0, properties=SESSION_FOR_A_DAY)
    goes_on(heir, "meter/x")  # a message to itself would have come before, had the subscription stayed
    heir.subscribe(["meter/x"], qos=1)
    heir.send(subscribe_packet(["meter/kept", "$foxtail/things/porch/lux"]))
    kind, answered = heir.next()
    # To a topic of the household's anybody may listen, and hears what they may know.
    check(kind == SUBACK and list(answered[-2:]) == [NOT_AUTHORIZED, 0], f"what the old one said and was given: {kind} {answered!r}")
    heir.send(publish_packet("meter/x", b"its own"))
    heard = heir.next()
    check(heard[0] == PUBLISH and b"its own" in heard[1], f"what the old one waited for or was given is told: {heard}")
    unharmed()
    house.ends_well()


if __name__ == "__main__":
    sys.exit(play(story, __doc__, "who was let in by what no longer counts is out"))
