"""MQTT byte by byte: what no library would send, and what came back of it."""
import select
import socket
import struct
import time

from crash import packet
from house import DEADLINE_S, Wrong, check

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 2, 3, 4, 9, 14


def field(value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack("!H", len(value)) + value


def connect_packet(ident, version=5, keep_alive=60, flags=2, properties=b"", tail=b"", name="MQTT"):
    body = field(name) + bytes([version, flags]) + struct.pack("!H", keep_alive)
    if version == 5:
        body += bytes([len(properties)]) + properties
    return packet(0x10, body + field(ident) + tail)


def publish_packet(topic, payload, qos=0, ident=1, version=5, properties=b"", retain=False):
    body = field(topic) + (struct.pack("!H", ident) if qos else b"")
    if version == 5:
        body += bytes([len(properties)]) + properties
    return packet(0x30 | qos << 1 | retain, body + payload)


def subscribe_packet(filters, qos=0, ident=1, version=5):
    body = struct.pack("!H", ident) + (b"\0" if version == 5 else b"")
    for one in filters:
        body += field(one) + bytes([qos])
    return packet(0x82, body)


class Line:
    """One connection to the door."""

    def __init__(self, port, receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def come(self, ident, version=5, **how):
        """CONNECT, and CONNACK with success."""
        self.send(connect_packet(ident, version, **how))
        kind, body = self.next()
        check(kind == CONNACK and body[1] == 0, f"CONNACK: {kind} {body!r}")
        return self

    def subscribe(self, filters, qos=0, version=5):
        self.send(subscribe_packet(filters, qos, version=version))
        kind, body = self.next()
        check(kind == SUBACK and max(body[-len(filters):]) < 0x80, f"SUBACK: {kind} {body!r}")
        return self

    def send(self, data):
        """False when the other side has closed already: a refusal may come before all has been said."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def next(self, timeout=DEADLINE_S):
        """The next packet as (type, body); None when the line has been closed. Fails when nothing comes."""
        until = time.monotonic() + timeout
        while True:
            found = self._taken()
            if found:
                return found
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise Wrong(f"neither a packet nor the end within {timeout:g} s; so far {self.buffer[:40]!r}")
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.buffer += more

    def _taken(self):
        size = shift = 0
        for at, byte in enumerate(self.buffer[1:5], 2):
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if len(self.buffer) < at + size:
                    return None
                found = self.buffer[0] >> 4, self.buffer[at:at + size]
                self.buffer = self.buffer[at + size:]
                return found
        return None

    def ending(self, timeout=DEADLINE_S):
        """Reads to the end: the reason code of the last CONNACK or DISCONNECT, None when there was none."""
        reason = None
        while True:
            found = self.next(timeout)
            if found is None:
                return reason
            kind, body = found
            if kind == CONNACK:
                reason = body[1]
            elif kind == DISCONNECT:
                reason = body[0] if body else 0

    def close(self):
        self.socket.close()
