#!/usr/bin/env python3
"""tls.py FOXTAIL: the page, the API, WebSockets and MQTT over TLS, with a certificate of the house's own making; by Python's
ssl, curl, mosquitto's and npm's clients, and testssl.sh, which must find nothing of medium severity or more."""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import time
import traceback

from house import PEERS, SKIPPED, House, Wrong, check, wait_until

# What comes from an authority that only this house knows, not from how TLS is spoken.
OF_A_LOCAL_AUTHORITY = re.compile(r"^(cert_chain_of_trust|cert_crlDistributionPoints|cert_revocation|cert_ocspURL|OCSP_stapling|DNS_CAArecord"
                                  r"|certificate_transparency|cert_certificatePolicies_EV|cert_trust|cert_subjectAltName)")


def configure(house, names="foxtail.lan", own=""):
    house.configure()
    text = house.config.read_text()
    text = text.replace("mqtt:\n  listeners:\n", f"tls: {{listen: '127.0.0.1:0', names: [{names}]{own}}}\n"
                        "mqtt:\n  listeners:\n    - {listen: '127.0.0.1:0', tls: true, anonymous: true}\n", 1)
    house.config.write_text(text)


def start(house):
    begin = len(house.log_text())
    house.start()
    text = house.log_text()[begin:]
    return [int(re.search(rf'listening {what}="[^"]*:(\d+)"', text)[1]) for what in ("https", "mqtts")]


def trusting(house):
    context = ssl.create_default_context(cafile=str(house.data / "tls" / "authority.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def fetch(house, port, method, path, body=None, host="localhost", context=None, **headers):
    line = http.client.HTTPSConnection("localhost", port, timeout=20, context=context or trusting(house))
    line.request(method, path, json.dumps(body) if body is not None else None, {"Host": f"{host}:{port}", **headers})
    answer = line.getresponse()
    return answer.status, answer.headers, answer.read()


def served_certificate(port, context=None):
    context = context or ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", port), 20) as raw, context.wrap_socket(raw, server_hostname="localhost") as line:
        return line.getpeercert(True)


def authority(house):
    tls = house.data / "tls"
    for name in ("authority.key", "server.pem"):
        check(stat.S_IMODE((tls / name).stat().st_mode) == 0o600, f"{name} is its owner's alone")
    check("PRIVATE" not in (tls / "authority.pem").read_text(), "the certificate to hand out holds no key")
    shown = house.cli("ca", "--data", str(house.data), connect=False)
    check(shown.returncode == 0 and shown.stdout == (tls / "authority.pem").read_text(), f"foxtail ca: {shown}")
    der = base64.b64decode("".join(shown.stdout.split("-----")[2].split()))
    import hashlib
    print_ = ":".join(f"{b:02X}" for b in hashlib.sha256(der).digest())
    check(print_ in shown.stderr and "update-ca-certificates" in shown.stderr, "foxtail ca says how to trust it")


def page_and_api(house, port):
    status, headers, body = fetch(house, port, "GET", "/")
    check(status == 200 and b"<html" in body.lower(), "the page")
    for host in ("localhost", "127.0.0.1", "foxtail.lan"):
        context = trusting(house)
        with socket.create_connection(("127.0.0.1", port), 20) as raw, context.wrap_socket(raw, server_hostname=host) as line:
            line.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: line.recv(65536), b""))
            check(b" 200 " in answer.split(b"\r\n")[0], f"{host}: {answer[:80]}")
    check(fetch(house, port, "GET", "/healthz", host="evil.example")[0] == 403, "a name that is not ours")
    try:
        fetch(house, port, "GET", "/healthz", context=ssl.create_default_context())
        raise Wrong("an unknown authority was trusted")
    except ssl.SSLCertVerificationError:
        pass
    link = re.search(r"#signup=(\S+)", house.log_text())
    check(link, "a link to become the owner")
    me = {"code": link[1], "name": "anna", "passphrase": "a long enough passphrase"}
    status, headers, body = fetch(house, port, "POST", "/auth/signup", me, Origin=f"https://localhost:{port}")
    cookie = headers.get("Set-Cookie", "")
    check(status == 204 and cookie.startswith("__Host-foxtail_session=") and "; Secure" in cookie and "HttpOnly" in cookie, f"{status} {cookie} {body}")
    session = {"Cookie": cookie.split(";")[0]}
    check(fetch(house, port, "GET", "/auth/me", **session)[0] == 200, "the cookie is known over TLS")
    plain = {"Cookie": "foxtail_session=" + cookie.split(";")[0].split("=", 1)[1]}
    check(fetch(house, port, "GET", "/auth/me", **plain)[0] == 401, "a cookie that could have been set in clear is not")
    change = {**session, "X-Foxtail": "1"}
    for origin, fits in ((f"https://localhost:{port}", True), (f"http://localhost:{port}", False), ("https://evil.example", False)):
        status = fetch(house, port, "POST", "/auth/signin", {"name": "x", "passphrase": "y"}, Origin=origin, **change)[0]
        check((status != 403) == fits, f"{origin}: {status}")
    websocket(house, port, session)
    if shutil.which("curl"):
        done = subprocess.run(["curl", "-sS", "--cacert", house.data / "tls" / "authority.pem", f"https://localhost:{port}/healthz"],
                              capture_output=True, text=True, timeout=30)
        check(done.returncode == 0 and "ok" in done.stdout.lower(), f"curl: {done}")


