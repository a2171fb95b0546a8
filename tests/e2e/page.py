#!/usr/bin/env python3
"""page.py FOLDER: the page of the demo household in a real browser (web/test/page.test.mjs), sign-up included."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from house import DEADLINE_S, SKIPPED, Wrong, check, wait_until

WEB = pathlib.Path(__file__).resolve().parent.parent.parent / "web"
LAMP = "bathroom_ceiling-lamp"  # no rule works it


class Demo:
    """`foxtail demo` with its devices, one of whose minutes is a second here."""

    def __init__(self, binaries, *more, speed=60):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foxtail-page-"))
        self.log = self.folder / "log.txt"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(pathlib.Path(binaries) / "foxtail"), "demo", "--data", str(self.folder / "data"), "--port", "0",
                 "--mqtt-port", "0", "--speed", str(speed), *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def text(self):
        return self.log.read_text(errors="replace")

    def link(self):
        """The page's address and the code to sign up with, as printed."""
        def printed():
            check(self.process.poll() is None, f"the demo ended with {self.process.returncode}:\n{self.text()}")
            return re.search(r"(http://\S+)/#signup=(\S+)", self.text())
        return wait_until(printed, lambda: f"the sign-up link:\n{self.text()}").groups()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def ends_well(self):
        check(self.stop() == 0, f"TERM: not 0\n{self.text()}")
        check("bugs found" not in self.text(), self.text())

    def clear(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if shutil.which("node") is None or not os.access(chromium, os.X_OK) or not (WEB / "node_modules" / "playwright-core").is_dir():
        print("skipped: node, chromium or the packages of web are not installed")
        return SKIPPED
    demo = Demo(sys.argv[1])
    try:
        url, code = demo.link()
        environment = dict(os.environ, FOXTAIL_URL=url, FOXTAIL_NAME="anna", FOXTAIL_SIGNUP=code, FOXTAIL_LAMP=LAMP,
                           FOXTAIL_PASSPHRASE="correct horse battery", CHROMIUM=chromium)
        done = subprocess.run(["node", "--test", "test/page.test.mjs"], cwd=WEB, env=environment, timeout=560, check=False)
        check(done.returncode == 0, f"the page is not as it should be; see above. The house said:\n{demo.text()}")
        demo.ends_well()
    except Wrong as wrong:
        print(f"page: {wrong}", file=sys.stderr)
        return 1
    finally:
        demo.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
