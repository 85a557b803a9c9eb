"""Debian's Kamailio as a record-routing proxy that knows nothing of e2e-sec.

What it may be, besides: one that forwards in clear, one that takes the tag away, and one that
refuses what it does not know (its sanity module).
"""

import socket

from . import processes
from .gateway import free_port

CONFIG = """
debug=2
log_stderror=yes
children=2
tcp_children=2
fork=yes
auto_aliases=no
alias="{name}"
enable_tls=yes
tcp_connection_lifetime=600
tcp_accept_no_cl=no
{listen}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "sanity.so"
loadmodule "tls.so"
modparam("tls", "config", "{tls}")
modparam("rr", "enable_double_rr", 1)
modparam("rr", "enable_full_lr", 1)
modparam("tm", "fr_timer", 10000)
modparam("tm", "fr_inv_timer", 30000)
request_route {{
    set_advertised_address("{name}");
    if (!mf_process_maxfwd_header("70")) {{
        sl_send_reply("483", "Too Many Hops");
        exit;
    }}
    {refuse}
    if (is_method("CANCEL")) {{
        if (t_check_trans()) t_relay();
        exit;
    }}
    if (has_totag()) {{
        loose_route();
        {strip}
        if ($rd == "{back_name}" || $du =~ "@{back_name}") {{
            $du = "sip:{back_address}:{back_port};transport=tls";
        }} else {{
            $du = "sip:{next_address}:{next_port};transport={next_transport}";
        }}
        t_relay();
        exit;
    }}
    {alias}
    if (is_method("INVITE")) record_route_preset("{name}:{port};transport=tls"{tcp_route});
    {strip}
    $du = "sip:{next_address}:{next_port};transport={next_transport}";
    if (!t_relay()) sl_reply_error();
}}
"""

TLS = """[server:default]
method = TLSv1.2+
verify_certificate = {verify}
require_certificate = {verify}
private_key = {key}
certificate = {cert}
ca_list = {trust}
[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {cert}
ca_list = {trust}
"""

STRIP = 'remove_hf("Proxy-Require"); remove_hf("Require");'
REFUSE = 'if (!sanity_check("512", "7")) exit;'


class Kamailio(processes.Process):
    """Forwards new calls to `next_hop`, and what comes back for `back` to the gateway.

    With `same_flow` what comes back goes over the connection that calls come on.
    """

    def __init__(self, place, name, identity, next_hop, back, transport="tls", strip=False,
                 verify=True, memory=64, address="127.0.0.1", port=None, refuse=False,
                 same_flow=False):
        place.mkdir(parents=True, exist_ok=True)
        self.name, self.address, self.port = name, address, port or free_port()
        tcp = free_port()
        tls, config = place / "tls.cfg", place / "kamailio.cfg"
        tls.write_text(TLS.format(verify="yes" if verify else "no", key=identity.key,
                                  cert=identity.cert, trust=identity.trust))
        listen = [f"listen=tls:{address}:{self.port}"]
        if transport == "tcp":
            listen.append(f"listen=tcp:{address}:{tcp}")
        config.write_text(CONFIG.format(
            port=self.port, name=name, tls=tls, listen="\n".join(listen),
            tcp_route=f', "{name}:{tcp};transport=tcp"' if transport == "tcp" else "",
            strip=STRIP if strip else "", next_transport=transport,
            refuse=REFUSE if refuse else "",
            alias=f"force_tcp_alias({back[2]});" if same_flow else "",
            back_name=back[0], back_address=back[1], back_port=back[2],
            next_address=next_hop[0], next_port=next_hop[1]))
        super().__init__(["kamailio", "-DD", "-E", "-f", config, "-P", place / "pid",
                          "-Y", place, "-m", memory, "-M", "8"], place / "log")
        processes.until(self.listening, "Kamailio listens; it said: see " + str(self.log))

    def listening(self):
        if not self.running:
            raise AssertionError("expected Kamailio to run, it ended: " + self.output()[-1500:])
        try:
            with socket.create_connection((self.address, self.port), 1):
                return True
        except OSError:
            return False
