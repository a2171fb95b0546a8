#!/usr/bin/env python3
"""ocpp_certificates.py FOXTAIL: OCPP's security profile 3 between npm's `ocpp-rpc` and a real house over real TLS: a charger comes
with the certificate that the house made for it, and with nothing else; what others made, made long ago, or made for another opens nothing. Of 2.0.1 it gets a new one for a key of its own."""
import re
import shutil
import subprocess
import sys
import traceback

import ocpp_charger
from house import SKIPPED, House, Wrong, check, wait_until
from ocpp_charger import PASSWORD, Charger

BOOT_201 = {"reason": "PowerUp", "chargingStation": {"vendorName": "Peer", "model": "Box 22"}}
BOOT = {"chargePointVendor": "Peer", "chargePointModel": "Box 11"}


class Door:
    def __init__(self, house, log):
        self.clear = int(re.search(r'listening ocpp="[^"]*:(\d+)"', log)[1])
        self.tls = int(re.search(r'listening ocpps="[^"]*:(\d+)"', log)[1])
        self.authority = str(house.data / "tls" / "authority.pem")

    def comes(self, identity, certificate="", password="", tls=True, protocol="ocpp1.6"):
        endpoint = f"wss://localhost:{self.tls}/ocpp" if tls else f"ws://127.0.0.1:{self.clear}/ocpp"
        return Charger(endpoint, identity, protocol, password, self.authority if tls else "", CERTIFICATE=str(certificate))


def starts(house):
    begin = len(house.log_text())
    house.start()
    return Door(house, house.log_text()[begin:])


def made(house, identity, folder):
    folder.mkdir(exist_ok=True)
    done = house.cli("chargers", "certificate", identity, "--out", str(folder), "--data", str(house.data), connect=False)
    check(done.returncode == 0, f"foxtail chargers certificate: {done}")
    key = folder / f"{identity}.key"
    check(key.stat().st_mode & 0o777 == 0o600, f"others may read the key: {oct(key.stat().st_mode)}")
    again = house.cli("chargers", "certificate", identity, "--out", str(folder), "--data", str(house.data), connect=False)
    check(again.returncode == 1 and "exists" in again.stderr, f"a key was overwritten: {again}")
    return folder / identity, re.search(r"certificate: '([0-9A-F:]{95})'", done.stdout)[1]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=20)


