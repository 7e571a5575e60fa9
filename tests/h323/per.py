"""Aligned PER (X.691) written from the same schema that the decoder reads, for tests.

encode(schema, "RasMessage", value) gives bytes. Values: a SEQUENCE is a dict, a CHOICE a
pair of name and value, a list a list, an enumeration a name, NULL is None, an OBJECT
IDENTIFIER dotted digits, BMP and characters a str. Where octets hold an encoding, bytes
stand for themselves, so that wrong ones can be put there.
"""

from pathlib import Path

ALPHABETS = {"num": " 0123456789", "dial": "#*,0123456789", "dtmf": "#*0123456789abc",
             "isup": "0123456789ABCDE", "str10": "0123456789"}
UNITS = {"bits": 1, "bytes": 8, "bmp": 16, "ia5": 8, "print": 8, "vis": 8, "sig": 8,
         **{name: 4 for name in ALPHABETS}}
TEXTS = {"bmp", "ia5", "print", "vis", "sig", *ALPHABETS}


class Schema:
    """The types by name: (kind, extensible, root fields, additions)."""

    def __init__(self, path):
        self.types = {}
        fields = None
        for line in Path(path).read_text(encoding="ascii", errors="replace").splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("\t"):
                if line.strip() == "...":
                    fields = owner[3]
                else:
                    name, _, spec = line.strip().partition(" ")
                    fields.append((name.rstrip("?"), spec, name.endswith("?")))
                continue
            name, kind, *items = line.split(" ")
            owner = (kind.rstrip("+"), kind.endswith("+"), [], [])
            fields = owner[2]
            fields.extend((item, "", False) for item in items)
            self.types[name] = owner


