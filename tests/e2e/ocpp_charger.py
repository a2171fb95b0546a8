"""A charger for the tests, driven line by line: npm's `ocpp-rpc` in strict mode (tests/peers/ocpp_session.mjs), or another
program of tests/peers that understands the same lines."""
import datetime
import json
import os
import queue
import re
import subprocess
import threading
import time

from house import DEADLINE_S, PEERS, Wrong, check


PASSWORD = "a-key-of-20-letters!"


def now(seconds=0):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def installed(package="ocpp-rpc"):
    return (PEERS / "node_modules" / package).is_dir()


def configure(house, ocpp):
    """The house's usual configuration with chargers; `ocpp` is YAML, indented by two."""
    house.configure()
    house.config.write_text(house.config.read_text() + "ocpp:\n  listeners: [{listen: '127.0.0.1:0'}]\n" + ocpp)


def start(house):
    """Starts the house; gives the port of its chargers' door."""
    begin = len(house.log_text())
    house.start()
    return int(re.search(r'listening ocpp="[^"]*:(\d+)"', house.log_text()[begin:])[1])


def stations(house, *names, more=""):
    made = house.cli("password", stdin=PASSWORD + "\n", connect=False)
    check(made.returncode == 0, f"foxtail password: {made}")
    return "  stations:\n" + "".join(
        f"    - {{id: '{name}', password_hash: '{made.stdout.strip()}', max_current: 16{more}}}\n" for name in names)


class Charger:
    def __init__(self, endpoint, identity, protocol="ocpp1.6", password="", ca="", program="ocpp_session.mjs", **environment):
        self.seen = []
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            ["node", str(PEERS / program), endpoint, identity, protocol, password, ca], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ, **environment))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def _take(self, timeout):
        item = self._lines.get(timeout=timeout)
        if item is None:
            raise Wrong(f"the charger's program ended; it saw {self.seen}")
        self.seen.append(item)
        return item

    def wait(self, what, fits, deadline_s=DEADLINE_S, again=False):
        """The first thing seen that fits; with `again`, only what comes from now on."""
        for item in [] if again else self.seen:
            if fits(item):
                return item
        until = time.monotonic() + deadline_s
        while True:
            try:
                item = self._take(max(until - time.monotonic(), 0.001))
            except queue.Empty:
                raise Wrong(f"the charger never saw {what}; it saw {self.seen}") from None
            if fits(item):
                return item

    def connected(self):
        return self.wait("a connection or a refusal", lambda i: "connected" in i or "refused" in i)

    def send(self, method, params):
        self._process.stdin.write(json.dumps({"call": [method, params]}) + "\n")

    def call(self, method, params):
        """The hub's answer; fails when it is an error."""
        self.send(method, params)
        item = self.wait(f"an answer to {method}", lambda i: method in (i.get("answer"), i.get("failed")), again=True)
        check("result" in item, f"{method}: {item}")
        return item["result"]

    def asked(self, method, fits=lambda params: True, again=False, deadline_s=DEADLINE_S):
        """The parameters of what the hub asked."""
        return self.wait(f"the hub asking {method}",
                         lambda i: i.get("asked") == method and fits(i["params"]), deadline_s, again)["params"]

    def count(self, method):
        return sum(1 for item in self.seen if item.get("asked") == method)

    def closed(self):
        return self.wait("the end of the line", lambda i: "closed" in i)

    def end(self):
        """As if the network went: no goodbye."""
        self._process.kill()
        self._process.wait()

    def all_valid(self):
        """Nothing the hub said broke the standard's schemas."""
        wrong = [item for item in self.seen if "invalid" in item]
        check(not wrong, f"not as the standard's schemas say: {wrong}")
