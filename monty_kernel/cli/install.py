"""`monty-kernel install` and `remove`: kernelspecs that start the kernel with this Python interpreter."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monty_kernel.engine.frontend import UsageError
from monty_kernel.jupyter.help_links import HELP_PAGE, SPEC_NAME

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

DEFAULT_NAME = "monty"
_ALL = "`python -m monty_kernel --help-all` lists all"


def add_parser(commands: Subparsers) -> None:
    """Add `install` and `remove`."""
    install = commands.add_parser(
        "install",
        help="make the kernel known to Jupyter",
        description="Write a kernelspec that starts the Monty kernel with this Python interpreter.",
        epilog="What follows `--` is passed to the kernel at each start; `python -m monty_kernel --help-all` lists its "
        "options.",
        usage="%(prog)s (--user | --sys-prefix | --prefix DIR) [--name NAME] [--display-name TEXT] [--fork]"
        " [-- KERNEL OPTIONS]",
    )
    _add_location(install)
    install.add_argument("--display-name", metavar="TEXT", help="what front ends call it [Python (Monty sandbox)]")
    install.add_argument(
        "--fork",
        action="store_true",
        help="let kernels start at once, by forking, wherever the kernelspec is read; a Jupyter without monty-kernel "
        "in its own "
        "environment does not show the kernel then [only with --sys-prefix]",
    )
    install.set_defaults(run=_install, takes_kernel_options=True)

    remove = commands.add_parser(
        "remove",
        help="make Jupyter forget a kernel that `install` made known",
        description="Remove a kernelspec of the Monty kernel: from the place that you name, or else for the user and "
        "from this "
        "environment. Running kernels are not affected.",
    )
    _add_location(remove, required=False)
    remove.set_defaults(run=_remove)


def _add_location(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    where = command.add_mutually_exclusive_group(required=required)
    where.add_argument("--user", action="store_true", help="for this user, whatever environment Jupyter runs in")
    where.add_argument("--sys-prefix", action="store_true", help=f"in this Python environment ({sys.prefix})")
    where.add_argument("--prefix", metavar="DIR", type=Path, help="in DIR/share/jupyter/kernels")
    command.add_argument("--name", default=DEFAULT_NAME, help="the kernelspec's name [%(default)s]")


def _install(args: argparse.Namespace) -> int:
    (kernels,) = _kernel_folders(args)
    folder = kernels / _valid_name(args.name)
    if folder.exists() and not _is_ours(folder):
        raise UsageError(f"{folder} is the kernelspec of another kernel; choose another --name.")
    check_kernel_options(args.kernel_options)
    fork = args.fork or folder.is_relative_to(Path(sys.prefix))  # Jupyter in this environment knows our provisioner
    spec = spec_document(args.name, args.display_name, args.kernel_options, fork=fork)
    try:
        _write_spec(folder, spec)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}. Choose a place that you may write to.") from error
    print(f"Installed kernelspec {args.name} in {folder}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    name = _valid_name(args.name)
    places = _kernel_folders(args)
    found = [folder for kernels in places if (folder := kernels / name).is_dir()]
    if not found:
        where = " or ".join(map(str, places))
        raise UsageError(f"there is no kernelspec {name} in {where}; `jupyter kernelspec list` shows all.")
    for folder in found:
        if not _is_ours(folder):
            raise UsageError(f"{folder} is the kernelspec of another kernel; `jupyter kernelspec remove` removes it.")
    for folder in found:
        try:
            folder.unlink() if folder.is_symlink() else shutil.rmtree(folder)
        except OSError as error:
            raise UsageError(f"cannot remove {folder}: {error.strerror}.") from error
        print(f"Removed kernelspec {name} from {folder.parent}")
    if any(folder.is_relative_to(sys.prefix) for folder in found):
        print("This environment's was the one that pip installed: `monty-kernel install --sys-prefix` brings it back.")
    return 0


def _valid_name(name: str) -> str:
    if re.fullmatch(r"[a-zA-Z0-9_-][a-zA-Z0-9._-]*", name) is None:
        raise UsageError(f"{name!r} cannot name a kernelspec: use letters, digits, '-', '_' and '.' only.")
    return name


def _kernel_folders(args: argparse.Namespace) -> list[Path]:
    """The `kernels` folders that are meant: the one that was named, or the user's and the environment's."""
    from jupyter_core.paths import jupyter_data_dir

    user = Path(jupyter_data_dir(), "kernels")
    environment = Path(sys.prefix, "share", "jupyter", "kernels")
    if args.prefix is not None:
        return [args.prefix.absolute() / "share" / "jupyter" / "kernels"]
    if args.user:
        return [user]
    return [environment] if args.sys_prefix else [user, environment]


def spec_document(name: str, display_name: str | None, kernel_options: Sequence[str], *, fork: bool) -> dict[str, Any]:
    """The contents of kernel.json: the packaged file, with this interpreter's absolute path and the kernel's options.

    Args:
        name: the kernelspec's.
        display_name: what front ends call the kernel; None for the packaged name.
        kernel_options: given to the kernel at each start.
        fork: whether to name our provisioner. jupyter_client refuses a kernel whose provisioner is not installed beside
            it.
    """
    document: dict[str, Any] = json.loads((packaged_spec() / "kernel.json").read_text(encoding="utf-8"))
    document["argv"][0] = sys.executable
    document["argv"] += kernel_options
    if (packaged_spec() / HELP_PAGE).exists():
        document["env"][SPEC_NAME] = name
    else:  # a checkout that nobody has installed
        del document["env"]
    if not fork:
        del document["metadata"]["kernel_provisioner"]
    if display_name is not None:
        if not display_name.strip():
            raise UsageError("--display-name must not be empty.")
        document["display_name"] = display_name
    return document


def packaged_spec() -> Path:
    """The folder with kernel.json, the logos and the page of help: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "kernelspec"
    return installed if installed.is_dir() else package.parent / "kernelspec"


def _is_ours(folder: Path) -> bool:
    """Whether the kernelspec in `folder` starts a Monty kernel."""
    try:
        document = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
        return "monty_kernel" in document["argv"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_spec(folder: Path, document: dict[str, Any]) -> None:
    """Put the spec in place in one step, so that front ends always see the old one or the new one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "spec"
        fresh.mkdir()
        for file in (*packaged_spec().glob("logo-*"), *packaged_spec().glob(HELP_PAGE)):
            shutil.copyfile(file, fresh / file.name)
        (fresh / "kernel.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            os.rename(folder, Path(scratch) / "replaced")
        os.rename(fresh, folder)


def check_kernel_options(options: Sequence[str]) -> None:
    """Raise UsageError if the kernel does not have these options, or not with these values."""
    if not options:
        return
    from traitlets.config.loader import ConfigError, DeferredConfig
    from traitlets.traitlets import TraitError

    from monty_kernel.jupyter.app import MontyKernelApp

    app = MontyKernelApp()  # a mistake in a kernelspec would make every start fail
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