class Bits:
    def __init__(self):
        self.number, self.count = 0, 0

    def put(self, value, width):
        self.number = self.number << width | value
        self.count += width

    def align(self):
        self.put(0, -self.count % 8)

    def octets(self, data):
        if data:
            self.put(int.from_bytes(data, "big"), 8 * len(data))

    def bytes(self):
        self.align()
        return self.number.to_bytes(self.count // 8, "big")


def octets_of(value, signed=False):
    width = 1
    while not (-(1 << 8 * width - 1) <= value < 1 << 8 * width - 1 if signed
               else value < 1 << 8 * width):
        width += 1
    return value.to_bytes(width, "big", signed=signed)


def oid_octets(text):
    arcs = [int(arc) for arc in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        part = [arc & 0x7f]
        while arc := arc >> 7:
            part.insert(0, 0x80 | arc & 0x7f)
        out += bytes(part)
    return out


def parse_range(text):
    extensible = text.endswith("+")
    low, dots, high = text.rstrip("+").partition("..")
    if not dots:
        high = low
    return int(low) if low else None, int(high) if high else None, extensible


def split_spec(spec):
    """Word, range and inner type of a simple type."""
    word = spec.split("(")[0].split("<")[0]
    limits = spec[len(word):]
    inner = None
    if "<" in limits:
        limits, _, inner = limits.partition("<")
        inner = inner[:-1]
    return word, parse_range(limits[1:-1]) if limits else (None, None, False), inner


class Encoder:
    def __init__(self, schema):
        self.schema = schema

    def complete(self, spec, value):
        bits = Bits()
        self.value(bits, spec, value)
        return bits.bytes() or b"\0"

    def length(self, bits, count):
        bits.align()
        if count < 0x80:
            bits.put(count, 8)
        else:
            bits.put(0x8000 | count, 16)

    def run(self, bits, items, put):
        """Items behind a general length, in fragments where they are many (11.9.3.8)."""
        while len(items) >= 16384:
            pieces = min(len(items) // 16384, 4)
            bits.align()
            bits.put(0xc0 | pieces, 8)
            put(items[:pieces * 16384])
            items = items[pieces * 16384:]
        self.length(bits, len(items))
        put(items)

    def open(self, bits, data):
        self.run(bits, data, bits.octets)

    def constrained(self, bits, value, span):
        if span == 0:
            return
        if span < 255:
            bits.put(value, span.bit_length())
        elif span < 65536:
            bits.align()
            bits.put(value, 8 if span == 255 else 16)
        else:
            data = octets_of(value)
            most = (span.bit_length() + 7) // 8
            bits.put(len(data) - 1, (most - 1).bit_length())
            bits.align()
            bits.octets(data)

    def small(self, bits, value):
        if value < 64:
            bits.put(value, 7)
        else:
            bits.put(1, 1)
            self.open(bits, octets_of(value))

    def integer(self, bits, value, limits):
        low, high, extensible = limits
        inside = (low is None or value >= low) and (high is None or value <= high)
        if extensible:
            bits.put(0 if inside else 1, 1)
        if low is None or not inside:
            self.open(bits, octets_of(value, signed=True))
        elif high is None:
            self.open(bits, octets_of(value - low))
        else:
            self.constrained(bits, value - low, high - low)

    def sized(self, bits, items, limits, aligned, put):
        """Items behind their count, with the size constraint of their type."""
        low, high, extensible = limits
        inside = high is not None and (low or 0) <= len(items) <= high
        if extensible:
            bits.put(0 if inside else 1, 1)
        if not inside or high >= 65536:
            self.run(bits, items, put)
            return
        self.constrained(bits, len(items) - (low or 0), high - (low or 0))
        if aligned and items:
            bits.align()
        put(items)

    def string(self, bits, word, value, limits):
        low, high, _ = limits
        unit = UNITS[word]
        most = (high or 0) * unit
        fixed = low is not None and low == high
        aligned = most > 16 if fixed else word not in TEXTS or most >= 16
        if word == "bits":
            items = value
        elif word in ALPHABETS:
            items = [ALPHABETS[word].index(character) for character in value]
        elif word in TEXTS:
            items = [ord(character) for character in value]
        else:
            items = value

        def put(part):
            for item in part:
                bits.put(int(item), unit)
        self.sized(bits, items, limits, aligned, bits.octets if word == "bytes" else put)

    def simple(self, bits, spec, value):
        word, limits, inner = split_spec(spec)
        if word == "bool":
            bits.put(int(value), 1)
        elif word == "int":
            self.integer(bits, value, limits)
        elif word == "oid":
            self.open(bits, value if isinstance(value, bytes) else oid_octets(value))
        elif word == "open":
            self.open(bits, value if isinstance(value, bytes) else self.complete(inner, value))
        elif word in UNITS:
            if inner and not isinstance(value, bytes):
                value = self.complete(inner, value)
            self.string(bits, word, value, limits)
        elif word != "null":
            raise ValueError(f"no such type: {spec}")

    def value(self, bits, spec, value):
        if spec in self.schema.types:
            kind = self.schema.types[spec][0]
            getattr(self, kind)(bits, self.schema.types[spec], value)
        elif spec.startswith("["):
            inner, _, limits = spec[1:-1].rpartition(" ")
            if not inner or limits[0] not in "-.0123456789":
                inner, limits = spec[1:-1], ""
            self.sized(bits, value, parse_range(limits) if limits else (None, None, False), False,
                       lambda items: [self.value(bits, inner, item) for item in items])
        else:
            self.simple(bits, spec, value)

    def enum(self, bits, owner, value):
        names = [field[0] for field in owner[2]]
        if owner[1]:
            bits.put(0, 1)
        self.constrained(bits, names.index(value), len(names) - 1)

    def choice(self, bits, owner, value):
        _, extensible, root, additions = owner
        name, content = value
        names = [field[0] for field in root]
        if name in names:
            if extensible:
                bits.put(0, 1)
            self.constrained(bits, names.index(name), len(names) - 1)
            self.value(bits, root[names.index(name)][1], content)
            return
        index = [field[0] for field in additions].index(name)
        bits.put(1, 1)
        self.small(bits, index)
        self.open(bits, content if isinstance(content, bytes)
                  else self.complete(additions[index][1], content))

    def seq(self, bits, owner, value):
        _, extensible, root, additions = owner
        unknown = set(value) - {field[0] for field in root + additions}
        if unknown:
            raise ValueError(f"no such fields: {unknown}")
        present = [field[0] in value for field in additions]
        if extensible:
            bits.put(any(present), 1)
        for name, _, optional in root:
            if optional:
                bits.put(name in value, 1)
        for name, spec, optional in root:
            if name in value:
                self.value(bits, spec, value[name])
            elif not optional:
                raise ValueError(f"{name} is missing")
        if not any(present):
            return
        if len(present) <= 64:
            bits.put(len(present) - 1, 7)
        else:
            bits.put(1, 1)
            self.length(bits, len(present))
        for there in present:
            bits.put(there, 1)
        for name, spec, _ in additions:
            if name in value:
                self.open(bits, self.complete(spec, value[name]))


def encode(schema, spec, value):
    return Encoder(schema).complete(spec, value)
