"""A Session that any text and number fits into: what UTF-8 or JSON cannot say goes out in the nearest words they have."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session

from monty_kernel.finite import finite


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


class _Digests(set[int]):
    """Signatures, in a third of their memory. What is told apart by 64 bits that nobody can choose is told apart."""

    def add(self, signature: bytes) -> None:  # type: ignore[override]
        super().add(hash(signature))

    def __contains__(self, signature: object) -> bool:
        return super().__contains__(hash(signature))


def _pack(obj: Any) -> bytes:
    try:
        return _dumps(obj, ensure_ascii=False)
    except UnicodeEncodeError:
        return _pack_ascii(obj)
    except ValueError:
        return _pack_ascii(finite(obj))


def _pack_ascii(obj: Any) -> bytes:
    try:
        return _dumps(obj, ensure_ascii=True)
    except ValueError:
        return _dumps(finite(obj), ensure_ascii=True)


def _dumps(obj: Any, *, ensure_ascii: bool) -> bytes:
    return json.dumps(obj, default=json_default, ensure_ascii=ensure_ascii, allow_nan=False).encode()
