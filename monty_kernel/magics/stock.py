"""Magics of the stock kernel that do nothing here, or are refused with a line that says why."""

from __future__ import annotations

import argparse

from monty_kernel.engine.frontend import UsageError

from . import MagicContext
from .declare import Family, argument, shortened

family = Family("Settings of the stock kernel")


@family.host("config", code="[Class.trait = value]")
def config(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Change nothing: a notebook cannot configure this kernel. `%limits` shows its limits and who set them."""
    setting = arguments.code.text.partition("=")[0].strip()
    # front ends set the first without being asked to; the others say how matplotlib draws
    if setting != "Completer.use_jedi" and not setting.startswith("InlineBackend."):
        context.print("%config has no effect here: this kernel is configured where it is started. See %limits.")


@family.host("autoreload", code="[MODE]")
def autoreload(_: argparse.Namespace, context: MagicContext) -> None:
    """Do nothing: cells import no files, so nothing can change and need reloading."""
    context.print("%autoreload has nothing to do here: cells import no files.")


@family.host("load_ext", argument("extension", metavar="EXTENSION"))
def load_ext(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Refuse an extension, which is a program for the stock kernel. Only `autoreload` is accepted, and does nothing."""
    if arguments.extension != "autoreload":
        name = shortened(arguments.extension)
        raise UsageError(f"%load_ext: {name} is a program for the stock kernel, so its magics are missing here.")
    context.print("%load_ext: autoreload has nothing to do here: cells import no files.")


@family.host("matplotlib", code="[BACKEND]")
def matplotlib(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Do nothing: a figure shows below the cell that draws it, as with `inline`. Other backends are refused."""
    if arguments.code.text.strip() not in ("", "inline"):
        raise UsageError("%matplotlib: figures show below their cell. Write %matplotlib inline, or leave the line out.")


def _declare_setting(name: str, what: str) -> None:
    def setting(_: argparse.Namespace, context: MagicContext) -> None:
        context.print(f"%{name} has no effect here.")

    setting.__doc__ = f"Do nothing: {what} cannot be set here."
    family.host(name, code="[VALUE]")(setting)


for _name, _what in (
    ("colors", "colours"),
    ("pprint", "the layout of results"),
    ("precision", "the number of digits in results"),
    ("xmode", "the form of tracebacks"),
):
    _declare_setting(_name, _what)

family.refuse(
    "! !! sx system sc alias rehashx bash sh script cmd powershell perl ruby pypy python python2 python3",
    "the sandbox has no shell and starts no programs. Only Python runs here.",
)
family.refuse(
    "run load loadpy pycat save notebook store logstart "
    "ls cat less more mkdir rmdir cp mv rm ll la bookmark pushd popd dirs",
    "the sandbox opens no files of this computer. Paste the text into a cell instead.",
)
family.refuse(
    "edit ed recall rerun macro", "this kernel puts no text into cells. %history prints what ran, for you to copy."
)
family.refuse("pinfo pinfo2 pdoc pdef psource pfile", "use name? for help on a name, and name?? for its source.")
family.refuse(
    "pip conda mamba micromamba uv pixi",
    "nothing can be installed: the sandbox has the modules that come with Monty, such as math, json, re and datetime.",
)
family.refuse(
    "pylab gui",
    "the sandbox opens no windows. Delete the line; import matplotlib.pyplot draws charts.",
)
family.refuse(
    "debug pdb prun lprun mprun memit mem", "there is no debugger or profiler here. Use %time and %timeit to measure."
)
family.refuse(
    "capture", "outputs are not kept as values here. End the line with ';' or assign the value to show nothing."
)
family.refuse("quickref", "use %lsmagic for the magics, and name? for help on a name.")
family.refuse("hist", "write %history.")
family.refuse("javascript js", "this kernel sends no programs to the browser. %%html shows HTML.")
family.refuse("cd", "the sandbox sees no folders of this computer.")
