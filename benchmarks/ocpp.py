"""The chargers' figures: npm's suite and npm's server beside ours, the same bare clients (chargers.cpp) against both in the same run."""
import json, os, pathlib, re, shutil, subprocess, tempfile, time

PEERS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "peers"
SUITE = PEERS / "node_modules" / "ocpp-ws-cli" / "dist" / "index.js"
RATIO_CHARGERS, RATIO_SECONDS, RATIO_ROUNDS, PAUSE_MS = 20, 4, 5, 10
METER_EVERY_MS, METER_P99_MS = 10_000, 20


class Hub:
    """A foxtail of its own that knows so many chargers, which come without a password; on one processor alone, if that is said."""

    def __init__(self, binary, chargers, core=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foxtail-bench-"))
        names = ["SUITE"] + [f"LOAD-{i}" for i in range(chargers)]
        stations = "".join(f"    - {{id: {name}, open_because: a benchmark}}\n" for name in names)
        config = self.folder / "foxtail.yaml"
        config.write_text("household: {name: Bench}\napi: {listen: '127.0.0.1:0'}\nrules: [rules.yaml]\n"
                          f"ocpp:\n  listeners: [{{listen: '127.0.0.1:0'}}]\n  stations:\n{stations}")
        (self.folder / "rules.yaml").write_text("rules: []\n")
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        alone = [] if core is None else ["taskset", "-c", str(core)]
        self.process = subprocess.Popen([*alone, binary, "run", "--config", config, "--data", self.folder / "data"],
                                        stdout=subprocess.DEVNULL, stderr=self.log)
        end = time.monotonic() + 60
        while True:
            found = re.search(r'listening ocpp="[^"]*:(\d+)"', (self.folder / "log").read_text())
            if found:
                self.endpoint = f"ws://127.0.0.1:{found[1]}/ocpp"
                return
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("bench: the chargers' door did not open")
            time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def load(binary, endpoint, chargers, seconds, pause_ms, what):
    at = re.fullmatch(r"ws://127\.0\.0\.1:(\d+)(.*)", endpoint)
    out = subprocess.run([pathlib.Path(binary).parent / "foxtail-chargers", at[1], at[2], str(chargers), str(seconds), str(pause_ms), what],
                         check=True, capture_output=True, text=True, timeout=300)
    result = json.loads(out.stdout)
    if result["errors"] or not result["calls"]:
        raise SystemExit(f"bench: {result} of {chargers} chargers")
    return result


def suite(binary):
    """The checks passed with the protocol that does worse."""
    hub = Hub(binary, 0)
    passed = []
    for protocol in ("ocpp1.6", "ocpp2.0.1"):
        with tempfile.TemporaryDirectory(prefix="foxtail-bench-") as folder:
            subprocess.run(["node", SUITE, "test", "-e", hub.endpoint, "-i", "SUITE", "-p", protocol, "--suite", "all", "--report", "json",
                            "--report-dir", folder], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
            report = json.loads(pathlib.Path(folder, os.listdir(folder)[0]).read_text())
            passed.append(sum(1 for one in report["testResults"] if one["passed"]))
    hub.stop()
    return min(passed)


def p99_ratio(binary):
    """Ours over npm's server's, which keeps nothing; taken in turns. Of each the round that was disturbed least: what else runs on the machine only adds."""
    ours, theirs = [], []
    for _ in range(RATIO_ROUNDS):
        hub = Hub(binary, RATIO_CHARGERS)
        ours.append(load(binary, hub.endpoint, RATIO_CHARGERS, RATIO_SECONDS, PAUSE_MS, "heartbeat"))
        hub.stop()
        server = subprocess.Popen(["node", PEERS / "ocpp_reference.mjs"], stdout=subprocess.PIPE, text=True)
        port = server.stdout.readline().strip()
        theirs.append(load(binary, f"ws://127.0.0.1:{port}", RATIO_CHARGERS, RATIO_SECONDS, PAUSE_MS, "heartbeat"))
        server.kill()
        server.wait()
    p99 = lambda results: min(one["p99_ms"] for one in results)
    return p99(ours) / p99(theirs), p99(ours), min(one["p50_ms"] for one in ours)


def sessions(binary, chargers):
    """Milliseconds by kind of call, when each charger tells one session after the other. What begins and ends a session is on disk before its answer leaves."""
    hub = Hub(binary, chargers)
    kinds = load(binary, hub.endpoint, chargers, RATIO_SECONDS, PAUSE_MS, "day")["kinds"]
    hub.stop()
    return kinds


def most_chargers(binary, steps=(500, 1000, 2000, 3000)):
    """The most that meter every 10 s on one core with p99 under 20 ms; the steps are taken until one fails."""
    held = 0
    for count in steps:
        hub = Hub(binary, count, core=0)
        result = load(binary, hub.endpoint, count, 20, METER_EVERY_MS, "meter")
        hub.stop()
        if result["p99_ms"] >= METER_P99_MS:
            break
        held = count
    return held
