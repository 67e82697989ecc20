"""The description of a mount: a folder of the host, the place where cells see it, and what they may do there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from monty_kernel.engine.access import is_like_the_kernels

from .plain import short

Mode = Literal["ro", "rw", "overlay"]
MODES: Mapping[str, Mode] = {"ro": "ro", "rw": "rw", "overlay": "overlay"}

_PLACE = re.compile(r"/[\w.+@=~#%&-]+(?:[ /][\w.+@=~#%&-]+)*")
"""Without `?`, `[` and quotes: the place is shown in the kernel's question and must not look like another question."""
_LONGEST_PLACE = 200


class MountRefused(ValueError):
    """A folder is not mounted; the message says why and, if possible, what to do."""


@dataclass(frozen=True, slots=True)
class MountSpec:
    """A requested mount, not yet checked against the disk."""

    host: Path
    place: PurePosixPath
    mode: Mode = "overlay"


def parse_mount(text: str) -> MountSpec:
    """Parse `HOST:SANDBOX[:ro|rw|overlay]`.

    Raises:
        MountRefused: the text does not have this form.
    """
    rest, _, last = text.rpartition(":")
    mode: Mode = "overlay"
    if last in MODES and ":" in rest:
        mode, text = MODES[last], rest
    host, _, place = text.rpartition(":")
    if not host or not place.startswith("/"):
        raise MountRefused(
            f"{text!r} is not a mount: use HOST:SANDBOX or HOST:SANDBOX:MODE, such as /home/me/data:/data:ro; "
            "MODE is ro, rw or overlay"
        )
    return MountSpec(Path(host), checked_place(place), mode)


def checked_place(place: str) -> PurePosixPath:
    """A place in the sandbox, normalized.

    Raises:
        MountRefused: it is not absolute, is `/` itself, or could mislead the reader of a question.
    """
    path = PurePosixPath(place)
    plain = PurePosixPath("/" + "/".join(path.parts[1:]))
    if (
        not path.is_absolute()
        or ".." in path.parts
        or len(place) > _LONGEST_PLACE
        or not _PLACE.fullmatch(str(plain))
        or short(str(plain), _LONGEST_PLACE) != repr(str(plain))
        or is_like_the_kernels(place)
    ):
        raise MountRefused(
            f"{short(place)} cannot be a mount's place. Use an absolute path such as /data, "
            "of letters, digits and .+@=~#%&-_"
        )
    return plain
