"""Keys of a release, of which the one that signs updates lies on a token (SoftHSM): what a box with them takes."""

import os
import shutil
import subprocess
import unittest

from lib import suite

from .offline import HERE, OUT, built

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
TOKEN = "pkcs11:token=release;object=bundle"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


class A_ReleaseKeys(unittest.TestCase):
    """Built, and not started."""

    @classmethod
    def setUpClass(cls):
        suite.needs("softhsm2-util", "pkcs11-tool", "p11tool")
        built()
        cls.place = suite.place()
        cls.keys = cls.place / "keys"
        run(HERE / "qemu" / "rollover", cls.place)  # a CA with a signer, as good as any
        (cls.place / "next").rename(cls.keys)
        cls.environment = {**os.environ, "SOFTHSM2_CONF": str(cls.place / "softhsm"), "RAUC_PKCS11_MODULE": MODULE,
                           "RAUC_PKCS11_PIN": "5678", "KEYS": str(cls.keys)}
        cls.token()
        (cls.keys / "keyring-number").write_text("1\n")
        gpg = cls.keys / "gpg"
        gpg.mkdir(mode=0o700)
        run("gpg", "--homedir", gpg, "--batch", "-q", "--pinentry-mode", "loopback", "--passphrase", "",
            "--faked-system-time", "1700000000!", "--quick-generate-key", "Release boot key", "rsa3072", "sign", "never")
        (cls.keys / "boot.gpg").write_bytes(
            subprocess.check_output(["gpg", "--homedir", gpg, "--batch", "-q", "--export"]))
        run("gpgconf", "--homedir", gpg, "--kill", "gpg-agent")

    @classmethod
    def token(cls):
        """The signer's key goes into the token and is nowhere else."""
        tokens, key, cert = cls.place / "tokens", cls.keys / "bundle.key", cls.keys / "bundle.pem"
        tokens.mkdir()
        (cls.place / "softhsm").write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        run("softhsm2-util", "--init-token", "--free", "--label", "release", "--so-pin", "1234", "--pin", "5678",
            env=cls.environment)
        run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key, "-out", cls.place / "key8")
        run("softhsm2-util", "--import", cls.place / "key8", "--token", "release", "--label", "bundle", "--id", "01",
            "--pin", "5678", env=cls.environment)
        run("openssl", "x509", "-in", cert, "-outform", "DER", "-out", cls.place / "cert")
        run("pkcs11-tool", "--module", MODULE, "--login", "--pin", "5678", "--token-label", "release", "--write-object",
            cls.place / "cert", "--type", "cert", "--id", "01", "--label", "bundle", env=cls.environment)
        for file in (key, cert):
            file.write_text(TOKEN + "\n")
        (cls.place / "key8").unlink()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place, ignore_errors=True)

    def test_1_an_update_of_a_release_is_signed_by_a_token_and_no_trial_is_believed_beside_it(self):
        bundle, tree = self.place / "release.raucb", self.place / "in"
        run(HERE / "qemu" / "variant", "release", "0.96.0", bundle, env=self.environment)
        run("unsquashfs", "-q", "-n", "-f", "-d", tree, bundle)
        run("unsquashfs", "-q", "-n", "-f", "-d", self.place / "boot", tree / "boot.img")
        run("unsquashfs", "-q", "-n", "-f", "-d", self.place / "root", tree / "root.img", "usr/lib/surehop/keyring.pem")
        for file in ("vmlinuz", "initrd", "slot.cfg"):
            signed = [self.place / "boot" / (file + end) for end in (".sig", "")]
            run("gpgv", "-q", "--keyring", self.keys / "boot.gpg", *signed)
            trial = subprocess.run(["gpgv", "-q", "--keyring", HERE / "target/trial-keys/boot.gpg", *signed], capture_output=True)
            self.assertNotEqual(0, trial.returncode, file)
        (self.place / "own.raucb").unlink()
        os.link(next(OUT.glob("surehop-*-amd64.raucb")), self.place / "own.raucb")
        seen = run(HERE / "qemu" / "in-root", OUT / "root", """
            KEYRING_OF_IMAGE=/tmp/given/root/usr/lib/surehop/keyring.pem /usr/lib/surehop/keyring
            for b in release own; do rauc info /tmp/given/$b.raucb 2>&1 | sed -n 's/.*Verify error: *//p; s/^Compatible.*/taken/p' | head -n 1; done
            """, env={**os.environ, "REAL": "rauc", "GIVEN": str(self.place)}).stdout.splitlines()
        self.assertEqual(["taken", "unable to get local issuer certificate"], seen)

    def test_2_a_build_without_all_keys_of_a_release_says_which_one_is_missing(self):
        less = self.place / "less"
        shutil.copytree(self.keys, less, ignore=shutil.ignore_patterns("S.*"))
        (less / "crl.pem").unlink()
        done = subprocess.run([HERE / "build", "--keys", less, "--out", self.place / "out"], capture_output=True, text=True)
        self.assertEqual((2, f"firmware-image: {less} has no crl.pem: see README.md, Keys"),
                         (done.returncode, done.stderr.strip().splitlines()[-1]))
