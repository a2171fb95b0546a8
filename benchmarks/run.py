#!/usr/bin/env python3
"""The figures of ./bench: one JSON object a line. Peers and floors run in the same run, on the same machine.

usage: run.py BIN_FOLDER [NAME...]     only figures whose name begins with one of the NAMEs
"""
import gzip, json, os, pathlib, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request

import guard as fuse
import ocpp as charging_stations
import plan as plan_weeks
import plan_hub
import plan_rss
import plan_solver
import revoke as revoking

BIN = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent
WANTED = sys.argv[2:]


def wanted(name):
    return not WANTED or any(name.startswith(w) for w in WANTED)


def say(name, value, unit, better):
    if not wanted(name):
        return
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, "better": better}), flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    with socket.socket() as s:
        s.settimeout(0.2)
        return s.connect_ex(("127.0.0.1", port)) == 0


def wait_until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.002)
    raise SystemExit("bench: gave up waiting")


class House:
    """A foxtail of its own, with a folder of its own."""

    def __init__(self, rules="rules: []\n", data=None):
        self.folder = data or tempfile.mkdtemp(prefix="foxtail-bench-")
        self.mqtt, self.api = free_port(), free_port()
        config = pathlib.Path(self.folder, "foxtail.yaml")
        config.write_text(
            f"household: {{name: Bench}}\napi: {{listen: 127.0.0.1:{self.api}}}\n"
            f"mqtt:\n  listeners: [{{listen: 127.0.0.1:{self.mqtt}, anonymous: true}}]\n"
            '  anonymous: {publish: ["#"], subscribe: ["#"]}\nrules: [rules.yaml]\nlog: {level: error}\n')
        pathlib.Path(self.folder, "rules.yaml").write_text(rules)
        self.config = config
        self.process = None

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen([BIN / "foxtail", "run", "--config", self.config, "--data", self.folder],
                                        stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(self.api) and self.ready())
        return (time.monotonic() - began) * 1000

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.api}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def stop(self, remove=True):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)


class Floor:
    """Debian's Mosquitto and a bare libmosquitto echo in place of the hub."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="foxtail-floor-")
        self.mqtt = free_port()
        config = pathlib.Path(self.folder, "mosquitto.conf")
        config.write_text(f"listener {self.mqtt} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                          "max_queued_messages 0\nset_tcp_nodelay true\nlog_type none\nuser root\n")
        self.broker = subprocess.Popen([shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"), "-c", config],
                                       stderr=subprocess.DEVNULL)
        wait_until(lambda: answers(self.mqtt))
        self.echo = subprocess.Popen([BIN / "foxtail-echo", str(self.mqtt)], stdout=subprocess.PIPE)
        self.echo.stdout.readline()

    def stop(self):
        for process in (self.echo, self.broker):
            process.terminate()
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def load(*arguments):
    out = subprocess.run([BIN / "foxtail-load", *map(str, arguments)], check=True, capture_output=True, text=True, timeout=300)
    return json.loads(out.stdout)


RULE = """rules:
  - id: answer
    when: [{property: bench/level, changes: true}]
    if: value > 0
    then: [{set: {bench/dim: "= value"}}]
