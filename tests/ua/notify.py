"""e2e-sec NOTIFYs of other hops, as a test puts them on the wire (POL-42 to POL-47)."""

import datetime
import html
import secrets

from . import bodies, message
from .agent import E2E, put_body

NAMESPACE = "https://surehop.org/ns/e2e-sec-info"
MEDIA_TYPE = "application/e2e-sec-info+xml"


def notify(agent, request, hops, signer=None, host="hop.example:5061", **over):
    """An implicit NOTIFY of another hop on a request that we received; perhaps signed."""
    target = request.get("Contact") or request.get("From")  # MESSAGE has no Contact (POL-45)
    made = message.Message(f"NOTIFY {message.addr(target)} SIP/2.0")
    made.headers = [
        ("Via", agent.via(host=host)), ("Max-Forwards", "70"),
        ("From", f"<{message.addr(request.get('To'))}>;tag={secrets.token_hex(6)}"),
        ("To", request.get("From")),
        ("Call-ID", request.call_id), ("CSeq", "1 NOTIFY"),
        ("Contact", f"<sip:{host.removesuffix(':5061')}>"),
        ("Event", f"{E2E};id={request.cseq[0]}"),
        ("Subscription-State", "terminated;reason=noresource"),
    ]
    made.headers += [("Route", route) for route in request.tokens("Record-Route")]
    for name, value in over.items():
        made.set(name.replace("_", "-"), value)
    octets = body(request, hops)
    rows = [("Content-Type", MEDIA_TYPE)]
    if signer:
        kind, octets = bodies.multipart_signed(bodies.mime(MEDIA_TYPE, octets), *signer)
        rows = [("Content-Type", kind)]
    put_body(made, (rows, octets))
    return made


def body(request, hops):
    """An unsigned e2e-sec report on a request; `hops` are (id, role, result)."""
    number, method = request.cseq
    e = html.escape
    rows = "".join(
        f'<hop id="{e(name)}" role="{role}" result="{result}" time="{now()}"'
        + (' cause="policy-floor"' if result != "complied" else "") + ">"
        '<received security="tls" version="TLSv1.3"/><forwarded security="tls" version="TLSv1.3"/>'
        "</hop>" for name, role, result in hops)
    tag = message.param(request.get("From"), "tag")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<e2e-sec-info xmlns="{NAMESPACE}" version="1">'
        f'<request method="{method}" cseq="{number}" call-id="{e(request.call_id)}"'
        f' from="{e(message.addr(request.get("From")))}" from-tag="{e(tag)}"'
        f' to="{e(message.addr(request.get("To")))}" to-tag=""/>{rows}</e2e-sec-info>').encode()


def now():
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
