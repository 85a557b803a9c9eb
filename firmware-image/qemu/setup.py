"""The scripts beside the page for the first start, in the tree of the image."""

import subprocess
import unittest

from .offline import HERE, OUT, built


class Setup(unittest.TestCase):
    """Built, and not started."""

    GIVE = """
        printf %s ABCDE12345 >/data/setup-code; : >/run/surehop-in-setup; touch /data/config/.factory
        give() { printf "$@" | /usr/lib/surehop/setup-take; }
        sure() { give "code ABCDE12345\\n$1"; }
    """

    def said(self, script):
        built()
        done = subprocess.run([HERE / "qemu" / "in-root", OUT / "root", self.GIVE + script],
                              capture_output=True, text=True)
        return done.stdout.splitlines()

    def test_1_ten_wrong_codes_close_the_door_until_the_next_start(self):
        self.assertEqual([f"wrong {left}" for left in range(9, 0, -1)] + [
            "closed", "auth.refused none ten wrong setup codes: the page is closed until the next start",
            "systemctl --no-block stop surehop-setup.service", "closed", "0"], self.said("""
                for i in 1 2 3; do give "code ABCDE1234$i\n"; done; give "code\n"; give "ABCDE12345 \n"
                give "code ABCDE12345ABCDE12345\n"; give "code abcde12345\n"; for i in 8 9 10; do give "\n"; done
                told; cat /data/asked; sure "end\n"; find /run/surehop-setup-taken 2>/dev/null | wc -l"""))

    def test_2_names_and_sizes_are_judged_again_behind_the_page(self):
        name = ["go", "refused", "a file has a name or size that is not taken", "end"]
        self.assertEqual(name * 6 + [
            "go", "refused", "more files, or longer ones, than are taken", "end",
            "go", "refused", "a file stands in the way of another", "end",
            "go", "refused", "there is no surehop.yaml", "end", "go", "0", "none"], self.said("""
                for n in ../x /etc/x a/../x .x 'a b' 'x$(id)'; do sure "file $n 1\nx"; done
                sure "file x 3000000\n"; sure "file a 1\nxfile a/b 1\nx"; sure "file a 1\nxend\n"; sure "file surehop.yaml 9\nx"
                find /run/surehop-setup-taken /data/config.new 2>/dev/null | wc -l
                cat /data/asked 2>/dev/null || echo none"""))

    def test_3_a_good_configuration_is_taken_once_and_a_bad_one_says_why(self):
        said = self.said("""
            /usr/lib/surehop/identity open; /usr/lib/surehop/identity keep tpm2
            ls /data/identity | tr '\n' ' '; stat -c '%a %G' /run/surehop-identity/tls.key; echo
            sure "file surehop.yaml 1\nxend\n" | head -n 2
            cd /tmp
            for use in tls smime; do
                openssl req -x509 -key /run/surehop-identity/$use.key -subj /CN=gw.example -out $use.pem \
                    -addext subjectAltName=DNS:gw.example,URI:sip:gw.example -addext keyUsage=critical,digitalSignature,keyAgreement
            done
            sed 's/@NAME@/gw.example/' /usr/lib/surehop/factory.yaml >surehop.yaml
            all() { echo code ABCDE12345; for f in "$@"; do echo "file $f $(stat -c %s $f)"; cat $f; done; echo end; }
            all surehop.yaml tls.pem | /usr/lib/surehop/setup-take
            tail -n 2 /data/asked; rm /data/asked
            all surehop.yaml tls.pem smime.pem | /usr/lib/surehop/setup-take
            cat /data/asked; told
            cmp surehop.yaml /data/config/surehop.yaml && ls -a /data/config | tr '\n' ' '; ls /data/owned /data/setup-code
            all surehop.yaml | /usr/lib/surehop/setup-take""")
        self.assertEqual(["id smime.csr smime.key tls.csr tls.key 640 surehop", "", "go", "refused", "go", "refused"], said[:6])
        self.assertIn("smime.pem", said[6])
        at = said.index("taken")
        self.assertEqual(["systemctl stop surehop.service", "systemctl --no-block start surehop.service",
                          "go", "taken", "end", "systemctl stop surehop.service", "systemctl --no-block reboot",
                          "config.refused none by the setup page", "config.refused none by the setup page",
                          "config.changed none by the setup page, restarting",
                          ". .. network nftables smime.pem surehop.yaml tls.pem /data/owned", "closed"], said[at - 3:])