def websocket(house, port, session):
    with socket.create_connection(("127.0.0.1", port), 20) as raw, trusting(house).wrap_socket(raw, server_hostname="localhost") as line:
        line.sendall((f"GET /stream HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://localhost:{port}\r\nCookie: {session['Cookie']}\r\n"
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        stream = line.makefile("rb")
        check(b" 101 " in stream.readline(), "the WebSocket opens over TLS")
        while stream.readline().strip():
            pass
        text = b'{"v":1}'
        line.sendall(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
        check(stream.read(1)[0] & 0x0F in (1, 8), "and answers")


def mqtt(house, port):
    ca = house.data / "tls" / "authority.pem"
    if shutil.which("mosquitto_pub"):
        to = ["--cafile", ca, "-h", "localhost", "-p", str(port), "-t", "tls/hello", "-q", "1"]
        listener = subprocess.Popen(["mosquitto_sub", *to, "-C", "1", "-W", "20"], stdout=subprocess.PIPE, text=True)
        def heard():
            subprocess.run(["mosquitto_pub", *to, "-m", "over TLS"], check=True, timeout=20)
            return listener.poll() is not None
        wait_until(heard, "mosquitto_sub hears mosquitto_pub")
        check(listener.stdout.read().strip() == "over TLS", "what was said")
        wrong = subprocess.run(["mosquitto_pub", *to[2:], "--cafile", "/dev/null", "-m", "x"], capture_output=True, timeout=20)
        check(wrong.returncode != 0, "without the authority nobody connects")
        plain = subprocess.run(["mosquitto_pub", *to[2:], "-m", "x"], capture_output=True, timeout=30)
        check(plain.returncode != 0, "nor in clear")
    if shutil.which("node") and (PEERS / "node_modules" / "mqtt").is_dir():
        done = subprocess.run(["node", str(PEERS / "mqtt_tls.mjs")], capture_output=True, text=True, timeout=60, check=False,
                              env=dict(os.environ, FOXTAIL_MQTTS=f"mqtts://localhost:{port}", FOXTAIL_CA=str(ca)))
        check(done.returncode == 0 and "heard" in done.stdout, f"npm mqtt: {done}")


def half_open(house, port):
    """Who connects and says nothing keeps nobody out, and does not stay."""
    silent = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(100)]
    begun = time.monotonic()
    check(fetch(house, port, "GET", "/healthz")[0] == 200, "served beside a hundred half-open ones")
    check(time.monotonic() - begun < 5, "and soon")
    gone = 0
    for one in silent:
        one.settimeout(20)
        try:
            gone += one.recv(1) == b""
        except ConnectionResetError:
            gone += 1
    check(gone == len(silent) and time.monotonic() - begun < 20, f"{gone} of 100 were closed")


def certificates(house, https):
    before = served_certificate(https)
    house.stop()
    https, _ = start(house)
    check(served_certificate(https) == before, "a restart keeps the certificate")
    house.stop()
    configure(house, "foxtail.lan, other.lan")
    https, _ = start(house)
    check(served_certificate(https) != before, "another name: another certificate")
    # One of one's own, here made by the same authority under another name, is read again on HUP.
    tls = house.data / "tls"
    pem = (tls / "server.pem").read_text()
    cut = pem.index("-----BEGIN PRIVATE KEY-----")
    (house.folder / "own.crt").write_text(pem[:cut])
    (house.folder / "own.key").write_text(pem[cut:])
    shown = served_certificate(https)
    house.stop()
    configure(house, own=", certificate: own.crt, key: own.key")
    https, _ = start(house)
    check(served_certificate(https) == shown, "one's own certificate is shown")
    (house.folder / "own.crt").write_text("nothing\n")
    house.hang_up()
    wait_until(lambda: "configuration not taken" in house.log_text(), "a broken certificate is told")
    check(served_certificate(https) == shown, "and what was shown stays")
    house.stop()


def from_elsewhere(house, *words):
    """The command line as on another machine: it has what it is given and no folder of the house."""
    return subprocess.run([house.program, *words], capture_output=True, text=True, timeout=60, check=False,
                          env=dict(os.environ, FOXTAIL_DATA=str(house.folder / "nothing"), NO_COLOR="1", TZ="UTC"))


def command_line(house, port):
    token = str(house.data / "owner.token")
    authority = str(house.folder / "ca.pem")
    pathlib.Path(authority).write_text(house.cli("ca", "--data", str(house.data), connect=False).stdout)
    other = str(house.folder / "other.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", os.devnull, "-out", other, "-days", "2",
                           "-subj", "/CN=another house"], capture_output=True, check=False)
    check(made.returncode == 0, f"openssl req: {made.stderr}")
    house.tell("homeassistant/sensor/tls_lux/config", {"name": "lux", "uniq_id": "tls_lux", "stat_t": "tls/lux", "val_tpl": "{{ value }}",
                                                       "dev": {"ids": ["tls"], "name": "tls"}}, retain=True)
    house.tell("tls/lux", "12")
    wait_until(lambda: house.value("tls/lux") is not None, "the sensor is known")
    for host in ("localhost", "127.0.0.1"):
        found = from_elsewhere(house, "get", "tls/lux", "--url", f"https://{host}:{port}", "--ca", authority, "--token-file", token)
        check(found.returncode == 0 and "12" in found.stdout, f"get over TLS: {found}")
    url = f"https://localhost:{port}"
    near = house.cli("get", "tls/lux", "--url", url, connect=False)
    check(near.returncode == 0, f"beside the house its own authority is trusted: {near}")
    for why, words in (("another authority", ["--url", url, "--ca", other]), ("none that the machine trusts", ["--url", url]),):
        refused = from_elsewhere(house, "get", "tls/lux", "--token-file", token, *words)
        check(refused.returncode == 1 and "not trusted" in refused.stderr and "foxtail ca" in refused.stderr, f"{why}: {refused}")
    clear = from_elsewhere(house, "get", "tls/lux", "--token-file", token, "--url", f"http://localhost:{port}")
    check(clear.returncode == 1, f"in clear at the listener for TLS: {clear}")
    misused = from_elsewhere(house, "get", "tls/lux", "--token-file", token, "--url", "http://" + house.page, "--ca", authority)
    check(misused.returncode == 2 and "https" in misused.stderr, f"--ca in clear: {misused}")
    # Live, over a WebSocket.
    out = house.folder / "watched.txt"
    with open(out, "wb") as file:
        watch = subprocess.Popen([house.program, "watch", "tls/*", "--now", "--json", "--url", url, "--ca", authority, "--token-file", token],
                                 stdout=file, stderr=file)
    try:
        wait_until(lambda: "12" in out.read_text(), lambda: f"watch over TLS: {out.read_text()}")
        house.tell("tls/lux", "4711")
        wait_until(lambda: "4711" in out.read_text(), lambda: f"watch follows over TLS: {out.read_text()}")
    finally:
        watch.kill()
        watch.wait()


def judged(house, port, *more):
    out = house.folder / f"testssl-{port}.json"
    done = subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--add-ca", str(house.data / "tls" / "authority.pem"),
                           "--jsonfile", str(out), "-p", "-s", "-f", "-S", *more, f"localhost:{port}"],
                          capture_output=True, text=True, timeout=150, check=False, stdin=subprocess.DEVNULL)
    check(out.exists(), f"testssl.sh says nothing: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    findings = json.loads(out.read_text())
    check(len(findings) > 30, f"testssl.sh looked at little: {findings}")
    bad = [f for f in findings if f["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL") and not OF_A_LOCAL_AUTHORITY.match(f["id"])]
    return [f"{f['id']}: {f['severity']}: {f['finding']}" for f in bad]


def main():
    house = House(sys.argv[1], "tls")
    try:
        configure(house)
        https, mqtts = start(house)
        authority(house)
        page_and_api(house, https)
        mqtt(house, mqtts)
        command_line(house, https)
        skipped = shutil.which("testssl") is None
        with concurrent.futures.ThreadPoolExecutor() as pool:
            silent = pool.submit(half_open, house, https)
            found = [] if skipped else [pool.submit(judged, house, *a) for a in ((https, "-h", "-U"), (mqtts,))]
            silent.result()
            bad = sum((one.result() for one in found), [])
        check(not bad, "testssl.sh: " + "; ".join(bad))
        check(house.process.poll() is None, "foxtail ended on its own")
        certificates(house, https)
        check("bugs found" not in house.log_text(), house.log_text())
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        traceback.print_exc()
        print(f"tls: {wrong}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    if skipped:
        print("skipped: testssl.sh is not installed (everything else was tried)")
        return SKIPPED
    print("over TLS all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
