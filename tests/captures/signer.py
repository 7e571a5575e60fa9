"""Signatures by ES256 that are the same every time (RFC 6979), and certificates made with them.

Only to make captures: it takes its time and hides nothing.
"""

import base64
import datetime
import hashlib
import hmac
import json

P = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    total = None
    while k:
        total = add(total, point) if k & 1 else total
        point, k = add(point, point), k >> 1
    return total


def nonce(key, digest):
    """RFC 6979 3.2."""
    seed = key.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    k, v = b"\0" * 32, b"\1" * 32
    for part in (b"\0", b"\1"):
        k = hmac.digest(k, v + part + seed, "sha256")
        v = hmac.digest(k, v, "sha256")
    return int.from_bytes(hmac.digest(k, v, "sha256"), "big")


def sign(key, data):
    """r and s."""
    digest = hashlib.sha256(data).digest()
    k = nonce(key, digest)
    r = times(k, G)[0] % N
    return r, pow(k, -1, N) * (int.from_bytes(digest, "big") + r * key) % N


def b64(data):
    data = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(key, header, payload):
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(b''.join(n.to_bytes(32, 'big') for n in sign(key, text.encode())))}"


# Certificates (RFC 5280)

def der(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


def number(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([40 * first + second])
    for arc in rest:
        part = [arc & 127]
        while arc := arc >> 7:
            part.append(arc & 127 | 128)
        out += bytes(reversed(part))
    return der(6, out)


ECDSA_SHA256 = der(0x30, oid("1.2.840.10045.4.3.2"))


def name(text):
    return der(0x30, der(0x31, der(0x30, oid("2.5.4.3"), der(12, text.encode()))))


def day(text):
    return der(0x17, datetime.date.fromisoformat(text).strftime("%y%m%d000000Z").encode())


def extension(kind, value, critical=False):
    return der(0x30, oid(kind), der(1, b"\xff") if critical else b"", der(4, value))


def certificate(key, subject, issuer_key, issuer, **more):
    """In PEM; more: since, until, authority, numbers (entries of TNAuthList)."""
    point = b"\4" + b"".join(n.to_bytes(32, "big") for n in times(key, G))
    extensions = [extension("2.5.29.19", der(0x30, der(1, b"\xff") if more.get("authority") else b""), True)]
    if "numbers" in more:
        extensions.append(extension("1.3.6.1.5.5.7.1.26", der(0x30, *more["numbers"])))
    body = der(0x30, der(0xa0, number(2)), number(key % 2 ** 63), ECDSA_SHA256, name(issuer),
               der(0x30, day(more.get("since", "2025-01-01")), day(more.get("until", "2045-01-01"))), name(subject),
               der(0x30, der(0x30, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), der(3, b"\0" + point)),
               der(0xa3, der(0x30, *extensions)))
    signature = der(0x30, *map(number, sign(issuer_key, body)))
    whole = base64.encodebytes(der(0x30, body, ECDSA_SHA256, der(3, b"\0" + signature))).decode().replace("\n", "")
    lines = [whole[at:at + 64] for at in range(0, len(whole), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def provider(code):
    return der(0xa0, der(0x16, code.encode()))


def one_number(digits):
    return der(0xa2, der(0x16, digits.encode()))


def number_range(start, count):
    return der(0xa1, der(0x30, der(0x16, start.encode()), number(count)))
