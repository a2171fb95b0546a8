"""A real `foxtail run` in a folder of its own, and the small clients the tests ask it with.

Nothing here sleeps for a fixed time to be safe: whatever takes a while is asked again until it is so
or a deadline has passed.
"""
import atexit
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

DEADLINE_S = 20.0
SKIPPED = 77  # SKIP_RETURN_CODE of the tests
PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"  # programs of others, from npm


class Wrong(AssertionError):
    """What a test expected and did not find."""


def check(holds, why):
    if not holds:
        raise Wrong(why)


def wait_until(question, what, deadline_s=DEADLINE_S):
    """Asks until the answer is neither None nor False, and gives it. Fails with the last answer's story."""
    until = time.monotonic() + deadline_s
    pause = 0.002
    while True:
        answer = question()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > until:
            raise Wrong(f"not within {deadline_s:g} s: {what() if callable(what) else what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class House:
    """One household's folder, its configuration and, while it runs, its process."""

    def __init__(self, binaries, name="house"):
        self.program = str(pathlib.Path(binaries) / "foxtail") if pathlib.Path(binaries).is_dir() else str(binaries)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"foxtail-{name}-"))
        self.data = self.folder / "data"
        self.config = self.folder / "foxtail.yaml"
        self.rules = self.folder / "rules.yaml"
        self.log = self.folder / "log.txt"
        self.environment = {}  # on top of this process's, for the program
        self.process = None
        self.page = None
        self.mqtt_ports = []
        self._connection = None
        self._asking = threading.Lock()  # one asks at a time over one connection
        atexit.register(self.clear)

    def configure(self, users="", anonymous=True, rules="rules: []\n", packet_bytes_max=33554432):
        """Two MQTT listeners: the first lets anonymous clients in when asked to, the second asks for a password."""
        self.rules.write_text(rules)
        self.config.write_text(
            "household: {name: Test house}\n"
            "api: {listen: '127.0.0.1:0'}\n"
            "mqtt:\n"
            "  listeners:\n"
            f"    - {{listen: '127.0.0.1:0', anonymous: {'true' if anonymous else 'false'}, packet_bytes_max: {packet_bytes_max}}}\n"
            f"    - {{listen: '127.0.0.1:0', packet_bytes_max: {packet_bytes_max}}}\n"
            "  anonymous: {publish: ['#'], subscribe: ['#']}\n"
            f"{users}"
            "rules: [rules.yaml]\n"
        )

    # ---- its life ----

    def start(self):
        check(self.process is None, "the house runs already")
        begin = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "run", "--config", str(self.config), "--data", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ, **self.environment))

        def serving():
            text = self.log_text(begin)
            if self.process.poll() is not None:
                raise Wrong(f"foxtail ended with {self.process.returncode} instead of serving:\n{text}")
            page = re.search(r'serving page="http://([^"]+)"', text)
            ports = re.findall(r'listening mqtt="[^"]*:(\d+)"', text)
            return (page.group(1), [int(p) for p in ports]) if page and len(ports) == 2 else None

        self.page, self.mqtt_ports = wait_until(serving, lambda: f"'serving' in the log:\n{self.log_text(begin)}")
        return self

    def stop(self):
        """TERM; gives the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """As a power cut for the process: nothing in it runs any more."""
        return self._end(signal.SIGKILL)

    def ends_well(self):
        """TERM ends it as it should, its journal is whole, and nothing in it broke a promise."""
        check(self.stop() == 0, "TERM: not 0")
        verified = self.cli("journal", "verify", connect=False)
        check(verified.returncode == 0, f"journal verify: {verified.stdout} {verified.stderr}")
        check("bugs found" not in self.log_text(), self.log_text())

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def _end(self, how):
        process, self.process = self.process, None
        self._connection = None
        process.send_signal(how)
        try:
            return process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong(f"foxtail did not end within {DEADLINE_S:g} s of signal {int(how)}:\n{self.log_text()}") from None

    def clear(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None
        if not os.environ.get("FOXTAIL_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def log_text(self, begin=0):
        return self.log.read_bytes()[begin:].decode("utf-8", "replace") if self.log.exists() else ""

    # ---- asking it ----

    def token(self):
        return (self.data / "owner.token").read_text().strip()

    def ask(self, method, target, body=None, token=None):
        """One HTTP request over a connection that stays open; as the owner unless another token is given."""
        headers = {"Authorization": "Bearer " + (self.token() if token is None else token)}
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        with self._asking:
            return self._ask(method, target, body, headers)

    def _ask(self, method, target, body, headers):
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self.page, timeout=DEADLINE_S)
            try:
                self._connection.request(method, target, body, headers)
                answer = self._connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (http.client.RemoteDisconnected, ConnectionError):
                # An idle connection may have been closed; a fresh one must do.
                self._connection.close()
                self._connection = None
                if attempt == 2:
                    raise

    def get(self, target):
        answer = self.ask("GET", target)
        check(answer.status == 200, f"GET {target}: {answer.status} {answer.body[:500]!r}")
        return answer.json()

    def things(self):
        return {thing["id"].split(":")[-1]: thing for thing in self.get("/things")}

    def reading(self, address):
        """The reading of an address, or None when nothing is known."""
        found = self.get("/readings?address=" + urllib.parse.quote(address, safe=""))["readings"]
        return found[0] if found and found[0]["value"] is not None else None

    def value(self, address):
        reading = self.reading(address)
        return None if reading is None else reading["value"]

    def problems(self):
        return self.get("/problems")["problems"]

    def records(self, **asked):
        return self.get("/journal?" + urllib.parse.urlencode(asked))["records"]

    def cli(self, *words, stdin=None, connect=True):
        environment = dict(os.environ, FOXTAIL_DATA=str(self.data), NO_COLOR="1", TZ="UTC")
        environment.pop("FOXTAIL_TOKEN", None)
        if connect and self.page:
            environment["FOXTAIL_URL"] = "http://" + self.page
        return subprocess.run([self.program, *words], input=stdin, env=environment, text=True,
                              capture_output=True, timeout=60, check=False)

    # ---- real MQTT clients ----

    def publish(self, topic, payload, version="311", qos=1, retain=False, user=None, password=None):
        """mosquitto_pub; returns the finished process, its return code is not checked."""
        port = self.mqtt_ports[0 if user is None else 1]
        command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-V", version, "-q", str(qos), "-t", topic, "-s"]
        if retain:
            command.append("-r")
        if user is not None:
            command += ["-u", user, "-P", password]
        data = payload if isinstance(payload, bytes) else (payload if isinstance(payload, str) else json.dumps(payload)).encode()
        return subprocess.run(command, input=data, capture_output=True, timeout=DEADLINE_S, check=False)

    def tell(self, topic, payload, **how):
        done = self.publish(topic, payload, **how)
        check(done.returncode == 0, f"mosquitto_pub {topic}: {done.returncode} {done.stderr!r}")


def play(scene, usage, said):
    """A test that is one scene: its arguments are those of the command line."""
    if len(sys.argv) != scene.__code__.co_argcount + 1:
        print(usage, file=sys.stderr)
        return 2
    try:
        scene(*sys.argv[1:])
    except (Wrong, OSError) as wrong:
        traceback.print_exc()
        print(f"FAILED: {wrong}")
        return 1
    print(said)
    return 0


IN_NAMESPACE = "FOXTAIL_TEST_OWN_MOUNTS"


def has_own_mounts():
    """Whether this process may mount what nobody else sees."""
    return IN_NAMESPACE in os.environ


def again_with_own_mounts():
    """Runs this test's program once more where it may mount; gives its exit status, or SKIPPED where nobody may."""
    own = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-Urm"]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode != 0:
        print("skipped, no right to mount anything: the full disk")
        return SKIPPED
    return subprocess.run([*own, sys.executable, *sys.argv], env=dict(os.environ, **{IN_NAMESPACE: "1"}), check=False).returncode


