"""Checks options for the kernel before they are written into a kernelspec, where every start would stumble over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monty_kernel.usage import UsageError

_ALL = "`python -m monty_kernel --help-all` lists all"


def check_kernel_options(options: Sequence[str]) -> None:
    """Raise UsageError if the kernel does not have these options, or not with these values."""
    if not options:
        return
    from traitlets.config.loader import ConfigError, DeferredConfig
    from traitlets.traitlets import TraitError

    from monty_kernel.jupyter.app import MontyKernelApp

    app = MontyKernelApp()
    try:
        app.parse_command_line(list(options))
        for section, values in app.cli_config.items():
            traits = _options_of(app, section)
            for name, value in values.items():
                if name not in traits:
                    raise UsageError(f"the kernel has no option {section}.{name}; {_ALL}.")
                if isinstance(value, DeferredConfig):
                    value = value.get_value(traits[name])
                traits[name]._validate(app, value)
    except (ConfigError, TraitError, ValueError) as error:
        raise UsageError(f"the kernel does not take `{' '.join(options)}`: {error}") from error
    if app.extra_args:
        raise UsageError(f"the kernel takes no argument {app.extra_args[0]!r}; its options begin with `--`.")


def _options_of(app: Any, section: str) -> dict[str, Any]:
    for cls in app._classes_with_config_traits():
        if cls.__name__ == section:
            return dict(cls.class_traits(config=True))
    raise UsageError(f"the kernel has no options {section}.*; {_ALL}.")
