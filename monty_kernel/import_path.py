"""Where Python may import from: no place that depends on the working directory, which is the notebook's folder.

`-P` keeps Python from putting that folder first. An empty or relative entry of `PYTHONPATH` brings it back, and one is easily
had: `export PYTHONPATH=$PYTHONPATH:/srv/lib` has an empty entry where there was no `PYTHONPATH` before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")


def without_relative(env: Mapping[str, str]) -> dict[str, str]:
    """An environment for a Python to be started in: without what makes it look for modules in its working directory."""
    clean = dict(env)
    for name in _VARIABLES:
        if name in clean:
            clean[name] = os.pathsep.join(filter(os.path.isabs, clean[name].split(os.pathsep)))
            if not clean[name]:
                del clean[name]
    return clean


def forget_relative() -> None:
    """Take what relative entries of `PYTHONPATH` put into it out of this process's search path. For its very beginning."""
    given = os.environ.get("PYTHONPATH")
    if not given or sys.flags.ignore_environment:
        return
    for entry in given.split(os.pathsep):
        if not os.path.isabs(entry):
            place = os.path.abspath(entry)  # as `site` has it
            sys.path[:] = [each for each in sys.path if each not in (entry, place)]
