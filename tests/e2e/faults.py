#!/usr/bin/env python3
"""faults.py FOXTAIL: what broken, hostile and slow clients do to a house, and that nobody else feels it.

A well-behaved device speaks the whole time (Pulse): each of its numbers has to be acknowledged, passed on in
order and recorded, while everything here goes on beside it.
"""
import os
import select
import socket
import sys
import threading
import time
import traceback

from crash import packet
from first_light import announce_sensor, wait_value
from house import DEADLINE_S, House, Wrong, check, wait_until
from wire import PUBACK, PUBLISH, Line, connect_packet, field, publish_packet, subscribe_packet

MALFORMED, PROTOCOL, FILTER, TOPIC, TOO_LARGE, ALIAS, QUOTA, QOS = 0x81, 0x82, 0x8F, 0x90, 0x95, 0x94, 0x97, 0x9B
RSS_GROWTH_MIB_MAX = 64
PULSE_LATE_S = 3.0  # on a loaded machine; a stuck neighbour would stay stuck

CASES = []


def case(function):
    CASES.append(function)
    return function


class Pulse(threading.Thread):
    """A device and its listener, each on a line of its own; they go on until told to stop."""

    def __init__(self, house):
        super().__init__(daemon=True)
        announce_sensor(house, "pulse", "count", unit="W")
        self.listener = Line(house.mqtt_ports[0]).come("pulse-listener").subscribe(["pulse/count"])
        self.device = Line(house.mqtt_ports[0]).come("pulse-device")
        self.beats, self.slowest, self.error = 0, 0.0, None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.wait(0.02):
                self.beats += 1
                begun = time.monotonic()
                payload = b'{"v": %d}' % self.beats
                check(self.device.send(publish_packet("pulse/count", payload, qos=1, ident=self.beats % 65535 + 1)), "the device was closed")
                kind, _ = self.device.next() or (None, None)
                check(kind == PUBACK, f"PUBACK for {self.beats}: {kind}")
                kind, body = self.listener.next() or (None, None)
                check(kind == PUBLISH and body.endswith(payload), f"{self.beats} at the listener: {kind} {body!r}")
                self.slowest = max(self.slowest, time.monotonic() - begun)
        except (Wrong, OSError) as wrong:
            self.error = wrong

    def felt_nothing(self, house):
        at = self.beats
        wait_until(lambda: self.error or self.beats > at + 1, "the pulse goes on")
        check(self.error is None, f"the pulse: {self.error}")
        check(self.slowest < PULSE_LATE_S, f"a beat took {self.slowest:.2f} s")
        wait_until(lambda: (house.value("pulse/count") or 0) > at, f"the twin follows the pulse: {house.reading('pulse/count')}")

    def stop(self, house):
        self.stopping.set()
        self.join(DEADLINE_S)
        check(self.error is None, f"the pulse: {self.error}")
        wait_value(house, "pulse/count", self.beats)
        points = house.get("/history?address=pulse/count&points=0")["points"]
        check([int(point[4]) for point in points] == list(range(1, self.beats + 1)), "not every beat is in the history, once and in order")


