#!/usr/bin/env python3
"""planted_secrets.py FOXTAIL: secrets that go in nowhere come out: not in logs, files, exports, answers, /proc.

(Not called secrets.py: Python has a module of that name.)
"""
import base64
import json
import os
import re
import socket
import sys
import urllib.parse

from first_light import RULES, announce_lamp, announce_sensor, wait_value
from house import DEADLINE_S, House, Wrong, check, wait_until
from wire import CONNACK, Line, connect_packet, field

MARKER = "marker-that-is-no-secret"  # planted beside the secrets: where it is found, a secret would be found
USERS = """\
  users:
    - {name: meter, password_hash: '%s', publish: ['meter/#'], subscribe: ['meter/#']}
"""


class Plants:
    """The secrets by what they are."""

    def __init__(self):
        self.values = {}

    def add(self, what, value=None):
        value = value or "sEcret-" + base64.urlsafe_b64encode(os.urandom(15)).decode()
        check(len(value) >= 8 and what not in self.values, what)
        self.values[what] = value
        return value

    def seek(self, where, data):
        """Fails when data holds one of them: as it is, quoted for a URL or JSON, in hex or base64."""
        data = data.encode() if isinstance(data, str) else data
        for what, value in self.values.items():
            raw = value.encode()
            shapes = {raw, urllib.parse.quote(value, safe="").encode(), raw.hex().encode(), raw.hex().upper().encode(),
                      base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")}
            # A token without its prefix is the token.
            shapes |= {raw[4:]} if raw.startswith(b"fxt_") else set()
            for shape in shapes:
                at = data.find(shape)
                if at >= 0:
                    yield f"{where} has the {what}: ...{data[max(0, at - 80):at + len(shape) + 20]!r}..."


def raw_http(house, method, target, headers=None, body=b""):
    """The whole answer as bytes, headers and all, over a connection of its own."""
    host, port = house.page.split(":")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {house.page}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as line:
        line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = b""
        while more := line.recv(65536):
            answer += more
    return answer


def connect(ident, version, flags, *fields):
    """CONNECT with what stands behind the client's id: will, name, password."""
    return connect_packet(ident, version, flags=flags, tail=b"".join(fields))


class Drive:
    """Brings each secret to the house the way people and attackers do."""

    def __init__(self, house, plants):
        self.house, self.plants = house, plants
        self.errors = []  # (what, answer): nothing of what was sent may be in there

    def refused(self, what, answer, statuses):
        status = int(answer.split()[1])
        check(status in statuses, f"{what}: {answer[:300]!r}")
        self.errors.append((f"the answer to {what}", answer))
        return answer

    def signing_in(self):
        plants, house = self.plants, self.house
        code = re.search(r"/#signup=(\S+)", wait_until(lambda: "/#signup=" in house.log_text() and house.log_text(), "the link")).group(1)
        plants.add("sign-up code", code)
        passphrase = plants.add("passphrase")

        def enter(route, **what):
            return raw_http(house, "POST", route, {"Content-Type": "application/json"}, json.dumps(what).encode())

        self.refused("a wrong sign-up code", enter("/auth/signup", code=plants.add("wrong sign-up code"), name="anna",
                                                   passphrase=plants.add("passphrase beside a wrong code")), {401})
        self.refused("a sign-up that is no JSON", raw_http(house, "POST", "/auth/signup", {"Content-Type": "application/json"},
                     b'{"code":"x","passphrase":"' + plants.add("passphrase in broken JSON").encode() + b'",,'), {400})
        self.refused("a sign-up with a key nobody knows", enter("/auth/signup", **{plants.add("passphrase as a key"): 1}), {400, 401})
        answer = enter("/auth/signup", code=code, name="anna", passphrase=passphrase)
        check(answer.startswith(b"HTTP/1.1 204"), f"{answer[:300]!r}")
        self.cookie = plants.add("session cookie", re.search(rb"foxtail_session=([^;]+)", answer).group(1).decode())
        self.refused("a code used twice", enter("/auth/signup", code=code, name="eve", passphrase=passphrase), {401, 409})
        self.refused("a wrong passphrase", enter("/auth/signin", name="anna", passphrase=plants.add("wrong passphrase")), {401})
        self.refused("an unknown name", enter("/auth/signin", name="eve", passphrase=plants.add("passphrase of nobody")), {401})
        answer = enter("/auth/signin", name="anna", passphrase=passphrase)
        check(answer.startswith(b"HTTP/1.1 204"), f"{answer[:300]!r}")
        plants.add("second session cookie", re.search(rb"foxtail_session=([^;]+)", answer).group(1).decode())
        answer = raw_http(house, "GET", "/things", {"Cookie": "foxtail_session=" + self.cookie})
        check(answer.startswith(b"HTTP/1.1 200"), f"{answer[:300]!r}")
        self.refused("a wrong cookie", raw_http(house, "GET", "/things", {"Cookie": "foxtail_session=" + plants.add("wrong cookie")}), {401})

    def tokens(self):
        plants, house = self.plants, self.house
        plants.add("owner's token", house.token())
        given = house.cli("grants", "give", "dashboard", "--address", "porch/*", "--verb", "read")
        check(given.returncode == 0 and given.stdout.startswith("fxt_"), f"{given}")
        by_cli = plants.add("token given by the command line", given.stdout.strip())
        check(by_cli not in given.stderr, "the token is said twice")
        answer = house.ask("POST", "/grants", {"subject_name": "guest", "addresses": ["porch/*"], "verbs": ["read"]}).json()
        ended = plants.add("token taken back", answer["token"])
        for token in (by_cli, ended):
            check(house.ask("GET", "/things/porch/properties/lux", token=token).status == 200, "a good token")
        check(house.ask("DELETE", f"/grants/{answer['id']}").status == 200, "taken back")
        for target, status in (("/things/porch/properties/lux", 200), ("/things/garden/properties/lamp", 404), ("/grants", 403)):
            answer = raw_http(house, "GET", target, {"Authorization": "Bearer " + by_cli})
            check(int(answer.split()[1]) == status, f"{target}: {answer[:300]!r}")
            self.errors.append((target, answer))
        for what, value in (("a token taken back", "Bearer " + ended), ("a wrong token", "Bearer " + plants.add("wrong token")),
                            ("a basic password", "Basic " + base64.b64encode(b"anna:" + plants.add("basic password").encode()).decode()),
                            ("no scheme", plants.add("token without a scheme")),
                            ("a long token", "Bearer " + plants.add("long token", "sEcret-" + os.urandom(150).hex()))):
            self.refused(what, raw_http(house, "GET", "/things", {"Authorization": value}), {401})
        query = plants.add("token in a query")
        for target in (f"/things?token={query}", f"/stream?access_token={query}", f"/history?address=porch/lux&{query}=1",
                       f"/journal?kind={query}", f"/readings?thing={query}", f"/{query}", f"/things/{query}"):
            for headers in ({}, {"Authorization": "Bearer " + house.token()}):
                self.errors.append((f"the answer to {target.replace(query, '...')}", raw_http(house, "GET", target, headers)))
        # A whole header that cannot be read, with the secret in the bad line.
        self.errors.append(("the answer to a broken header", raw_http(house, "GET", "/things", {
            "Authorization Bearer": plants.add("token in a broken header")})))

    def mqtt(self, password):
        plants, house = self.plants, self.house
        check(house.publish("meter/x", "1", user="meter", password=password).returncode == 0, "the right password")
        for version in ("311", "5"):
            check(house.publish("meter/x", "1", version=version, user="meter",
                                password=plants.add(f"wrong MQTT password ({version})")).returncode != 0, "a wrong password")
            check(house.publish("meter/x", "1", version=version, user="stranger",
                                password=plants.add(f"MQTT password of nobody ({version})")).returncode != 0, "an unknown user")
        port = house.mqtt_ports[1]
        raw = {
            "password that is wrong, with a will": connect("w1", 5, 0xC6, b"\0", field("meter/last"), field(plants.add("will of who was refused")),
                                                           field("meter"), field(plants.add("password beside a will"))),
            "reserved flag": connect("w2", 4, 0xC3, field("meter"), field(plants.add("password in a CONNECT with a reserved flag"))),
            "version nobody knows": connect("w3", 9, 0xC2, field("meter"), field(plants.add("password in a CONNECT of version 9"))),
            "bytes left over": connect("w4", 4, 0xC2, field("meter"), field("x"), plants.add("password behind the end").encode()),
            "password without a name": connect("w5", 4, 0x42, field(plants.add("password without a name"))),
            "no UTF-8 in the name": connect("w6", 4, 0xC2, field(b"\xff\xfe"), field(plants.add("password beside a broken name"))),
            "AUTH": connect_packet(
                "w7", 5, flags=2, properties=b"\x15" + field("SCRAM-X") + b"\x16" + field(plants.add("authentication data"))),
        }
        for what, data in raw.items():
            line = Line(port)
            line.send(data)
            answer = line.next()
            check(answer is None or answer[0] != CONNACK or answer[1][1] != 0, f"{what}: let in: {answer}")
            if answer:
                self.errors.append((f"the answer to a CONNECT with {what}", answer[1]))
            line.close()
        cut = Line(port)  # said half of it and went
        data = connect("w8", 4, 0xC2, field("meter"), field(plants.add("password in half a CONNECT")))
        cut.send(data[:-2])
        cut.close()

    def mistakes_in_the_file(self):
        """Whoever writes the password where its hash belongs is told so, without the password."""
        plants, house = self.plants, self.house
        text = house.config.read_text()
        for line in (f"password_hash: '{plants.add('password in the place of its hash')}'",
                     f"password: '{plants.add('password under a key of its own')}'"):
            house.config.write_text(re.sub(r"password_hash: '[^']*'", line, text))
            begin = len(house.log_text())
            house.hang_up()
            wait_until(lambda: "configuration not taken" in house.log_text(begin), lambda: f"refused: {house.log_text(begin)}")
            told = house.cli("check", str(house.config))
            check(told.returncode != 0 and "password" in told.stdout + told.stderr, f"{told}")
            self.errors.append(("foxtail check", told.stdout + told.stderr))
        house.config.write_text(text)
        begin = len(house.log_text())
        house.hang_up()
        wait_until(lambda: "configuration taken" in house.log_text(begin), lambda: f"taken: {house.log_text(begin)}")


def furnish(house):
    announce_lamp(house)
    announce_sensor(house, "porch", "lux")
    house.tell("porch/lux", '{"v": 80}')
    house.tell("garden/lamp", "OFF")
    wait_value(house, "porch/lux", 80)
    wait_value(house, "garden/lamp", False)
    house.tell("homeassistant/light/marked/config", "{" + MARKER)  # is among the problems, whole
    announce_sensor(house, MARKER, "lux")
    wait_until(lambda: MARKER in house.things(), "the marked thing")


def log_without_the_link(house):
    """What systemd's journal would have, but for the one line whose purpose is to show the code."""
    lines = house.log_text().splitlines()
    links = [line for line in lines if line.startswith("Open this link once to become the owner: ")]
    check(len(links) == 1, f"the sign-up link is shown once: {links}")
    return "\n".join(line for line in lines if line not in links)


def places(house):
    """(where, bytes, whether the marker must be in there)"""
    process = house.process.pid
    for name in ("cmdline", "environ"):
        with open(f"/proc/{process}/{name}", "rb") as file:
            yield f"/proc/PID/{name}", file.read(), False
    marked = {"/problems": True, "/journal?limit=1000&readings=true": True, "/things": True}
    for target in ("/metrics", "/problems", "/system", "/grants", "/subjects", "/rules", "/things", "/readings", "/openapi.json",
                   "/auth/state", "/auth/me", "/journal?limit=1000&readings=true"):
        answer = house.ask("GET", target)
        check(answer.status == 200, f"{target}: {answer.status}")
        yield target, answer.body, target in marked
    outputs = {"the backup": ["backup", "copy.db"], "journal export": ["journal", "export", "--out", "journal.jsonl"],
               "the ledger's export": ["journal", "export", "--ledger", "ledger.txt"]}
    for where, words in outputs.items():
        file = house.folder / words[-1]
        done = house.cli(*words[:-1], str(file))
        check(done.returncode == 0, f"{done}")
        check(file.stat().st_mode & 0o777 == 0o600, f"{where} has the mode {file.stat().st_mode & 0o777:o}")
        yield where, file.read_bytes(), where != "the ledger's export"
    for words in (("journal", "stat"), ("journal", "verify"), ("system",), ("problems",), ("grants",), ("journal", "list", "--json")):
        done = house.cli(*words)
        check(done.returncode == 0, f"{done}")
        yield f"foxtail {' '.join(words)}", done.stdout + done.stderr, False


def files(house):
    """Everything in the household's folder; what is there to hold a secret may hold that one."""
    journal = b""
    for file in sorted(house.data.iterdir()):
        data = file.read_bytes()
        if file.name == "owner.token":
            data = data.replace(house.token().encode(), b"")
        if file.name == "ledger.key":
            continue
        journal += data if file.name.startswith("journal.db") else b""
        yield file.name, data, False
    yield "the journal's files together", journal, True


def leaves_no_core(house):
    """A crash would write every secret that is in memory: nothing of it may go to a file, nor through a pipe."""
    process = house.process.pid
    with open(f"/proc/{process}/limits", encoding="ascii") as file:
        limits = [line.split()[4:6] for line in file if line.startswith("Max core file size")]
    check(limits == [["0", "0"]], f"core files may have a size: {limits}")
    with open(f"/proc/{process}/coredump_filter", encoding="ascii") as file:
        memory = int(file.read(), 16)
    check(memory == 0, f"a core that goes through a pipe holds memory: coredump_filter {memory:x}")


def modes_are_narrow(house):
    check(house.data.stat().st_mode & 0o777 == 0o700, f"the folder has the mode {house.data.stat().st_mode & 0o777:o}")
    for name in ("owner.token", "ledger.key", "secrets.json", "lock", "journal.db"):
        mode = (house.data / name).stat().st_mode & 0o777
        check(mode == 0o600, f"{name} has the mode {mode:o}")


def one_house(binaries, log_format):
    """A house that meets all of it while its log has this format; gives what was found."""
    house, plants = House(binaries, f"secrets-{log_format}"), Plants()
    password = plants.add("MQTT password")
    made = house.cli("password", stdin=password + "\n", connect=False)
    check(made.returncode == 0, f"{made}")
    house.configure(rules=RULES, users=USERS % made.stdout.strip())
    text = house.config.read_text()
    house.config.write_text(text + "log: {level: debug, format: text}\n")
    house.start()
    if log_format == "json":
        house.config.write_text(text + "log: {level: debug, format: json}\n")
        house.hang_up()
        wait_until(lambda: '"event":"configuration taken"' in house.log_text(), lambda: f"lines of JSON: {house.log_text()}")
    leaves_no_core(house)
    furnish(house)
    drive = Drive(house, plants)
    drive.signing_in()
    drive.tokens()
    drive.mqtt(password)
    drive.mistakes_in_the_file()
    plants.add("ledger's key", (house.data / "ledger.key").read_text().split()[-1])
    found = []
    looked = 0
    seen = [("what foxtail password says", made.stdout + made.stderr, False), *((what, data, False) for what, data in drive.errors)]
    seen += [*places(house), *files(house)]
    check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
    seen += [("the log", log_without_the_link(house), False), *files(house)]
    for where, data, marked in seen:
        found += plants.seek(where, data)
        looked += len(data)
        check(not marked or MARKER.encode() in data, f"{where} has not even what belongs there: would a secret be found?")
    check("'password_hash' is no Argon2id hash" in house.log_text(), f"the log has not even what belongs there:\n{house.log_text()}")
    modes_are_narrow(house)
    print(f"{'ok   ' if not found else 'WRONG'} {len(plants.values)} secrets, {len(seen)} places, {looked} bytes, log as {log_format}")
    return found


def main():
    try:
        # The finder finds: as it is, in base64, in hex, in an address.
        plants = Plants()
        value = plants.add("planted", "sEcret+with/signs")
        for shape in (value, base64.b64encode(value.encode()).decode(), value.encode().hex(), urllib.parse.quote(value, safe="")):
            check(list(plants.seek("a text", f"before {shape} after")), f"not found: {shape}")
        found = [one for log_format in ("text", "json") for one in one_house(sys.argv[1], log_format)]
        for one in found:
            print(f"secrets: {one}", file=sys.stderr)
        return 1 if found else 0
    except Wrong as wrong:
        print(f"secrets: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