@contextlib.contextmanager
def disk_of_its_own(house, mib):
    """The house's data stands on a disk of so many MiB."""
    house.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "tmpfs", str(house.data)], check=True)
    try:
        yield
    finally:
        if house.process is not None:
            house.process.kill()
            house.process.wait()
        subprocess.run(["umount", str(house.data)], check=False)


class Listener:
    """mosquitto_sub; remembers every message as (topic, payload)."""

    def __init__(self, house, filters, user=None, password=None, version="311"):
        port = house.mqtt_ports[0 if user is None else 1]
        self.file = house.folder / f"heard-{time.monotonic_ns()}.txt"
        command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-V", version, "-q", "1", "-d", "-F", "> %t %p"]
        for one in filters:
            command += ["-t", one]
        if user is not None:
            command += ["-u", user, "-P", password]
        # Line by line, or its words would wait in a buffer because a file is no terminal.
        command = ["stdbuf", "-oL", *command]
        with open(self.file, "wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        atexit.register(self.close)
        wait_until(lambda: "Subscribed (mid" in self.text() or self.process.poll() is not None,
                   lambda: f"mosquitto_sub subscribes:\n{self.text()}")

    def text(self):
        return self.file.read_text(errors="replace")

    def heard(self):
        return [tuple(line[2:].split(" ", 1)) for line in self.text().splitlines() if line.startswith("> ")]

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
