"""Who receives reports: net-snmp's snmptrapd and mosquitto, as Debian packages them."""

import json
import re

from . import gateway, processes

AUTH, PRIV, USER = "auth-passphrase-1", "priv-passphrase-1", "monitor"
MIBS = gateway.suite.ROOT / "mibs"
USM = ["-v3", "-l", "authPriv", "-u", USER, "-a", "SHA-256", "-A", AUTH, "-x", "AES", "-X", PRIV]


class Snmptrapd(processes.Process):
    """Logs each notification by name, one line each, to `lines()`."""

    def __init__(self, place, port, engine=None):
        place.mkdir(parents=True, exist_ok=True)
        config = place / "snmptrapd.conf"
        which = f"-e {engine} " if engine else ""
        config.write_text(
            f"createUser {which}{USER} SHA-256 {AUTH} AES {PRIV}\nauthUser log {USER} priv\n"
            "disableAuthorization no\n")
        self.traps = place / "traps"
        super().__init__(
            ["snmptrapd", "-f", "-Lf", self.traps, "-C", "-c", config, "-p", place / "pid",
             "-M", MIBS, "-m", "ALL", "-F", "TRAP %w %v\\n", "-x", f"unix:{place}/agentx",
             f"udp:127.0.0.1:{port}"],
            place / "snmptrapd.log", env={"SNMP_PERSISTENT_DIR": str(place / "state")})
        processes.until(lambda: f":{port} " in processes.output_of("ss", "-Hlun")[1],
                        f"snmptrapd listens on {port}")

    def lines(self, *words):
        """Notifications received so far that hold all the words."""
        if not self.traps.exists():
            return []
        return [row for row in self.traps.read_text(errors="replace").splitlines()
                if row.startswith("TRAP") and all(w in row for w in words)]


class Mosquitto(processes.Process):
    """A broker that takes only TLS with a client certificate, and keeps its sessions on disk."""

    def __init__(self, place, port, keys, identity):
        place.mkdir(parents=True, exist_ok=True)
        config = place / "mosquitto.conf"
        config.write_text(
            f"user root\nlistener {port} 127.0.0.1\ncafile {keys.trust}\n"
            f"certfile {identity.cert}\nkeyfile {identity.key}\nrequire_certificate true\n"
            f"allow_anonymous true\npersistence true\npersistence_location {place}/\n"
            "max_queued_messages 10000\n")
        super().__init__(["mosquitto", "-c", config], place / "mosquitto.log")
        processes.until(lambda: f":{port} " in processes.output_of("ss", "-Hltn")[1],
                        f"mosquitto listens on {port}")


class Subscriber(processes.Process):
    """mosquitto_sub with a session that outlives the broker."""

    def __init__(self, place, port, keys, identity, topics="surehop/#"):
        place.mkdir(parents=True, exist_ok=True)
        super().__init__(
            ["mosquitto_sub", "-h", "localhost", "-p", port, "-V", "mqttv5", "-q", "1", "-c",
             "-i", "subscriber", "-x", "3600", "-t", topics, "--cafile", keys.trust,
             "--cert", identity.cert, "--key", identity.key, "-F", "%r %t %p"],
            place / "messages")

    def messages(self):
        """(retained, topic, payload) of all that came; the payload as JSON where it is that."""
        found = []
        for row in self.output().splitlines():
            parts = re.match(r"([01]) (\S+) (.*)", row)
            if parts:
                try:
                    payload = json.loads(parts[3])
                except ValueError:
                    payload = parts[3]
                found.append((parts[1] == "1", parts[2], payload))
        return found


def walk(port, root, mibs=MIBS):
    """snmpwalk by name; (exit code, output)."""
    code, out, err = processes.output_of(
        "snmpwalk", *USM, "-M", mibs, "-m", "ALL", "-t", "5", "-r", "1", f"127.0.0.1:{port}", root)
    return code, out + err
