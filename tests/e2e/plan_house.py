"""The household of plan.py: devices over MQTT with a little physics, and a server that tells prices."""
import datetime
import http.server
import json
import subprocess
import threading
import time
import zoneinfo

from house import House, Listener, check, wait_until

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
HOUR_S = 3600
WATTS_PER_AMP = 3 * 230

PLANNING = """
formats: {mapping: [map.yaml]}
charging:
  circuits: [{name: main, limit: 35, safe: 16}]
  points:
    - {name: garage, circuit: main, mode: "off", map: {status: box/box_status, power: box/box_power, limit: box/box_limit}, set_limit: box/box_limit}
  delays: {raise: 1s, start: 1s, stop: 1s, restart: 1s}
planning:
  act: false
  grid: {power: meter/grid, import_kw: 17, peak_eur_kw: 0.001, peak_so_far_kw: 3.5}
  sun: {power: meter/roof, peak_kw: 8, forecast: {format: list, address: sky/forecast}}
  tariff:
    buy: {dynamic: true, adder: 0.05, flat: 0.25}
    sell: 0.01
    prices: {format: awattar, url: "http://127.0.0.1:%d/prices", every: 5m}
  batteries:
    - {name: cellar, capacity_kwh: 10, charge_kw: 5, soc: battery/bsoc, power: battery/bpower, setpoint: battery/setpoint}
  cars:
    - {name: leaf, vehicle: leafcar, soc: leafcar/lsoc, cable: leafcar/cable, point: garage, power: box/box_power, capacity_kwh: 39, floor: 5, max: 90}
  heat_pumps:
    - {name: warmth, room: pump/room, power: pump/pump_power, mode: {address: pump/pump_mode, words: {normal: normal, boost: boost, "off": block}}}
  appliances:
    - {name: dishes, profile_kw: [2.0, 0.2, 0.2, 2.0], armed: dish/waiting, power: dish/dish_power, start: {address: dish/plug, words: {run: true}}}
  calendars:
    - {name: anna, file: anna.ics, person: anna, car: leaf, every: 1m}
  locations: [{words: [Ulm], km: 120}]
"""
MAPPING = """
things:
  - id: sky
    properties: {forecast: {topic: sky/forecast, type: string}}
"""


def local_now():
    return datetime.datetime.now(ZONE)


def entity(component, device, name, **more):
    config = {"name": name, "unique_id": f"{device}_{name}", "object_id": name, "state_topic": f"x/{device}/{name}",
              "device": {"identifiers": [device], "name": device}, **more}
    return f"homeassistant/{component}/{device}_{name}/config", config


def entities():
    watts = {"unit_of_measurement": "W", "device_class": "power"}
    percent = {"unit_of_measurement": "%"}
    truth = {"payload_on": "ON", "payload_off": "OFF"}
    told = lambda device, name: {"command_topic": f"x/{device}/{name}/set"}
    return [
        entity("sensor", "meter", "grid", expire_after=20, **watts), entity("sensor", "meter", "roof", **watts),
        entity("sensor", "battery", "bsoc", **percent), entity("sensor", "battery", "bpower", **watts),
        entity("number", "battery", "setpoint", min=-5000, max=5000, unit_of_measurement="W", **told("battery", "setpoint")),
        entity("sensor", "leafcar", "lsoc", **percent), entity("binary_sensor", "leafcar", "cable", **truth),
        entity("sensor", "box", "box_power", **watts), entity("sensor", "box", "box_status"),
        entity("number", "box", "box_limit", min=0, max=16, unit_of_measurement="A", **told("box", "box_limit")),
        entity("sensor", "pump", "room", unit_of_measurement="°C"), entity("sensor", "pump", "pump_power", **watts),
        entity("select", "pump", "pump_mode", options=["normal", "boost", "block"], **told("pump", "pump_mode")),
        entity("switch", "dish", "plug", **told("dish", "plug")), entity("binary_sensor", "dish", "waiting", **truth),
        entity("sensor", "dish", "dish_power", **watts),
    ]


