"""A Session that any text and number fits into: what UTF-8 or JSON cannot say goes out in the nearest words they have."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session

from monty_kernel.outputs.finite import finite


class WireSession(Session):
    """jupyter_client's Session; all it sends is valid UTF-8 and valid JSON, and sending never warns.

    Lone surrogates, which front ends send, are escaped; NaN and the infinities become null, as in JavaScript. Of the 65,536
    signatures that are remembered, so that nobody can send a message again, 64 bits are kept each.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.packer in ("json", "orjson"):
            self.pack = _pack
        self.digest_history = _Digests()
        self._parent: tuple[object, bytes] = None, b""

    def remember(self, signature: bytes) -> None:
        """A message of this signature has come: no other may."""
        if self.auth is not None:
            self._add_digest(signature)

    def serialize(self, msg: dict[str, Any], ident: list[bytes] | bytes | None = None) -> list[bytes]:
        """As jupyter_client's. The parent header is packed once for all that answers a request: of `1+1` five messages."""
        if self.pack is not _pack:
            return super().serialize(msg, ident)
        parent = msg["parent_header"]
        known, packed = self._parent
        if known is not parent:
            packed = self.pack(parent)
            self._parent = parent, packed
        return super().serialize({**msg, "parent_header": _Packed(packed)}, ident)


class _Digests(set[int]):
    """Signatures, in a third of their memory. What is told apart by 64 bits that nobody can choose is told apart."""

    def add(self, signature: bytes) -> None:  # type: ignore[override]
        super().add(hash(signature))

    def __contains__(self, signature: object) -> bool:
        return super().__contains__(hash(signature))


class _Packed(bytes):
    """What is packed already."""


_TEXT, _ASCII = (
    json.JSONEncoder(default=json_default, ensure_ascii=ascii_only, allow_nan=False) for ascii_only in (False, True)
)


def _pack(obj: Any) -> bytes:
    if isinstance(obj, _Packed):
        return obj
    try:
        return _TEXT.encode(obj).encode()
    except UnicodeEncodeError:
        return _pack_ascii(obj)
    except ValueError:
        return _pack_ascii(finite(obj))


def _pack_ascii(obj: Any) -> bytes:
    try:
        return _ASCII.encode(obj).encode()
    except ValueError:
        return _ASCII.encode(finite(obj)).encode()
