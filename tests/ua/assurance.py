"""What a user agent does for e2e-sec: Hop-Record from Vias, NOTIFY bodies, its own verdict.

POL numbers are those of the checklist: 46 the body, 60 to 62 Hop-Record, 66 the verdict table.
"""

import xml.etree.ElementTree as ElementTree

from . import bodies, message


def normal_hop(text):
    """POL-60, POL-62: a host, host:port, SIP URI or name-addr as one comparable text."""
    text = message.addr(text) if "<" in text else text.split(";")[0]
    text = text.strip().lower()
    for scheme in ("sips:", "sip:"):
        text = text.removeprefix(scheme)
    text = text.split(";")[0].split("@")[-1]
    return text.removesuffix(":5061")


def hop_record(request):
    """POL-61: the sent-by of every Via except the bottom one, as a header value.

    It is empty when nobody stands between.
    """
    hops = [normal_hop(message.sent_by(via)) for via in request.tokens("Via")]
    return ", ".join(hops[:-1])


def read_hop_record(response):
    """The set of hops of a response; None when it has no Hop-Record."""
    if not response.all("Hop-Record"):
        return None
    return {normal_hop(value) for value in response.tokens("Hop-Record")}


def local(tag):
    return tag.rsplit("}", 1)[-1]


def read_notify(notify):
    """The report of a NOTIFY body: {"request": …, "hops": [{…}]}; None when it is not readable.

    The signature is looked at by tests that have the certificates; here only the content matters.
    """
    kind = (notify.get("Content-Type") or "").split(";")[0].strip().lower()
    content = notify.body
    if kind.startswith("multipart/signed"):
        content = bodies.multipart(notify.get("Content-Type"), notify.body)[0][1]
    elif kind == "application/pkcs7-mime":
        content = bodies.opaque_content(notify.body)
        if content.lstrip()[:1] != b"<":
            content = bodies.entity(content)[1]
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return None
    report = {"request": {}, "hops": [], "hop_record": None, "verdict": None}
    for child in root:
        name = local(child.tag)
        if name == "request":
            report["request"] = dict(child.attrib)
        elif name == "hop":
            hop = dict(child.attrib)
            for side in child:
                hop[local(side.tag)] = dict(side.attrib)
            report["hops"].append(hop)
        elif name == "verdict":
            report["verdict"] = (child.get("level"), child.get("reason"))
        elif name == "hop-record":
            report["hop_record"] = {normal_hop(e.text or "") for e in child}
    return report


def verdict(status, record, reports, uac=()):
    """POL-66 for a UAC: final status, its Hop-Record set or None, and the reports that came.

    `uac` are names of the UAC itself, which may stand in a Hop-Record. Gives (verdict, why).
    """
    if not 200 <= status < 300:
        return "FAILED", f"status {status}"
    complied, denied = set(), set()
    for report in reports:
        for hop in report["hops"]:
            wanted = complied if hop.get("result") == "complied" else denied
            wanted.add(normal_hop(hop.get("id", "")))
    if record is None:
        return "UNVERIFIED", "no Hop-Record"
    listed = record - {normal_hop(name) for name in uac}
    if not listed and not complied and not denied:
        return "ASSURED", "no hops"
    if denied & listed or denied:
        return "MISMATCH", f"not complied: {sorted(denied)}"
    if listed - complied:
        return "MISMATCH", f"silent: {sorted(listed - complied)}"
    if complied - listed:
        return "PARTIAL", f"unlisted: {sorted(complied - listed)}"
    return "ASSURED", f"attested: {sorted(listed)}"
