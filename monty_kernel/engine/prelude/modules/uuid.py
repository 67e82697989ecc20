"""Identifiers that nothing else has: `UUID`, `uuid1`, `uuid3`, `uuid4` and `uuid5`.

Lacks: the ordering of `UUID`s: sort with `key=str`. What is random comes from the host, whatever the seed of `random`. `uuid1`
has a random node, since cells do not see the computer's.
"""

import hashlib
import os
import time
from builtins import bytes as _bytes
from builtins import int as _int

LACKS = {"getnode": "Cells do not see the computer's address; uuid4() needs none."}

RESERVED_NCS = "reserved for NCS compatibility"
RFC_4122 = "specified in RFC 4122"
RESERVED_MICROSOFT = "reserved for Microsoft compatibility"
RESERVED_FUTURE = "reserved for future definition"


class UUID:
    def __init__(self, hex=None, bytes=None, bytes_le=None, fields=None, int=None, version=None):
        if [hex, bytes, bytes_le, fields, int].count(None) != 4:
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        if hex is not None:
            hex = hex.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
            if len(hex) != 32:
                raise ValueError("badly formed hexadecimal UUID string")
            int = _int(hex, 16)
        if bytes_le is not None:
            if len(bytes_le) != 16:
                raise ValueError("bytes_le is not a 16-char string")
            order = (3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15)
            int = _int("".join([f"{bytes_le[place]:02x}" for place in order]), 16)
        if bytes is not None:
            if len(bytes) != 16:
                raise ValueError("bytes is not a 16-char string")
            int = _int(bytes.hex(), 16)
        if fields is not None:
            if len(fields) != 6:
                raise ValueError("fields is not a 6-tuple")
            int = 0
            for field, size in zip(fields, (32, 16, 16, 8, 8, 48)):
                int = int << size | field
        if not 0 <= int < 1 << 128:
            raise ValueError("int is out of range (need a 128-bit value)")
        if version is not None:
            if not 1 <= version <= 5:
                raise ValueError("illegal version number")
            int = int & ~(0xF000 << 64 | 0xC000 << 48) | version << 76 | 0x8000 << 48
        self.int, self.hex = int, f"{int:032x}"
        self.bytes = _bytes.fromhex(self.hex)
        self.bytes_le = self.bytes[3::-1] + self.bytes[5:3:-1] + self.bytes[7:5:-1] + self.bytes[8:]
        self.time_low, self.time_mid, self.time_hi_version = int >> 96, int >> 80 & 0xFFFF, int >> 64 & 0xFFFF
        self.clock_seq_hi_variant, self.clock_seq_low, self.node = (
            int >> 56 & 0xFF,
            int >> 48 & 0xFF,
            int & (1 << 48) - 1,
        )
        self.fields = (
            self.time_low, self.time_mid, self.time_hi_version, self.clock_seq_hi_variant, self.clock_seq_low, self.node,
        )  # fmt: skip
        self.time = (self.time_hi_version & 0x0FFF) << 48 | self.time_mid << 32 | self.time_low
        self.clock_seq = (self.clock_seq_hi_variant & 0x3F) << 8 | self.clock_seq_low
        top = self.clock_seq_hi_variant >> 5
        self.variant = (
            RESERVED_NCS if top < 4 else RFC_4122 if top < 6 else RESERVED_MICROSOFT if top == 6 else RESERVED_FUTURE
        )
        self.version = self.time_hi_version >> 12 if self.variant == RFC_4122 else None
        self.urn = f"urn:uuid:{self}"

    def __str__(self):
        hex = self.hex
        return f"{hex[:8]}-{hex[8:12]}-{hex[12:16]}-{hex[16:20]}-{hex[20:]}"

    def __repr__(self):
        return f"UUID('{self}')"

    def __eq__(self, other):
        return isinstance(other, UUID) and self.int == other.int

    def __hash__(self):
        return hash(self.int)

    def __int__(self):
        return self.int


NAMESPACE_DNS = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_URL = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_OID = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_X500 = UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")


def _random(size):
    return _int(os.urandom(size).hex(), 16)


def uuid1(node=None, clock_seq=None):
    now = time.time_ns() // 100 + 0x01B21DD213814000
    node = _random(6) | 1 << 40 if node is None else node
    clock_seq = _random(2) & 0x3FFF if clock_seq is None else clock_seq
    fields = (now & 0xFFFFFFFF, now >> 32 & 0xFFFF, now >> 48 & 0x0FFF, clock_seq >> 8 & 0x3F, clock_seq & 0xFF, node)
    return UUID(fields=fields, version=1)


def uuid3(namespace, name):
    name = name.encode() if type(name) is str else name
    return UUID(hex=hashlib.md5(namespace.bytes + name).hexdigest(), version=3)


def uuid4():
    return UUID(int=_random(16), version=4)


def uuid5(namespace, name):
    name = name.encode() if type(name) is str else name
    return UUID(hex=hashlib.sha1(namespace.bytes + name).hexdigest()[:32], version=5)
