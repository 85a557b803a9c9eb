"""The first start, in QEMU: the page that takes a configuration, what SMBIOS strings say, and an identity that a TPM seals.
The tests run in the order of their numbers, on one disk for each class.
"""

import base64
import json
import re
import ssl
import subprocess
import sys
import time
import unittest
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from lib import pki, processes, suite  # noqa: E402
from lib.gateway import NAME, Keys  # noqa: E402
from qemu import box, medium, spaces  # noqa: E402
from qemu.case import HEALTHY, Case, choose, cut_out  # noqa: E402
from qemu.offline import OUT  # noqa: E402

PAGE = f"https://{spaces.BOX_INSIDE}:8443"


def smbios(**credentials):
    """What the firmware of a machine tells systemd in it."""
    strings = [f"value=io.systemd.credential.binary:surehop.{name}={base64.b64encode(text.encode()).decode()}"
               for name, text in credentials.items()]
    return ["-smbios", "type=11," + ",".join(strings)]


class Standing(Case):
    """A box between two namespaces, and curl in the inner one."""

    @classmethod
    def setUpClass(cls):
        suite.needs("curl", "swtpm")
        super().setUpClass()
        cls.spaces = spaces.Spaces()
        cls.keys = Keys(cls.place)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.spaces.remove()

    def start(self, *extra, drives=()):
        return self.on(*drives, taps=self.spaces.order(), extra=list(extra))

    def curl(self, *arguments, space=None, pin=None):
        """Status and body; status 0 where nobody answers."""
        command = ["ip", "netns", "exec", (space or self.spaces.caller).name, "curl", "-sk", "-m", "300",
                   "--connect-timeout", "10", "-w", "\n%{http_code}"]
        command += ["--pinnedpubkey", pin] if pin else []
        done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def give(self, code, file, pin=None):
        return self.curl("-H", f"Surehop-Setup-Code: {code}", "--data-binary", f"@{file}",
                         f"{PAGE}/configuration", pin=pin)

    def door(self, port=5061):
        """The certificate at an inner port of the box; '' where nobody listens."""
        with self.spaces.caller.inside():
            try:
                return ssl.get_server_certificate((spaces.BOX_INSIDE, port), timeout=20)
            except (OSError, ssl.SSLError):
                return ""

    def write(self, name, text):
        (self.place / name).write_text(text)
        return self.place / name

    def zip(self, name, files):
        with zipfile.ZipFile(self.place / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for inside, file in files.items():
                archive.write(file, inside)
        return self.place / name


def public_key(*openssl):
    """SHA-256 of a public key, as openssl reads it from a certificate or a request."""
    pem = pki.run(*openssl, "-noout", "-pubkey")
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem.encode(), capture_output=True,
                         check=True).stdout
    return subprocess.run(["sha256sum"], input=der, capture_output=True, check=True).stdout.decode().split()[0]