class Prices:
    """A server that tells prices as awattar does, until it is told to tell something else."""

    def __init__(self):
        self.asked, self.answer = 0, lambda: (200, b"{}")
        prices = self

        class Desk(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                prices.asked += 1
                status, body = prices.answer()
                if status is None:  # nothing at all
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tell(self, of_hour, hours=40):
        """`of_hour(i)`: EUR/MWh of the i-th hour from the one under way."""
        begin = int(time.time()) // HOUR_S * HOUR_S
        entries = [{"start_timestamp": (begin + i * HOUR_S) * 1000, "end_timestamp": (begin + (i + 1) * HOUR_S) * 1000,
                    "marketprice": of_hour(i), "unit": "Eur/MWh"} for i in range(hours)]
        body = json.dumps({"object": "list", "data": entries}).encode()
        self.answer = lambda: (200, body)

    def now_is_dear(self):
        self.tell(lambda i: 400 if i < 3 else 20 if i < 8 else 300)

    def now_is_cheap(self):
        # The whole hour is needed, so that no quarter of it is as good as another.
        self.tell(lambda i: (10, 60, 120)[i] if i < 3 else 400)


class Devices:
    """What stands in the house. They do at once what they are told, and say so."""

    def __init__(self, house):
        self.house, self.state, self.told, self.seen, self.deaf = house, {}, [], 0, set()
        self.ended, self.listener, self.lock = threading.Event(), None, threading.RLock()

    def come(self):
        for topic, config in entities():
            self.house.tell(topic, config, retain=True)
        first = {"meter/grid": 650, "meter/roof": 0, "battery/bsoc": 40, "battery/bpower": 0, "battery/setpoint": 0,
                 "leafcar/lsoc": 35, "leafcar/cable": "ON", "box/box_power": 0, "box/box_limit": 0, "box/box_status": "Preparing",
                 "pump/room": 21, "pump/pump_power": 0, "pump/pump_mode": "normal", "dish/plug": "OFF", "dish/waiting": "ON",
                 "dish/dish_power": 0}
        for name, value in first.items():
            self.say(name, value)
        begin = int(time.time()) // HOUR_S * HOUR_S
        sky = [{"from": datetime.datetime.fromtimestamp(begin + i * HOUR_S, datetime.timezone.utc).isoformat(), "value": 0.2}
               for i in range(48)]
        self.house.tell("sky/forecast", json.dumps(sky), retain=True)
        self.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def listen(self):
        if self.listener is not None:
            self.listener.close()
        self.listener, self.seen = Listener(self.house, ["x/+/+/set"]), 0

    def while_away(self, end):
        """The hub ends, and begins again; meanwhile nothing changes. Gives the moment at which it began."""
        with self.lock:
            end()
            begun = time.monotonic()
            self.house.start()
            self.listen()
            return begun

    def say(self, name, value):
        with self.lock:
            self.state[name] = value
            self.house.tell(f"x/{name}", str(value), retain=True)

    def run(self):
        while not self.ended.wait(0.05):
            with self.lock:
                heard = self.listener.heard()
                fresh, self.seen = heard[self.seen:], len(heard)
                for topic, payload in fresh:
                    name = topic[2:-4]
                    self.told.append((name, payload))
                    if name not in self.deaf:
                        self.obey(name, payload)

    def obey(self, name, payload):
        self.say(name, payload)
        if name == "box/box_limit":
            self.charge()
        if name == "battery/setpoint":
            self.say("battery/bpower", payload)
            self.meter()

    def charge(self):
        amps = float(self.state["box/box_limit"])
        plugged = self.state["leafcar/cable"] == "ON"
        draws = amps if plugged and amps >= 6 else 0
        self.say("box/box_power", draws * WATTS_PER_AMP)
        self.say("box/box_status", "Charging" if draws else "Preparing" if plugged else "Available")
        self.meter()

    def meter(self):
        self.say("meter/grid", 650 + float(self.state["box/box_power"]) + float(self.state["battery/bpower"]))

    def plug(self, plugged):
        with self.lock:
            self.say("leafcar/cable", "ON" if plugged else "OFF")
            self.charge()

    def last(self, name):
        mine = [payload for told, payload in self.told if told == name]
        return mine[-1] if mine else None

    def end(self):
        self.ended.set()
        if self.listener is not None:
            self.listener.close()


class PlannedHouse(House):
    """With what the story asks again and again."""

    def plan(self):
        answer = self.ask("GET", "/plan")
        return answer.json() if answer.status == 200 else None

    def course(self, name, plan=None):
        plan = plan or self.plan()
        return next((device for device in plan["devices"] if device["name"] == name), None) if plan else None

    def wish(self, address, value, token=None):
        thing, name = address.split("/")
        return self.ask("PUT", f"/things/{thing}/properties/{name}", value, token)

    def set(self, address, value):
        answer = self.wish(address, value)
        check(answer.status in (200, 202, 204), f"set {address} {value}: {answer.status} {answer.body[:300]!r}")

    def is_value(self, address, fits, what, deadline_s=20):
        return wait_until(lambda: fits(self.value(address)), lambda: f"{address}: {what}; it is {self.value(address)!r}", deadline_s)

    def foxtail(self, *words):
        done = self.cli(*words)
        check(done.returncode == 0, f"foxtail {' '.join(words)}: {done.stdout} {done.stderr}")
        return done.stdout

    def worker(self):
        """The process that proves plans; nothing while none runs."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", "plan-worker"], capture_output=True, text=True, check=False)
        return int(found.stdout.split()[0]) if found.stdout.split() else None

    def new_plan(self, before, why, deadline_s=10):
        """The plan that came after `before` because of something with `why` in it."""
        def found():
            plan = self.plan()
            fresh = plan and (plan["made"], plan["version"]) != (before["made"], before["version"])
            return plan if fresh and why in plan["because"] else None
        return wait_until(found, lambda: f"a plan because of '{why}' after {before['version']}: {self.value('plan/because')!r}", deadline_s)


def ready_by():
    """A time of day that is about ten hours away."""
    return (local_now() + datetime.timedelta(hours=10)).strftime("%H:30")


def calendar():
    begin = (local_now() + datetime.timedelta(hours=20)).astimezone(datetime.timezone.utc)
    stamp = lambda moment: moment.strftime("%Y%m%dT%H%M%SZ")
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:ulm@test\r\n"
            f"DTSTAMP:{stamp(begin)}\r\nDTSTART:{stamp(begin)}\r\nDTEND:{stamp(begin + datetime.timedelta(hours=3))}\r\n"
            "SUMMARY:Visit\r\nLOCATION:Ulm\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


def prepare(house, prices):
    house.configure()
    (house.folder / "map.yaml").write_text(MAPPING)
    (house.folder / "anna.ics").write_text(calendar())
    text = house.config.read_text().replace("{name: Test house}", "{name: Test house, time_zone: Europe/Berlin}")
    house.config.write_text(text + PLANNING % prices.port)
