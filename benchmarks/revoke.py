"""Taking a grant back while fifty streams are open under it and a thousand messages are on their way."""
import http.client, json, selectors, socket, struct, time

STREAMS = 50
MESSAGES = 1000
ROUNDS = 60
IDLE = 25  # streams whose clients read nothing before it is over: what is theirs waits in the hub


def field(text):
    return struct.pack("!H", len(text)) + text.encode()


def packet(first, body):
    length, size = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        size += bytes([digit | (0x80 if length else 0)])
        if not length:
            return bytes([first]) + size + body


class Talker:
    """A device: one MQTT connection that says a thousand things in one go."""

    def __init__(self, port):
        self.line = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.line.sendall(packet(0x10, field("MQTT") + bytes([4, 2]) + struct.pack("!H", 600) + field("talker")))
        if self.line.recv(4)[3] != 0:
            raise SystemExit("bench: the MQTT door did not let the talker in")
        self.said = 0

    def say(self, count):
        burst = b""
        for _ in range(count):
            self.said += 1
            burst += packet(0x30, field("bench/in") + str(self.said).encode())
        self.line.sendall(burst)


class Owner:
    def __init__(self, port, token):
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def ask(self, method, target, body=None):
        self.line.request(method, target, None if body is None else json.dumps(body), self.headers)
        answer = self.line.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"bench: {method} {target}: {answer.status} {text[:200]!r}")
        return json.loads(text)


def stream(port, token, idle):
    line = socket.socket()
    if idle:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(f"GET /things/bench/properties/observe HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    head = line.recv(4096)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"bench: a stream was not opened: {head[:200]!r}")
    return line


def rest_of(lines, heard):
    """Reads every stream to its end; a stream that does not end is a fault."""
    waiting = selectors.DefaultSelector()
    for line in lines:
        line.setblocking(False)
        waiting.register(line, selectors.EVENT_READ)
    until = time.monotonic() + 20
    while waiting.get_map():
        if time.monotonic() > until:
            raise SystemExit(f"bench: {len(waiting.get_map())} streams go on after the grant was taken back")
        for key, _ in waiting.select(1):
            try:
                bytes_read = key.fileobj.recv(65536)
            except ConnectionResetError:
                bytes_read = b""
            heard[key.fileobj] = heard.get(key.fileobj, b"") + bytes_read
            if not bytes_read:
                waiting.unregister(key.fileobj)
                key.fileobj.close()


def one_round(owner, talker, port):
    """(milliseconds of the DELETE, items that carry a number from effective_seq on)."""
    given = owner.ask("POST", "/grants", {"subject_name": "reader", "addresses": ["bench/*"], "verbs": ["read", "observe"]})
    lines = [stream(port, given["token"], i < IDLE) for i in range(STREAMS)]
    talker.say(MESSAGES)
    began = time.perf_counter()
    certificate = owner.ask("DELETE", f"/grants/{given['id']}")
    took_ms = (time.perf_counter() - began) * 1000
    talker.say(20)  # what comes now is for nobody
    heard = {}
    rest_of(lines, heard)
    late = 0
    for text in heard.values():
        for one in text.split(b"\n"):
            if one.startswith(b"id:") and int(one[3:]) >= certificate["effective_seq"]:
                late += 1
    return took_ms, late


def measure(house, token):
    talker, owner = Talker(house.mqtt), Owner(house.api, token)
    talker.say(1)
    rounds = [one_round(owner, talker, house.api) for _ in range(ROUNDS)]
    times = sorted(took for took, _ in rounds)
    return times[len(times) // 2], times[-1], sum(late for _, late in rounds)