"""


def announce(port):
    device = {"ids": "bench", "name": "bench"}
    for topic, payload in (
            ("homeassistant/sensor/bench/level/config",
             {"dev": device, "name": "level", "unique_id": "bl", "state_topic": "bench/in", "unit_of_measurement": "W"}),
            ("homeassistant/number/bench/dim/config",
             {"dev": device, "name": "dim", "unique_id": "bd", "command_topic": "bench/out", "min": 0, "max": 100000000})):
        subprocess.run(["mosquitto_pub", "-p", str(port), "-r", "-t", topic, "-m", json.dumps(payload)], check=True)


def max_rate(port):
    """The highest offered rate whose p99 stays under 5 ms with nothing lost: doubled until it fails, then halved in between."""
    def holds(rate):
        for _ in range(2):  # once more: a busy machine is not a slow program
            result = load("rule", port, rate, 3)
            if result["p99_ms"] < 5 and result["received"] == result["sent"]:
                return True
        return False
    good, bad = 0, 5000
    while bad < 400000 and holds(bad):
        good, bad = bad, bad * 2
    for _ in range(4):
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def reaction():
    floor, house = Floor(), House(RULE)
    house.start()
    announce(house.mqtt)
    time.sleep(0.5)
    ours, theirs = [], []
    for turn in range(7):  # alternating, so that a busy machine hurts both; of three, one bad moment of either was the result
        ours.append(load("rule", house.mqtt, 5000, 4))
        theirs.append(load("rule", floor.mqtt, 5000, 4))
    middle = lambda runs, key: statistics.median(r[key] for r in runs)
    lost = sum(r["sent"] - r["received"] for r in ours)
    say("mqtt.rule.p50_ms", middle(ours, "p50_ms"), "ms", "lower")
    say("mqtt.rule.p99_ms", middle(ours, "p99_ms"), "ms", "lower")
    say("mqtt.rule.p50_ratio", middle(ours, "p50_ms") / middle(theirs, "p50_ms"), "ratio", "lower")
    say("mqtt.rule.p99_ratio", middle(ours, "p99_ms") / middle(theirs, "p99_ms"), "ratio", "lower")
    say("mqtt.rule.lost", lost, "messages", "lower")
    ours_max, theirs_max = max_rate(house.mqtt), max_rate(floor.mqtt)
    say("mqtt.rule.max_rate", ours_max, "1/s", "higher")
    if theirs_max:
        say("mqtt.rule.max_rate_ratio", ours_max / theirs_max, "ratio", "higher")
    house.stop()
    floor.stop()


def acked():
    house = House()
    house.start()
    result = load("acked", house.mqtt, 50, 20, 8)
    say("mqtt.qos1.acked_per_s", result["acked_per_s"], "1/s", "higher")
    say("mqtt.qos1.p99_ms", result["p99_ms"], "ms", "lower")
    house.stop()


def settle(house, quiet_s=2.0):
    """Waits until what was sent has been worked off: hardly any CPU for a while."""
    while True:
        before = house.cpu_s()
        time.sleep(quiet_s)
        if house.cpu_s() - before < 0.05 * quiet_s:
            return


def scale():
    houses = {count: House() for count in (100, 100000)}
    for count, house in houses.items():
        house.start()
        load("announce", house.mqtt, count)
        settle(house)
        load("say", house.mqtt, count, 1000, 3)  # until every list has found its size
        settle(house)
    turns = []
    for _ in range(5):  # alternating, so that a busy machine hurts both
        turn = {}
        for count, house in houses.items():
            before = house.cpu_s()
            sent = load("say", house.mqtt, count, 1000, 8)["sent"]
            settle(house)
            turn[count] = (house.cpu_s() - before) / sent
        turns.append(turn)
    middle = lambda values: sorted(values)[len(values) // 2]
    for count, house in houses.items():
        say(f"scale.cost_us_{count}", middle([turn[count] for turn in turns]) * 1e6, "us", "lower")
        house.stop()
    say("scale.cost_ratio", middle([turn[100000] / turn[100] for turn in turns]), "ratio", "lower")


def stat(house):
    out = subprocess.run([BIN / "foxtail", "journal", "stat", "--json", "--data", house.folder], check=True,
                         capture_output=True, text=True, timeout=60)
    return json.loads(out.stdout)


def readings(house):
    told = stat(house)
    return told["readings_sealed"] + told["readings_waiting"]


def start():
    """1,000 things with ten properties each and ten million readings; then an hour of what they would say."""
    house = House()
    house.start()
    load("announce", house.mqtt, 1000)
    while readings(house) < 10_000_000:
        load("say", house.mqtt, 1000, 15000, 20)
        settle(house, 1.0)
    house.stop(remove=False)
    runs = []
    for _ in range(3):
        runs.append(house.start())
        house.stop(remove=False)
    say("start.ms", sorted(runs)[1], "ms", "lower")
    house.start()
    load("announce", house.mqtt, 1000)  # devices tell of themselves again
    load("say", house.mqtt, 1000, 6000, 10)  # an hour of a message a minute from each
    settle(house, 1.0)
    say("rss.mib", house.rss_mib(), "MiB", "lower")
    house.stop()


def google(binary, *arguments):
    out = subprocess.run([BIN / binary, "--benchmark_format=json", *arguments], check=True, capture_output=True, text=True,
                         timeout=1800, env={**os.environ, "FOXTAIL_BENCH_FULL": "1"})
    return json.loads(out.stdout)["benchmarks"]


def core():
    for row in google("fox_hub_benches"):
        if row["name"].startswith("core_readings"):
            say("core.readings_per_s", row["items_per_second"], "1/s", "higher")
            say("core.allocations_per_reading", row["allocations_per_reading"], "count", "lower")


def guard():
    for row in google("fox_app_benches"):
        if "guard.inside_p99_ms" in row:
            say("guard.inside_p99_ms", row["guard.inside_p99_ms"], "ms", "lower")
    if shutil.which("node") is not None and charging_stations.SUITE.exists():
        say("guard.ms_p99", fuse.p99_ms(str(BIN / "foxtail")), "ms", "lower")


def store():
    for row in google("fox_sqlite_benches", "--benchmark_filter=store_readings|store_rule_records|history_query|ledger"):
        for name, unit, better in (("store.readings_per_s", "1/s", "higher"), ("store.rule_records_per_s", "1/s", "higher"),
                                   ("history.query.p50_ms", "ms", "lower"), ("history.query.p99_ms", "ms", "lower"),
                                   ("ledger.leaf_us", "us", "lower"), ("ledger.reading_ns", "ns", "lower"),
                                   ("ledger.verify_s", "s", "lower")):
            if name in row:
                say(name, row[name], unit, better)
    with tempfile.TemporaryDirectory(prefix="foxtail-bench-") as folder:
        messages = pathlib.Path(folder, "day.jsonl")
        subprocess.run([BIN / "foxtail-sim", "day", "--hours", "48", "--out", messages], check=True, timeout=600)
        out = subprocess.run([BIN / "foxtail-day", messages, folder], check=True, capture_output=True, text=True, timeout=600)
        measured = json.loads(out.stdout)
        say("store.bytes_per_reading", measured["bytes_per_reading"], "B", "lower")
        # Of a house's first day: everything it tells of itself stands beside few readings.
        say("store.bytes_per_reading_first_day", measured["first_day"], "B", "lower")


def trust():
    for row in google("fox_grants_benches"):
        for name, unit in (("trust.decision_ns", "ns"), ("trust.decision_p99_ns", "ns"), ("trust.recompile_ms", "ms")):
            if name in row:
                say(name, row[name], unit, "lower")


def vss():
    for row in google("fox_vss_benches"):
        say("vss.import_ms", row["real_time"], "ms", "lower")  # a tree as large as all of VSS 6.0


def plans():
    plan_solver.say_all(google("fox_solver_benches", plan_solver.asked(wanted)), say)


def revoke():
    house = House()
    house.start()
    announce(house.mqtt)
    p50, worst, late = revoking.measure(house, pathlib.Path(house.folder, "owner.token").read_text().strip())
    say("trust.revoke.p50_ms", p50, "ms", "lower")
    say("trust.revoke.p99_ms", worst, "ms", "lower")  # of sixty, so it is the worst
    say("trust.revoke.late", late, "count", "lower")
    house.stop()


def ocpp():
    if shutil.which("node") is None or not charging_stations.SUITE.exists():
        return
    if wanted("ocpp.suite.passed"):
        say("ocpp.suite.passed", charging_stations.suite(BIN / "foxtail"), "checks", "higher")
    if wanted("ocpp.p99_ratio"):
        ratio, p99, p50 = charging_stations.p99_ratio(BIN / "foxtail")
        say("ocpp.p99_ratio", ratio, "ratio", "lower")
        say("ocpp.p99_ms", p99, "ms", "lower")
        say("ocpp.p50_ms", p50, "ms", "lower")
    for chargers in (1, 20):
        name = f"ocpp.start.{chargers}."
        if wanted(name):
            took = charging_stations.sessions(BIN / "foxtail", chargers)["StartTransaction"]
            say(name + "p50_ms", took["p50_ms"], "ms", "lower")
            say(name + "p99_ms", took["p99_ms"], "ms", "lower")
    if wanted("ocpp.chargers"):
        say("ocpp.chargers", charging_stations.most_chargers(BIN / "foxtail"), "chargers", "higher")


def captured():
    plan_weeks.figures(BIN / "foxtail", say, wanted)


def planned_hub():
    plan_hub.figures(BIN / "foxtail", say)


def planned_rss():
    plan_rss.figures(BIN, say)


def page():
    dist = ROOT / "web" / "dist"
    files = [f for f in dist.rglob("*") if f.is_file() and f.suffix not in (".gz", ".br")]
    say("page.kb", sum(len(gzip.compress(f.read_bytes(), 9)) for f in files) / 1000, "kB", "lower")


FIGURES = ((("core",), core), (("store", "history", "ledger"), store), (("mqtt.rule",), reaction), (("mqtt.qos1",), acked),
           (("start", "rss"), start), (("scale",), scale), (("page",), page), (("trust.decision", "trust.recompile"), trust), (("trust.revoke",), revoke),
           (("vss",), vss), (("guard",), guard), (("ocpp",), ocpp),
           (("plan.event", "plan.one_cent", "plan.flat", "plan.reasons", "plan.infeasible"), plans),
           (("plan.captured", "plan.heat_pump_starts", "plan.shortfall_kwh", "plan.year_minutes"), captured),
           (("plan.hub",), planned_hub), (("plan.rss_mib",), planned_rss))
for names, figure in FIGURES:
    if not WANTED or any(w.startswith(name) or name.startswith(w) for w in WANTED for name in names):
        figure()