def of_another_authority(folder, identity):
    """As the house's own is, but signed by somebody else who calls himself the same."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=Foxtail guests: Test house",
            "-keyout", folder / "evil.key", "-out", folder / "evil.pem")
    signed(folder, folder / "evil", identity, "stranger", "-days", "30")
    return folder / "stranger"


def signed(folder, authority, identity, name, *more):
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={identity}",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
    (folder / "use").write_text("extendedKeyUsage=clientAuth\n")
    openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial",
            "-CAserial", folder / "serial", "-extfile", folder / "use", "-out", folder / f"{name}.pem", *more)


def let_in(box, boot=BOOT):
    check(box.connected().get("connected"), f"not let in: {box.seen}")
    check(box.call("BootNotification", boot)["status"] == "Accepted", "the boot")


def refused(box, why):
    check("refused" in box.connected(), f"let in {why}: {box.seen}")


def asks_for(box, request, kind="ChargingStationCertificate"):
    return box.call("SignCertificate", {"csr": request.read_text(), "certificateType": kind})["status"]


def renews(door, folder, papers):
    """2.0.1: the box makes itself a key, and is given a certificate for it; in its own name, whatever name it asks for."""
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=Maker/CN=SERIAL-0815",
            "-keyout", folder / "fresh.key", "-out", folder / "fresh.csr")
    request = folder / "fresh.csr"
    plain = door.comes("OTHER", password=PASSWORD, protocol="ocpp2.0.1")
    let_in(plain, BOOT_201)
    check(asks_for(plain, request) == "Rejected", "a box with a password was promised a certificate")
    plain.end()
    box = door.comes("PAPERS", papers, protocol="ocpp2.0.1")
    let_in(box, BOOT_201)
    check(asks_for(box, request, "V2GCertificate") == "Rejected", "a certificate for cars was promised")
    check(asks_for(box, request) == "Accepted", "the box gets none")
    signed = box.asked("CertificateSigned")
    check(signed["certificateType"] == "ChargingStationCertificate" and "KEY" not in signed["certificateChain"], f"{signed}")
    check(asks_for(box, request) == "Rejected", "a second one in the same minute")
    box.all_valid()
    (folder / "fresh.pem").write_text(signed["certificateChain"])
    said = subprocess.run(["openssl", "x509", "-in", str(folder / "fresh.pem"), "-noout", "-subject", "-purpose"], check=True,
                          capture_output=True, text=True, timeout=20).stdout
    check("PAPERS" in said and "SERIAL" not in said and "SSL server : No" in said, f"the certificate: {said}")
    again = door.comes("PAPERS", folder / "fresh", protocol="ocpp2.0.1")
    let_in(again, BOOT_201)
    again.end()
    refused(door.comes("OTHER", folder / "fresh"), "with a renewed certificate of another")


def main():
    if shutil.which("node") is None or not ocpp_charger.installed():
        print("skipped: node, or the packages of tests/peers, are not installed")
        return SKIPPED
    house = House(sys.argv[1], "ocpp-certificates")
    folder = house.folder / "media"
    try:
        hash_ = house.cli("password", stdin=PASSWORD + "\n", connect=False).stdout.strip()
        house.configure()
        usual = house.config.read_text() + "ocpp:\n  listeners: [{listen: '127.0.0.1:0'}, {listen: '127.0.0.1:0', tls: true}]\n  stations:\n"
        stations = [f"    - {{id: PAPERS, certificate: 'house'}}\n    - {{id: OTHER, password_hash: '{hash_}'}}\n"]
        house.config.write_text(usual + "".join(stations))
        door = starts(house)
        papers, print_ = made(house, "PAPERS", folder)
        other, _ = made(house, "OTHER", folder)
        box = door.comes("PAPERS", papers)
        let_in(box)

        # The password of a station without a certificate still counts (profiles 1 and 2), and nothing but it.
        for tls in (False, True):
            one = door.comes("OTHER", password=PASSWORD, tls=tls)
            let_in(one)
            one.end()
        refused(door.comes("OTHER", other), "with a certificate where a password is asked for")
        refused(door.comes("PAPERS"), "over TLS without a certificate")
        refused(door.comes("PAPERS", password=PASSWORD), "with a password in place of a certificate")
        refused(door.comes("PAPERS", tls=False), "in clear")
        refused(door.comes("PAPERS", other), "with another charger's certificate")
        refused(door.comes("NOBODY", papers), "as far as the lobby with another's certificate")
        refused(door.comes("PAPERS", of_another_authority(folder, "PAPERS")), "with a stranger's certificate")
        signed(folder, house.data / "tls" / "guests", "PAPERS", "over", "-days", "0")
        ends = subprocess.run(["openssl", "x509", "-in", str(folder / "over.pem"), "-noout", "-checkend", "0"], check=False,
                              capture_output=True, timeout=20)
        wait_until(lambda: ends.returncode == 1 or subprocess.run(
            ["openssl", "x509", "-in", str(folder / "over.pem"), "-noout", "-checkend", "0"], check=False, capture_output=True,
            timeout=20).returncode == 1, "a certificate whose time is over")
        refused(door.comes("PAPERS", folder / "over"), "with a certificate whose time is over")
        signed(folder, house.data / "tls" / "authority", "PAPERS", "misused", "-days", "30")
        refused(door.comes("PAPERS", folder / "misused"), "with a certificate of the authority for servers")
        box.call("Heartbeat", {})  # the one that is there stays
        wait_until(lambda: any("name or password is not right" in str(r) for r in house.records(limit=1000)), "refusals on record")

        renews(door, folder, papers)
        wait_until(lambda: {"CertificateMade", "CertificateTaken"} <= set(re.findall(r"Certificate(?:Made|Taken)", str(house.records(limit=1000)))),
                   "the new certificate on record")

        # A second one, made later: then only that counts.
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        newer, print_ = made(house, "PAPERS", house.folder / "newer")
        house.config.write_text(usual + stations[0].replace("'house'", f"'{print_}'"))
        door = starts(house)
        refused(door.comes("PAPERS", papers), "with the certificate of before")
        box = door.comes("PAPERS", newer, protocol="ocpp1.6")
        let_in(box)
        box.all_valid()
        check(house.stop() == 0, f"TERM: not 0\n{house.log_text()}")
        check("bugs found" not in house.log_text(), house.log_text())
    except (Wrong, OSError, subprocess.SubprocessError) as wrong:
        traceback.print_exc()
        print(f"ocpp_certificates: {wrong} {getattr(wrong, 'stderr', '')}\n{house.log_text()[-3000:]}", file=sys.stderr)
        return 1
    print("a charger came with its certificate, and nobody else did")
    return 0


if __name__ == "__main__":
    sys.exit(main())
