"""What an operator gives the box: its configuration with keys, as files for a medium."""

import json
from pathlib import Path

from lib import gateway
from lib.gateway import INSIDE, OUTSIDE, peer

from .spaces import BOX_OUTSIDE, CALLEE, CALLER

WAN = f"""[Match]
Name=wan0
[Network]
Address={BOX_OUTSIDE}/24
"""


def files(place, keys, change=None):
    """Name on the medium -> file here. Keys and certificates lie beside surehop.yaml."""
    tree = gateway.configuration(
        place, keys, {"inside": 5061, "outside": 5062},
        [peer("inside", INSIDE, CALLER, 5071), peer("outside", OUTSIDE, CALLEE, 5071)],
        [{"domain": INSIDE, "to": "inside", "side": "inside"},
         {"domain": OUTSIDE, "to": "outside", "side": "outside"}])
    for listener in tree["listeners"]:
        listener["address"] = "0.0.0.0"
    tree["pinholes"] = {"driver": "nftables", "inside-prefixes": ["192.168.77.0/24"],
                        "media-source": "ua"}
    del tree["journal"]
    found = {}
    for part in ("tls", "smime"):
        for key, value in tree[part].items():
            path = Path(value.removeprefix("file:"))
            if path.is_absolute():
                found[path.name] = str(path)
                tree[part][key] = value.replace(str(path), path.name)
    if change:
        change(tree)
    written = {"surehop.yaml": json.dumps(tree, indent=1), "network/10-wan0.network": WAN}
    for name, text in written.items():
        file = place / name.replace("/", "-")
        file.write_text(text)
        found[name] = str(file)
    return found