def metric(house, name, **labels):
    """The value of a metric; 0 when it is not told yet."""
    wanted = name + ("{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else "")
    for line in house.ask("GET", "/metrics").body.decode().splitlines():
        if line.rsplit(" ", 1)[0] == wanted:
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def memory_mib(house, what="VmRSS"):
    with open(f"/proc/{house.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(what + ":"))


def closed_for(house, reason):
    return metric(house, "foxtail_mqtt_closed_connections_total", reason=reason)


BROKEN = [  # after CONNECT as either: what is sent, and the reason to be closed with
    ("a packet of type 0", b"\x00\x00", MALFORMED),
    ("a length of five bytes", b"\x30\xff\xff\xff\xff\x7f", MALFORMED),
    ("a length of 256 MB", b"\x30\xff\xff\xff\x7f", TOO_LARGE),
    ("a ping with a body", b"\xc0\x01\x00", MALFORMED),
    ("QoS 3", b"\x36\x07\x00\x01a\x00\x01\x00x", MALFORMED),
    ("QoS 2", publish_packet("a", b"x", qos=2), QOS),
    ("packet id 0", publish_packet("a", b"x", qos=1, ident=0), PROTOCOL),
    ("a topic longer than its packet", b"\x30\x04\x00\x10ab", MALFORMED),
    ("a second CONNECT", connect_packet("twice"), PROTOCOL),
    ("PUBREC out of the blue", b"\x50\x02\0\x07", PROTOCOL),
    ("a topic that is no UTF-8", publish_packet(b"a/\xff\xfe", b"x"), MALFORMED),
    ("a topic with a surrogate", publish_packet(b"a/\xed\xa0\x80", b"x"), MALFORMED),
    ("a topic with NUL", publish_packet(b"a\0b", b"x"), MALFORMED),
    ("a topic with #", publish_packet("a/#", b"x"), TOPIC),
    ("a topic with +", publish_packet("a/+/b", b"x"), TOPIC),
]
BROKEN_5 = [
    ("SUBSCRIBE with wrong flags", b"\x80" + subscribe_packet(["a"])[1:], MALFORMED),
    ("no topic and no alias", publish_packet("", b"x"), PROTOCOL),
    ("alias 0", publish_packet("a", b"x", properties=b"\x23\0\0"), ALIAS),
    ("an alias beyond what was offered", publish_packet("a", b"x", properties=b"\x23\xff\xff"), ALIAS),
    ("an unknown property", publish_packet("a", b"x", properties=b"\x7f\0"), MALFORMED),
    ("properties beyond the packet", b"\x30\x04\x00\x01a\x7f", MALFORMED),
    ("content type twice", publish_packet("a", b"x", properties=b"\x03\0\1a\x03\0\1a"), PROTOCOL),
    ("a subscription id from a client", publish_packet("a", b"x", properties=b"\x0b\x05"), PROTOCOL),
    ("SUBSCRIBE for nothing", packet(0x82, b"\0\1\0"), PROTOCOL),
    ("the filter a/#/b", subscribe_packet(["a/#/b"]), FILTER),
    ("the filter a+", subscribe_packet(["a+"]), FILTER),
    ("a filter that is no UTF-8", subscribe_packet([b"\xc0\x80"]), MALFORMED),
    ("UNSUBSCRIBE for nothing", packet(0xa2, b"\0\1\0"), PROTOCOL),
    ("CONNACK from a client", b"\x20\x03\0\0\0", PROTOCOL),
    ("SUBACK from a client", b"\x90\x04\0\1\0\0", PROTOCOL),
    ("AUTH without a method", b"\xf0\x00", PROTOCOL),
]


@case
def a_broken_packet_ends_its_connection_with_the_reason_and_is_counted(house):
    for version, table in ((5, BROKEN + BROKEN_5), (4, BROKEN)):
        for what, data, reason in table:
            before = closed_for(house, reason)
            line = Line(house.mqtt_ports[0]).come("broken", version)
            line.send(data)
            # 3.1.1 has no DISCONNECT from the server.
            due, got = (reason if version == 5 else None), line.ending()
            check(got == due, f"{what} ({version}): closed with {got}, {due} was due")
            check(closed_for(house, reason) == before + 1, f"{what} ({version}): not counted as {reason}")
            line.close()
    check(any(p["source"].startswith("mqtt") for p in house.problems()), "nothing of it is among the problems")


@case
def what_comes_before_connect_or_is_no_good_connect_is_closed(house):
    will_qos_3 = connect_packet("w", flags=0x1E, tail=b"\0" + field("w") + field("x"))
    cases = [
        ("PUBLISH first", publish_packet("a", b"x"), {None}),
        ("PINGREQ first", b"\xc0\x00", {None}),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", {None}),
        ("a TLS hello", bytes.fromhex("16030100c8010000c40303") + os.urandom(190), {None}),
        ("level 6", connect_packet("a", version=6), {0x84, 1, None}),
        ("level 3 (3.1)", connect_packet("a", version=3, name="MQIsdp"), {0x84, 1, None}),
        ("another protocol", connect_packet("a", name="MQTX"), {0x84, 1, None}),
        ("the reserved flag", connect_packet("a", flags=3), {MALFORMED, None}),
        ("a will of QoS 3", will_qos_3, {MALFORMED, None}),
        ("a client id that is no UTF-8", connect_packet(b"\xff\xfe"), {MALFORMED, None}),
        ("a CONNECT of 1 MB", packet(0x10, field("MQTT") + b"\5\2\0\0\0" + field("x") + bytes(1 << 20)), {TOO_LARGE, MALFORMED, None}),
        ("a client id of 300 bytes", connect_packet("i" * 300), {0x85}),
        ("an unknown way to authenticate", connect_packet("a", properties=b"\x15" + field("SCRAM")), {0x8C}),
    ]
    for what, data, allowed in cases:
        before = metric(house, "foxtail_mqtt_sessions_total")
        line = Line(house.mqtt_ports[0])
        line.send(data)
        got = line.ending()
        check(got in allowed, f"{what}: closed with {got}, one of {allowed} was due")
        check(metric(house, "foxtail_mqtt_sessions_total") == before, f"{what}: was let in")
        line.close()


@case
def a_packet_in_single_bytes_and_many_in_one_are_the_same(house):
    line = Line(house.mqtt_ports[0])
    for byte in connect_packet("drip") + subscribe_packet(["drip/#"]) + publish_packet("drip/a", b"slow", qos=1, ident=9):
        line.send(bytes([byte]))
    kinds = sorted(line.next()[0] for _ in range(4))
    check(kinds == [2, 3, 4, 9], f"CONNACK, PUBLISH, PUBACK, SUBACK: {kinds}")
    line.send(b"".join(publish_packet("drip/b", b"%d" % i) for i in range(500)))
    for i in range(500):
        kind, body = line.next()
        check(kind == PUBLISH and body.endswith(b"\0%d" % i), f"message {i}: {kind} {body!r}")
    line.close()


@case
def the_special_signs_of_topics_are_no_way_around_in_ids_and_topics_of_devices(house):
    announce_sensor(house, "honest", "level")
    house.tell("honest/level", '{"v": 5}')
    wait_value(house, "honest/level", 5)
    for sign in ("#", "+", "$SYS/x", "a/#", "+/level", "honest/+"):
        before = house.get("/problems")["total"]
        house.tell(f"homeassistant/sensor/odd{ord(sign[0])}/config", {
            "name": "odd", "uniq_id": f"odd{sign}", "stat_t": sign, "val_tpl": "{{ value_json.v }}",
            "dev": {"ids": [f"odd{sign}"], "name": f"odd {sign}"}})
        if "#" in sign or "+" in sign:
            wait_until(lambda: house.get("/problems")["total"] > before, f"the state topic '{sign}' is refused visibly")
    bridge = [{"ieee_address": f"0x{i:016x}", "type": "EndDevice", "friendly_name": name, "supported": True, "disabled": False,
               "interview_completed": True, "interview_state": "SUCCESSFUL", "definition": {"model": "m", "vendor": "v", "description": "d", "exposes": [
                   {"type": "numeric", "name": "level", "property": "level", "access": 1}]}}
              for i, name in enumerate(["#", "+", "$", "a/#", "lamp/set", "bridge/devices", "", "\u0000", "good"], 1)]
    house.tell("zigbee2mqtt/bridge/devices", bridge)
    wait_until(lambda: "good" in house.things(), lambda: f"the good one among the odd appears: {list(house.things())}; {house.problems()[:5]}")
    house.tell("zigbee2mqtt/good", {"level": 3})
    house.tell("honest/level", '{"v": 6}')
    wait_value(house, "good/level", 3)
    wait_value(house, "honest/level", 6)
    values = {r["address"]: r["value"] for r in house.get("/readings")["readings"] if r["value"] is not None}
    odd = {address: value for address, value in values.items()
           if address.split("/")[0] not in ("honest", "good", "pulse") and value in (3, 5, 6)}
    check(not odd, f"somebody else's values: {odd}")
    for thing in house.things():
        check(not set("#+/\0") & set(thing), f"a thing called '{thing}'")


@case
def a_slow_listener_costs_itself_its_messages_and_nobody_else(house):
    count, each = 200_000, 60
    dropped_before, memory_before = metric(house, "foxtail_mqtt_dropped_messages_total"), memory_mib(house)
    slow = Line(house.mqtt_ports[0], receive_bytes=4096).come("slow", 4).subscribe(["flood/#"], version=4)
    quick = Line(house.mqtt_ports[0]).come("quick", 4).subscribe(["flood/#"], version=4)
    flooder = Line(house.mqtt_ports[0]).come("flooder", 4)
    one = len(publish_packet("flood/000", b"%0*d" % (each, 0), version=4))
    got, peak, batch = 0, 0.0, 1000
    for first in range(0, count, batch):
        flooder.send(b"".join(publish_packet(f"flood/{i % 1000:03}", b"%0*d" % (each, i), version=4) for i in range(first, first + batch)))
        # The quick one keeps pace, so whatever it misses was kept from it.
        until = time.monotonic() + DEADLINE_S
        while got < (first + batch) * one:
            check(time.monotonic() < until and select.select([quick.socket], [], [], 5)[0], f"the quick listener has {got // one} of {first + batch}")
            got += len(quick.socket.recv(1 << 20))
        if first % 20_000 == 0:
            peak = max(peak, memory_mib(house))
    check(got == count * one, f"{got} bytes instead of {count * one}")
    dropped = metric(house, "foxtail_mqtt_dropped_messages_total") - dropped_before
    check(dropped > count / 4, f"only {dropped:g} of {count} were dropped: where are the others?")
    check(peak - memory_before < RSS_GROWTH_MIB_MAX, f"{memory_before:.0f} MiB before, {peak:.0f} MiB at the peak")
    shown = house.get("/system")
    check(any(c["name"] == "slow" for c in shown["connections"]), "the slow one was thrown out")
    # What it does get, is in order and ends with the newest.
    last, taken = -1, 0
    while last != count - 1:
        kind, body = slow.next()
        number = int(body[-each:])
        check(kind == PUBLISH and number > last, f"{number} after {last}")
        last, taken = number, taken + 1
    check(taken + dropped == count, f"{taken} taken, {dropped:g} dropped, {count} sent")
    for line in (slow, quick, flooder):
        line.close()


@case
def who_takes_qos_1_and_never_acknowledges_is_closed_in_the_end(house):
    before, memory_before = closed_for(house, QUOTA), memory_mib(house)
    deaf = Line(house.mqtt_ports[0]).come("deaf").subscribe(["deaf/#"], qos=1)
    speaker = Line(house.mqtt_ports[0]).come("speaker")
    sent = acked = 0
    while closed_for(house, QUOTA) == before:
        check(sent < 50_000, f"{sent} messages wait for who never acknowledges")
        for _ in range(200):
            sent += 1
            speaker.send(publish_packet("deaf/x", b"%d" % sent, qos=1, ident=sent % 60000 + 1))
        while acked < sent:
            kind, _ = speaker.next()
            check(kind == PUBACK, f"{kind}")
            acked += 1
    check((reason := deaf.ending()) == QUOTA, f"closed with {reason}")
    check(memory_mib(house) - memory_before < RSS_GROWTH_MIB_MAX, "memory")
    deaf.close()
    speaker.close()


def http(house, data, timeout=DEADLINE_S):
    """Status of the answer to these bytes; None when the line is closed without one."""
    host, port = house.page.split(":")
    with socket.create_connection((host, int(port)), timeout=timeout) as line:
        try:
            line.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while b"\r\n" not in answer:
            try:
                more = line.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            answer += more
        return int(answer.split()[1])


def request(house, method, target, body=b"", host=None, **headers):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host if host is not None else house.page}", "Connection: close"]
    headers.setdefault("Authorization", f"Bearer {house.token()}")
    if body:
        headers.setdefault("Content_Length", str(len(body)))
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@case
def http_that_is_broken_large_or_from_elsewhere_is_turned_away(house):
    announce_sensor(house, "web", "level")
    put = "/things/web/properties"
    deep = b'{"level":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    cases = [
        ("a good one", request(house, "GET", "/things"), 200),
        ("JSON nested 100,000 deep", request(house, "PUT", put, deep), 400),
        ("100,000 brackets that stay open", request(house, "PUT", put, b"[" * 100_000), 400),
        ("JSON of 100,000 members", request(house, "PUT", put, b"{" + b",".join(b'"%05d":1' % n for n in range(100_000)) + b"}"), 400),
        ("no JSON", request(house, "PUT", put, b"\xff\xfe"), 400),
        ("a body of 1 MiB and one byte", request(house, "PUT", put, b" " * (1 << 20) + b"1"), 413),
        ("a body of 4 GB announced", request(house, "PUT", put, Content_Length=4 << 30), 413),
        ("a length that is no number", request(house, "PUT", put, Content_Length="many"), 400),
        ("two lengths", request(house, "PUT", put, b"{}").replace(b"Content-Length: 2", b"Content-Length: 2\r\nContent-Length: 5"), 400),
        ("a length and chunks", request(house, "PUT", put, b"2\r\n{}\r\n0\r\n\r\n", Content_Length="12", Transfer_Encoding="chunked"), 400),
        ("chunks that are none", request(house, "PUT", put, Transfer_Encoding="chunked") + b"zz\r\n", 400),
        ("a header of 20 kB", request(house, "GET", "/things", X_Long="x" * 20_000), 431),
        ("an address of 20 kB", request(house, "GET", "/" + "a" * 20_000), 431),
        ("another host", request(house, "GET", "/things", host="evil.example"), 403),
        ("a rebound host", request(house, "GET", "/healthz", host="evil.example:80"), 403),
        ("no host", request(house, "GET", "/things", host=""), {400, 403}),
        ("another site's page", request(house, "PUT", put, b"{}", Origin="http://evil.example"), 403),
        ("another site's socket", request(house, "GET", "/stream", Origin="http://evil.example", Upgrade="websocket",
                                          Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==", Sec_WebSocket_Version="13"), 403),
        ("bytes without sense", os.urandom(64).replace(b"\n", b"x") + b"\r\n\r\n", {400, None}),
        ("MQTT", connect_packet("lost") + b"\r\n\r\n", {400, None}),
        ("a path with NUL", request(house, "GET", "/things/%00"), {400, 404}),
        ("a path out of the page's folder", request(house, "GET", "/../../etc/passwd"), {400, 404}),
        ("the same in disguise", request(house, "GET", "/%2e%2e/%2e%2e/etc/passwd"), {400, 404}),
        ("escapes that are none", request(house, "GET", "/things/%zz"), {400, 404}),
        ("an id that is no UTF-8", request(house, "GET", "/things/%ff%fe"), {400, 404}),
    ]
    for what, data, due in cases:
        got = http(house, data)
        check(got == due or (isinstance(due, set) and got in due), f"{what}: {got} instead of {due}")
    check(house.get("/healthz")["status"] == "ok", "not well afterwards")


@case
def half_open_http_does_not_keep_others_out(house):
    host, port = house.page.split(":")
    lines = []
    for i in range(400):
        line = socket.create_connection((host, int(port)), timeout=DEADLINE_S)
        if i % 2:
            line.sendall(b"GET /things HTTP/1.1\r\nHost: " + house.page.encode() + b"\r\nX-Slow: ")
        lines.append(line)
        if i % 50 == 49:
            check(http(house, request(house, "GET", "/healthz")) == 200, f"no answer beside {i + 1} half-open ones")
    for line in lines[:-20]:
        line.close()
    for line in lines[-19::2]:  # those that began to say something have 10 s to end it
        answer = line.recv(1000)
        check(answer == b"" or answer.startswith(b"HTTP/1.1 408 "), f"an unfinished request got {answer[:80]!r}")
        line.close()


class HalfOpen:
    """1,000 connections that never say CONNECT; opened first, looked at last, so that nobody waits for their time to run out."""

    def __init__(self, house):
        self.before = metric(house, "foxtail_mqtt_half_open_dropped_total")
        self.lines = [socket.create_connection(("127.0.0.1", house.mqtt_ports[0]), timeout=DEADLINE_S) for _ in range(1000)]
        for line in self.lines[::2]:
            try:
                line.sendall(b"\x10\x20\x00\x04MQ")  # a CONNECT that is never finished
            except OSError:
                pass  # one of those closed already: there is no room for a thousand

    def are_gone(self, house):
        wait_until(lambda: metric(house, "foxtail_mqtt_half_open_dropped_total") >= self.before + 1000,
                   lambda: f"1,000 half-open ones are dropped: {metric(house, 'foxtail_mqtt_half_open_dropped_total') - self.before:g}")
        for line in self.lines:
            line.settimeout(5)
            try:
                check(line.recv(1) == b"", "something was said to who said nothing")
            except ConnectionResetError:
                pass
            line.close()


def run(house, only):
    house.configure()
    house.start()
    pulse = Pulse(house)
    pulse.start()
    memory = memory_mib(house)
    half_open = HalfOpen(house)
    good = True
    for one in CASES:
        if only not in one.__name__:
            continue
        begun = time.monotonic()
        try:
            one(house)
            check(house.process.poll() is None, "foxtail ended on its own")
            pulse.felt_nothing(house)
            print(f"ok    {one.__name__} ({time.monotonic() - begun:.1f} s, {memory_mib(house):.0f} MiB)", flush=True)
        except Exception as wrong:  # the other cases still tell something
            good = False
            print(f"WRONG {one.__name__}: {wrong}", flush=True)
            if not isinstance(wrong, Wrong):
                traceback.print_exc()
    half_open.are_gone(house)
    pulse.stop(house)
    peak = memory_mib(house, "VmHWM")
    check(peak - memory < 2 * RSS_GROWTH_MIB_MAX, f"{memory:.0f} MiB before, {peak:.0f} MiB at the peak")
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    check("bugs found" not in house.log_text(), house.log_text())
    print(f"{pulse.beats} beats beside it, the slowest {pulse.slowest * 1000:.0f} ms; memory {memory:.0f} MiB, at the peak {peak:.0f} MiB")
    return good


def main():
    house = House(sys.argv[1], "faults")
    try:
        return 0 if run(house, sys.argv[2] if len(sys.argv) > 2 else "") else 1
    except Wrong as wrong:
        print(f"faults: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
