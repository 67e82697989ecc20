"""The kernel's options in Jupyter's configuration folders, for `monty-kernel run`: what the person set for kernels holds there too.

Nothing is imported for it where there is no such file, since that would take longer than many a notebook.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monty_kernel.engine.limits import Limits
from monty_kernel.isolation.launch import Policy
from monty_kernel.typecheck.checks import Mode
from monty_kernel.usage import UsageError

if TYPE_CHECKING:
    from monty_kernel.grants.tool_files import Permission


@dataclass(frozen=True, slots=True)
class Configured:
    """The options of `MontyKernel` that concern a run, with their defaults."""

    limits: Limits = field(default_factory=Limits)
    walls: Policy = "best"
    trust_outputs: bool = False
    typecheck: Mode = "off"
    tools: Sequence[str] = ()
    mounts: Sequence[str] = ()
    mount_max_bytes: int | None = 1 << 30
    mount_max_files: int | None = 10_000
    tool_permissions: Mapping[str, Permission] = field(default_factory=dict)
    audit_file: str = ""


def configured() -> Configured:
    """What the person's files say. Folders given relative to the working directory are left out, as by the kernel.

    Raises:
        UsageError: a file cannot be used, or says of an option what it cannot be.
    """
    from monty_kernel import config_files

    folders = config_files.folders()
    names = [name + end for name in config_files.NAMES for end in (".py", ".json")]
    files = (os.path.join(folder, name) for folder in folders for name in names)
    return _read(folders) if any(map(os.path.isfile, files)) else Configured()


def _read(folders: Sequence[str]) -> Configured:
    from traitlets.config.application import Application
    from traitlets.config.configurable import Configurable
    from traitlets.traitlets import TraitError

    from monty_kernel.config_files import NAMES
    from monty_kernel.kernel_traits import KernelTraits

    class MontyKernel(KernelTraits, Configurable):
        """Named as in the files."""

    reader = Application()
    reader.raise_config_file_errors = True
    try:
        for name in NAMES:
            reader.load_config_file(name, path=list(folders))
        options = MontyKernel(config=reader.config)
    except TraitError as error:
        raise UsageError(f"an option in Jupyter's configuration folders: {error}") from error
    except Exception as error:  # the files are programs
        raise UsageError(
            f"a configuration file in {', '.join(folders)} cannot be used: {type(error).__name__}: {error}"
        ) from error
    return Configured(**{name: getattr(options, name) for name in Configured.__dataclass_fields__})
