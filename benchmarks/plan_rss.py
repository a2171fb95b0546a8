"""What the planned demo household needs of memory after a minute: the hub, and the worker that proves its plans. The devices,
which are a process of their own, do not count."""
import pathlib
import re
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "e2e"))
from house import wait_until  # noqa: E402
from page import Demo  # noqa: E402

AFTER_S = 60
PATIENCE_S = 120


def said(pid, file):
    """Of a process that may just have ended: nothing then."""
    try:
        return pathlib.Path(f"/proc/{pid}/{file}").read_text(errors="replace")
    except OSError:
        return ""


def children(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").glob("*") for child in said(pid, f"task/{task.name}/children").split()]


def rss_mib(pid):
    found = re.search(r"VmRSS:\s+(\d+)", said(pid, "status"))
    return int(found[1]) / 1024 if found else 0


def workers(hub):
    return [child for child in children(hub) if "plan-worker" in said(child, "cmdline")]


def figures(binaries, say):
    demo = Demo(binaries)
    try:
        demo.link()
        hub = demo.process.pid
        wait_until(lambda: workers(hub), lambda: f"a worker proves plans:\n{demo.text()}", PATIENCE_S)
        time.sleep(AFTER_S)
        say("plan.rss_mib", rss_mib(hub) + sum(rss_mib(one) for one in workers(hub)), "MiB", "lower")
        demo.stop()
    finally:
        demo.clear()


if __name__ == "__main__":
    figures(sys.argv[1], lambda name, value, unit, _: print(f"{name} {value:.1f} {unit}"))
