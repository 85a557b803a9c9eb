"""SIP messages as start line, header list and octets (RFC 3261 section 7)."""

from dataclasses import dataclass, field

COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length",
    "c": "content-type", "e": "content-encoding", "k": "supported", "s": "subject",
    "o": "event", "u": "allow-events", "r": "refer-to", "b": "referred-by",
}

REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout",
    415: "Unsupported Media Type", 420: "Bad Extension", 481: "Call/Transaction Does Not Exist",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event",
    493: "Undecipherable", 500: "Server Internal Error", 603: "Decline",
}


class Malformed(ValueError):
    """What came is no SIP message."""


def canonical(name):
    name = name.strip().lower()
    return COMPACT.get(name, name)


@dataclass
class Message:
    """One request or response. Headers keep their order and spelling."""

    start: str
    headers: list = field(default_factory=list)
    body: bytes = b""

    @property
    def is_request(self):
        return not self.start.startswith("SIP/2.0 ")

    @property
    def method(self):
        """The method of a request, or of the request that a response answers."""
        return self.start.split(" ", 1)[0] if self.is_request else self.cseq[1]

    @property
    def uri(self):
        return self.start.split(" ")[1]

    @property
    def status(self):
        return 0 if self.is_request else int(self.start.split(" ")[1])

    @property
    def cseq(self):
        number, method = self.get("CSeq", "0 NONE").split()
        return int(number), method

    @property
    def call_id(self):
        return self.get("Call-ID", "")

    def all(self, name):
        wanted = canonical(name)
        return [value for key, value in self.headers if canonical(key) == wanted]

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def tokens(self, name):
        """All values of a comma-separated header, over all its rows."""
        return [t for value in self.all(name) for t in split_commas(value)]

    def set(self, name, value):
        self.drop(name)
        self.headers.append((name, value))

    def drop(self, name):
        wanted = canonical(name)
        self.headers = [(k, v) for k, v in self.headers if canonical(k) != wanted]

    def to_bytes(self):
        rows = [self.start] + [f"{k}: {v}" for k, v in self.headers]
        return ("\r\n".join(rows) + "\r\n\r\n").encode("utf-8") + self.body

    def __str__(self):
        rows = [self.start] + [f"{k}: {v}" for k, v in self.headers]
        return "\n    ".join(rows) + f"\n    [{len(self.body)} octets of body]"


def split_commas(value):
    """Splits at commas outside quotes and angle brackets."""
    parts, depth, quoted, current, escaped = [], 0, False, "", False
    for c in value:
        if escaped:
            escaped = False
        elif quoted and c == "\\":
            escaped = True
        elif c == '"':
            quoted = not quoted
        elif not quoted and c == "<":
            depth += 1
        elif not quoted and c == ">":
            depth -= 1
        elif c == "," and not quoted and depth == 0:
            parts.append(current.strip())
            current = ""
            continue
        current += c
    parts.append(current.strip())
    return [p for p in parts if p]


def parse_head(head):
    """Start line and headers of the octets before the empty line."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as e:
        raise Malformed("header block is not UTF-8") from e
    rows = text.split("\r\n")
    headers = []
    for row in rows[1:]:
        if row[:1] in (" ", "\t"):
            if not headers:
                raise Malformed("continuation before the first header")
            name, value = headers[-1]
            headers[-1] = (name, value + " " + row.strip())
            continue
        name, colon, value = row.partition(":")
        if not colon:
            raise Malformed(f"header without colon: {row!r}")
        headers.append((name.strip(), value.strip()))
    return Message(rows[0], headers)


def param(value, name):
    """A parameter of a header value, outside its angle brackets; None when it is not there."""
    tail = value[value.rfind(">") + 1:] if ">" in value else value
    for piece in tail.split(";")[1:]:
        key, _, val = piece.partition("=")
        if key.strip().lower() == name:
            return val.strip().strip('"')
    return None


def addr(value):
    """The URI of a name-addr or addr-spec."""
    if "<" in value:
        return value[value.index("<") + 1:value.index(">")]
    return value.split(";")[0].strip()


def sent_by(via):
    """Host and port text of a Via value (RFC 3261 section 20.42)."""
    rest = via.split(None, 1)[1]
    return rest.split(";")[0].strip()
