"""People at the page: each a Chromium of their own, told what to do."""
import json
import os
import pathlib
import shutil
import subprocess

from house import DEADLINE_S, check

WEB = pathlib.Path(__file__).resolve().parent.parent.parent / "web"
PASSPHRASE = "correct horse battery"


def has_browser():
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return shutil.which("node") is not None and os.access(chromium, os.X_OK) and (WEB / "node_modules" / "playwright-core").is_dir()


class Person:
    """A browser that does what it is told (web/test/desk_story.mjs, or another story)."""

    def __init__(self, house, name, signup="", invite="", guest=False, story="desk_story"):
        """`guest`: who has neither the past of what they see nor the ledger."""
        environment = dict(os.environ, FOXTAIL_URL="http://" + house.page, FOXTAIL_NAME=name, FOXTAIL_SIGNUP=signup, FOXTAIL_INVITE=invite,
                           FOXTAIL_GUEST="1" if guest else "",
                           FOXTAIL_PASSPHRASE=PASSPHRASE)
        self.process = subprocess.Popen(["node", f"test/{story}.mjs"], cwd=WEB, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        check(self.answer().get("entered"), "the person signs in")

    def answer(self):
        line = self.process.stdout.readline()
        check(line, "the browser ended without an answer")
        answer = json.loads(line)
        check("failed" not in answer, answer.get("failed"))
        return answer

    def do(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def leave(self):
        self.process.stdin.close()
        check(self.process.wait(DEADLINE_S) == 0, f"something went wrong behind the scenes of the page: {self.process.stdout.read()}")

    def leave_quietly(self):
        """Whatever the page complained of: its hub was killed."""
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)

    def clear(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