class F_Page(Standing):
    """A box without a configuration serves its page inside, takes one configuration, and is closed for good."""

    def test_0_the_unit_of_the_page_exposes_at_most_1_2(self):
        done = subprocess.run(["chroot", OUT / "root", "systemd-analyze", "security", "--offline=yes", "--threshold=12",
                               "surehop-setup.service"], capture_output=True, text=True)
        found = [line for line in done.stdout.splitlines() if "exposure level" in line.lower()]
        self.assertEqual(0, done.returncode, (found or [done.stdout[-300:]], done.stderr[-300:]))
        print("     ", found[-1].strip() if found else "")

    def test_1_a_box_from_the_factory_shows_who_it_is_to_the_inside_alone(self):
        machine = self.start(*smbios(yaml="listeners: nowhere\n"))
        machine.wait(r"configuration from credential refused")
        machine.wait("factory configuration")
        machine.wait(HEALTHY)
        _, (_, line) = machine.wait(r"setup: https://192\.168\.77\.1:8443/ code [0-9A-Z]{5}-[0-9A-Z]{5}")
        type(self).code = line.split()[-1]
        _, (_, line) = machine.wait(r"setup: public key sha256//")
        type(self).pin = line.split()[-1]
        status, page = self.curl(PAGE + "/", pin=self.pin)
        self.assertEqual(200, status)
        self.assertIn(machine.said("new identity")[0].split(";")[0].split()[-1], page)
        self.assertIn(self.version, page)
        status, request = self.curl(PAGE + "/tls.csr", pin=self.pin)
        self.assertEqual(200, status)
        type(self).request = self.write("box.csr", request)
        pki.run("req", "-in", self.request, "-verify", "-noout")
        self.assertIn(public_key("req", "-in", self.request), page)
        # The box answers for its inner address on the outer wire, too: the rule must see the port that it came in by.
        self.spaces.callee.ip("route", "add", spaces.BOX_INSIDE, "dev", "tap0")
        self.assertEqual(0, self.curl(PAGE + "/", space=self.spaces.callee)[0])

    def test_2_takes_nothing_without_the_code_and_nothing_that_is_not_good(self):
        good = self.write("factory.yaml", (HERE / "factory.yaml").read_text())
        status, said = self.curl("--data-binary", f"@{good}", PAGE + "/configuration")
        self.assertEqual(403, status, said)
        status, said = self.give("AAAAA-AAAAA", good)
        self.assertEqual((403, True), (status, "9 more" in said), said)
        status, said = self.curl("-H", "Host: evil.example", PAGE + "/")
        self.assertEqual(421, status, said)
        with zipfile.ZipFile(self.place / "evil.zip", "w") as archive:
            archive.writestr("surehop.yaml", "x")
            archive.writestr("../../identity/id", "x")
        status, said = self.give(self.code, self.place / "evil.zip")
        self.assertEqual((422, True), (status, "a name" in said), said)
        status, said = self.give(self.code, self.write("bad.yaml", "listeners: nowhere\n"))
        self.assertEqual((422, True), (status, "listeners" in said), said)
        away = medium.files(self.place, self.keys)
        away = {name: file for name, file in away.items() if not name.endswith("gateway.ec.key")}
        status, said = self.give(self.code, self.zip("away.zip", away))
        self.assertEqual((422, True), (status, "tls.key" in said), said)
        self.assertTrue(processes.until(self.door, "the gateway goes on after a refusal", 60, 2))

    def test_3_takes_a_good_one_and_starts_with_it_and_is_gone(self):
        own = self.keys.ca.place / "own.pem"
        names = self.write("own.ext", f"subjectAltName=URI:sip:{NAME},DNS:{NAME}\nextendedKeyUsage=serverAuth,clientAuth\n")
        pki.run("x509", "-req", "-in", self.request, "-CA", self.keys.ca.cert, "-CAkey", self.keys.ca.key, "-days", "30",
                "-extfile", names, "-out", own)

        def change(tree):
            tree["tls"]["certificate"] = "own.pem"
            tree["tls"]["key"] = "file:/run/surehop-identity/tls.key"

        files = medium.files(self.place, self.keys, change) | {"own.pem": str(own)}
        before = len(self.box.lines)
        status, said = self.give(self.code, self.zip("good.zip", files), pin=self.pin)
        self.assertEqual((200, True), (status, said.startswith("Taken")), said)
        at, _ = self.box.wait("configuration taken from setup page", since=before)
        at, _ = self.box.wait(r"slot A version", since=at)
        at, _ = self.box.wait(HEALTHY, since=at)
        shown = processes.until(self.door, "the gateway listens", 60, 2)
        self.assertEqual(public_key("req", "-in", self.request), public_key("x509", "-in", self.write("shown.pem", shown)))
        self.assertEqual(0, self.curl(PAGE + "/")[0], "the page is still there")
        self.assertEqual([], [line for _, line in self.box.lines[at:] if "setup:" in line])

    def test_4_a_reset_brings_it_back_with_another_code_and_ten_wrong_ones_close_it(self):
        machine = self.start()
        choose(machine, 3)
        at, _ = machine.wait("factory reset", 120)
        at, (_, line) = machine.wait(r"setup: https://\S+ code", since=at)
        self.assertNotEqual(self.code, line.split()[-1])
        good = self.write("factory.yaml", (HERE / "factory.yaml").read_text())
        for left in range(9, 0, -1):
            status, said = self.give(self.code, good)
            self.assertEqual((403, True), (status, f"{left} more" in said), said)
        self.assertEqual(410, self.give(self.code, good)[0])
        machine.wait(r"auth\.refused: ten wrong setup codes", since=at)
        processes.until(lambda: self.curl(PAGE + "/")[0] == 0, "the page closes", 30, 1)


