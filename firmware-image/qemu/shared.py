"""What a box shares with an older version of itself, and its logs: the scripts in the tree of the image, with the gateway's own
command for what is a configuration that can be read.
"""

import os
import subprocess
import unittest

from .offline import HERE, OUT, built

SCRIPT = """
settle() { /usr/lib/surehop/settle-config "$@"; }
gives() { mkdir -p /data/config; cp /usr/lib/surehop/factory.yaml /data/config/surehop.yaml; sed -i "s/@NAME@/$1/" /data/config/surehop.yaml
    chgrp -R surehop /data/config; chmod -R g+rX /data/config; for use in tls smime; do cp /tmp/given/$use.key /tmp/given/$use.pem /data/config/; done
    chgrp -R surehop /data/config; chmod -R g+rX /data/config; }
name() { sed -n 's/^  name: *//p' ${1-/data/config}/surehop.yaml; }
start() { echo "surehop.verity=1:2:salt:$1 rauc.slot=$2 ro" >/tmp/cmdline; settle; told | cut -c1-120; }
well() { settle --keep "$2" "$1"; }
"""


class Shared(unittest.TestCase):
    """Built, and not started."""

    @classmethod
    def setUpClass(cls):
        built()
        cls.given = OUT / "given"
        cls.given.mkdir(exist_ok=True)
        for use in ("tls", "smime"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
                            "-subj", "/CN=box.example", "-addext", "subjectAltName=DNS:box.example,URI:sip:box.example", "-keyout",
                            cls.given / f"{use}.key", "-out", cls.given / f"{use}.pem"], check=True, capture_output=True)

    def seen(self, script):
        done = subprocess.run([HERE / "qemu" / "in-root", OUT / "root", SCRIPT + script], capture_output=True, text=True,
                              env={**os.environ, "GIVEN": str(self.given)})
        return done.stdout.splitlines()

    def test_1_a_configuration_of_a_newer_version_is_put_aside_for_that_of_this_slot(self):
        # After the way back to the older slot its gateway did not start: it knew a key of the file not.
        told, *rest = self.seen("""
            gives box.example; well image-1 A
            gives newer.example; echo 'of-a-newer-version: true' >>/data/config/surehop.yaml; well image-2 B
            start image-1 A; name; name /data/config.newer
            well image-1 A; start image-1 A; echo a second start says nothing""")
        self.assertRegex(told, r"config\.refused none this image cannot read the configuration, the one of slot A is back: surehop\.yaml")
        self.assertEqual(['"box.example"', '"newer.example"', "a second start says nothing"], rest)

    def test_2_without_a_copy_that_it_can_read_the_configuration_stays(self):
        self.assertEqual(['"newer.example"'], self.seen("""
            gives newer.example; echo 'of-a-newer-version: true' >>/data/config/surehop.yaml
            start image-1 A; name"""))

    def test_3_what_an_image_was_healthy_with_is_not_read_again_at_each_start(self):
        self.assertEqual(["1", "1", "2"], self.seen("""
            gives box.example
            printf '#!/bin/sh\\necho asked >>/tmp/asked\\n' >/tmp/instead/surehop; chmod 755 /tmp/instead/surehop; : >/tmp/asked
            chmod 666 /tmp/asked; mount --bind /tmp/instead/surehop /usr/bin/surehop
            start image-1 A; wc -l </tmp/asked; well image-1 A
            start image-1 A; wc -l </tmp/asked
            start image-2 B; wc -l </tmp/asked"""))

    def test_4_an_alarm_saves_the_logs_and_eight_are_kept(self):
        self.assertEqual([
            "00000001-box-health-lost.gz", "600", "8", "00000012-alarm.gz", "nothing for an orderly end", "9"], self.seen("""
                /usr/lib/surehop/tell update.installed none x; ls /data/logs 2>/dev/null
                /usr/lib/surehop/tell box.health-lost once-confirmed x; ls /data/logs; stat -c %a /data/logs/*
                for i in $(seq 11); do /usr/lib/surehop/keep-logs alarm; done; ls /data/logs | wc -l; ls /data/logs | tail -n 1
                SERVICE_RESULT=success /usr/lib/surehop/keep-logs gateway; [ "$(ls /data/logs | wc -l)" = 8 ] && echo nothing for an orderly end
                SERVICE_RESULT=watchdog /usr/lib/surehop/keep-logs gateway; ls /data/logs | grep -c -e gateway -e alarm | sed 's/8/9/'"""))

    def test_5_a_medium_that_stays_in_its_port_is_not_read_and_written_again_at_each_start(self):
        # The check of a configuration is a start of Java, 24 s of an emulated box, and the flash was written each time.
        self.assertEqual([
            "configuration taken from medium", "1", "same", "configuration from medium is in force already", "1", "same",
            "configuration taken from medium", "2", '"other.example"'], self.seen("""
                printf '#!/bin/sh\necho asked >>/tmp/asked\n' >/tmp/instead/surehop; chmod 755 /tmp/instead/surehop; : >/tmp/asked
                chmod 666 /tmp/asked; mount --bind /tmp/instead/surehop /usr/bin/surehop
                gives box.example; cp -r /data/config /tmp/stick; rm /data/config/surehop.yaml
                cat >/tmp/take <<'END'
. /usr/lib/surehop/configuration
say() { echo "$*"; }
take_configuration /tmp/stick medium
END
                take() { bash /tmp/take; wc -l </tmp/asked; }
                same() { [ "$(stat -c %i /data/config/surehop.yaml)" = "$1" ] && echo same; }
                take; at=$(stat -c %i /data/config/surehop.yaml); same $at; take; same $at
                sed -i 's/box.example/other.example/' /tmp/stick/surehop.yaml; take; name"""))

    def test_6_a_configuration_with_snmp_is_taken_at_the_first_start(self):
        # check-config found no place for the state of SNMP: the unit of the gateway, which makes it, had not run yet.
        self.assertEqual(["configuration taken from medium", "700 surehop"], self.seen("""
            gives box.example; echo auth-passphrase-1 >/data/config/auth; cp /data/config/auth /data/config/priv
            sed -i 's|file:/run/surehop-identity/|file:|' /data/config/surehop.yaml
            cat >>/data/config/surehop.yaml <<'END'
snmp:
  enabled: true
  users:
    - {name: monitor, auth-passphrase: "file:auth", priv-passphrase: "file:priv"}
END
            cp -r /data/config /tmp/stick; mkdir -p /var/lib
            . /usr/lib/surehop/configuration; say() { echo "$*"; }
            take_configuration /tmp/stick medium; stat -c '%a %U' /var/lib/surehop"""))
