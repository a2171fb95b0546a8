"""Wallboxes with physics for the tests (demo/wallbox), and the house's meter that sees what they draw."""
import json
import pathlib
import shutil
import subprocess
import threading
import time

from house import Wrong, check, wait_until
from ocpp_charger import PASSWORD
from wire import Line, publish_packet

WALLBOX = pathlib.Path(__file__).resolve().parents[2] / "demo" / "wallbox"
VOLTS = 230
METER = """
  - id: house-meter
    topic: meter/house
    properties:
      current_l1: {path: /l1, type: number, unit: A}
      current_l2: {path: /l2, type: number, unit: A}
      current_l3: {path: /l3, type: number, unit: A}
      power: {path: /w, type: number, unit: W}
"""


def installed():
    return shutil.which("node") is not None and (WALLBOX / "node_modules" / "ocpp-rpc").is_dir()


class Box:
    """`faults` and `switches` as demo/wallbox names them; PACE seconds of charging pass in one."""

    def __init__(self, port, name, pace=60, follows_s=3, faults=(), password=PASSWORD, alone_s=60, protocol="ocpp1.6", switches="no"):
        self.name, self.protocol, self.invalid, self.sent, self.asked, self.faulty = name, protocol, [], [], [], None
        self.tick = {"amps": 0, "phases": [0, 0, 0], "soc": None, "register": 0, "status": "", "online": False}
        more = [word for fault in faults for word in ("--fault", fault)]
        self.process = subprocess.Popen(
            ["node", str(WALLBOX / "wallbox.mjs"), f"ws://127.0.0.1:{port}/ocpp", name, password, str(pace), "--follows",
             str(follows_s), "--alone", str(alone_s), "--protocol", protocol, "--switches", switches, *more],
            text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            said = json.loads(line)
            if "tick" in said:
                self.tick = said["tick"]
            elif "sent" in said:
                self.sent.append(said["sent"])
            elif "asked" in said:
                self.asked.append((said["asked"], said["params"]))
            elif "faults" in said:
                self.faulty = said["faults"]
            else:
                self.invalid.append(said)

    def do(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")

    def plug(self, **car):
        self.do({"plug": car})

    def unplug(self):
        self.do({"unplug": True})

    def show(self, card):
        """A card is held to it."""
        self.do({"show": card})

    def was_asked(self, method):
        return [params for asked, params in self.asked if asked == method]

    def faults(self, *faults, alone_h=0):
        """From now on these, and no others. `alone_h`: so long until now nobody was there, and it charged on."""
        self.faulty = None
        self.do({"faults": faults, "alone": alone_h})
        wait_until(lambda: self.faulty is not None, f"{self.name}: {faults}")

    def end(self):
        self.process.kill()
        self.process.wait()


class Meter:
    """What all of it draws on each phase, less what a roof gives, told to the hub four times a second; and for how long it was more than
    the fuse bears."""

    def __init__(self, house, boxes, fuse_a, cars=True):
        self.house, self.boxes, self.fuse_a, self.cars, self.base, self.sun_w, self.line = house, boxes, fuse_a, cars, 2.0, 0, None
        self.over_since, self.over_longest, self.highest, self.quiet = None, 0.0, 0.0, threading.Event()
        self.told, self.of = {}, None
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while not self.quiet.wait(0.25):
            phases = [self.base + sum(box.tick["phases"][p] for box in self.boxes) - self.sun_w / (3 * VOLTS) for p in range(3)]
            self.highest = max(self.highest, *phases)
            now = time.monotonic()
            self.over_since = (self.over_since or now) if max(phases) > self.fuse_a + 0.05 else None
            if self.over_since:
                self.over_longest = max(self.over_longest, now - self.over_since)
            try:
                self.tell(phases)
            except (OSError, Wrong):  # the hub is away
                self.line = None

    def tell(self, phases):
        if self.house.process is None:
            return
        if self.line is None or self.of is not self.house.process:
            self.of = self.house.process
            self.line = Line(self.house.mqtt_ports[0]).come("house-meter")
            self.told = {}
        told = {f"l{p}": amps for p, amps in enumerate(phases, 1)}
        self.line.send(publish_packet("meter/house", json.dumps({**told, "w": VOLTS * sum(phases)}).encode()))
        for number, box in enumerate(self.boxes if self.cars else [], 1):
            plugged, charging = box.tick["soc"] is not None, box.tick["amps"] > 0
            facts = {"plugged_in": str(plugged).lower(),
                     "charging_state": "Charging" if charging else "Stopped" if plugged else "Disconnected"}
            if plugged:
                facts["battery_level"] = str(int(box.tick["soc"]))
            for key, value in facts.items():
                if self.told.get((number, key)) != value:
                    self.line.send(publish_packet(f"teslamate/cars/{number}/{key}", value.encode(), retain=True))
                    self.told[number, key] = value


def is_value(house, address, fits, what, deadline_s=40):
    wait_until(lambda: fits(house.value(address)), lambda: f"{address}: {what}; it is {house.value(address)!r}", deadline_s)


def sessions(house):
    """Those that ended, as the command line lists them."""
    done = house.cli("charge", "sessions", "--json")
    check(done.returncode == 0, f"charge sessions: {done.stderr}")
    return json.loads(done.stdout or "[]")