class G_Machine(Standing):
    """What the firmware of a machine says (SMBIOS type 11), and a TPM that seals the identity; swtpm plays it."""

    @classmethod
    def tearDownClass(cls):
        cls.unplug()
        super().tearDownClass()

    @classmethod
    def unplug(cls):
        if getattr(cls, "tpm", None):
            cls.tpm.end()
            cls.tpm = None

    def plug(self, state):
        """A TPM 2 with what it remembers in that directory; the arguments for QEMU."""
        self.off()
        self.unplug()
        (self.place / state).mkdir(exist_ok=True)
        socket = self.place / f"{state}.sock"
        type(self).tpm = processes.Process(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.place / state}",
             "--ctrl", f"type=unixio,path={socket}"], self.place / "swtpm.log")
        processes.until(socket.exists, "the TPM is there", 10)
        return ["-chardev", f"socket,id=tpm,path={socket}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
                "-device", "tpm-crb,tpmdev=tpm0"]

    def kept(self):
        """The names below /data/identity, without a mount."""
        data = cut_out(self.disk, "data", str(self.place / "data.img"))
        subprocess.run(["e2fsck", "-fy", data], capture_output=True)  # a power cut leaves a journal
        return data, subprocess.run(["debugfs", "-R", "ls -p /identity", data], capture_output=True, text=True).stdout

    def test_1_a_tpm_seals_the_identity_and_no_key_reaches_the_disk(self):
        machine = self.start(*self.plug("first"), *smbios(seal="tpm2", setup="off"))
        machine.wait("identity sealed by the TPM")
        _, (_, made) = machine.wait("new identity surehop-[0-9a-f]{12}")
        type(self).id = re.search("surehop-[0-9a-f]{12}", made)[0]
        machine.wait(HEALTHY)
        self.assertTrue(processes.until(self.door, "the gateway listens", 60, 2))
        self.assertEqual(0, self.curl(PAGE + "/")[0], "a page that was switched off")
        self.assertEqual([], machine.said("setup:"))
        time.sleep(8)  # what ext4 holds back is written
        self.off()
        data, names = self.kept()
        self.assertIn("/tls.key.sealed/", names)
        self.assertNotIn("/tls.key/", names)
        self.assertNotIn(b"PRIVATE KEY", Path(data).read_bytes())

    def test_2_the_same_tpm_opens_it_and_a_credential_is_the_configuration(self):
        tree = {
            "gateway": {"id": "by-smbios", "name": self.id + ".invalid"},
            "listeners": [{"name": "inside", "address": "0.0.0.0", "port": 5061, "side": "inside"}],
            "tls": {"certificate": "tls.pem", "key": "file:/run/surehop-identity/tls.key", "trust": "tls.pem"},
            "smime": {"certificate": "smime.pem", "key": "file:/run/surehop-identity/smime.key",
                      "signing-certificate": "smime.pem", "signing-key": "file:/run/surehop-identity/smime.key",
                      "trust": "smime.pem"}}
        machine = self.start(*self.plug("first"), *smbios(yaml=json.dumps(tree)))
        machine.wait(f"identity {self.id} opened by the TPM")
        machine.wait("configuration taken from credential")
        machine.wait(HEALTHY)
        self.assertTrue(processes.until(self.door, "the gateway listens", 60, 2))
        self.assertEqual("", self.door(5062), "the port that this configuration leaves out")
        self.assertEqual([], machine.said("setup:"), "a page beside a configuration")

    def test_3_the_disk_is_of_no_use_with_another_tpm(self):
        machine = self.start(*self.plug("other"))
        machine.wait(f"identity {self.id} cannot be opened")
        machine.wait(r"box\.health-lost")
        self.assertEqual("", self.door())
        self.assertEqual([], machine.said("new identity"), "an identity that nobody asked for")


if __name__ == "__main__":
    unittest.main()
