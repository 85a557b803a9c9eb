"""Just enough DER to look into a CMS message and to change one: written for the tests, from the
standards, so that nothing here can share a mistake with the gateway."""

SEQUENCE, SET, INTEGER, OCTETS, OBJECT = 0x30, 0x31, 0x02, 0x04, 0x06


def length(count):
    if count < 0x80:
        return bytes([count])
    octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def der(tag, *contents):
    octets = b"".join(contents)
    return bytes([tag]) + length(len(octets)) + octets


def integer(number):
    return der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def octets(value):
    return der(OCTETS, value)


def oid(dotted):
    numbers = [int(n) for n in dotted.split(".")]
    packed = bytearray()
    for number in [numbers[0] * 40 + numbers[1], *numbers[2:]]:
        groups = [number & 0x7F]
        while number > 0x7F:
            number >>= 7
            groups.append(0x80 | number & 0x7F)
        packed += bytes(reversed(groups))
    return der(OBJECT, bytes(packed))


def read(data, at=0):
    """(tag, content, next position) of the element at that position."""
    tag, size, at = data[at], data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[at:at + count], "big"), at + count
    return tag, data[at:at + size], at + size


def children(content):
    """The elements in a constructed one, as (tag, content, whole)."""
    found, at = [], 0
    while at < len(content):
        tag, inner, end = read(content, at)
        found.append((tag, inner, content[at:end]))
        at = end
    return found
