"""The two kernels that are compared, each with a site of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .servers import Server

MONTY, PYODIDE = "monty", "python"
"""By their kernelspecs' names."""

OWN = {MONTY: ("extensions/jupyterlite-monty-kernel/",), PYODIDE: ("extensions/@jupyterlite/pyodide-", "pyodide/")}
"""Where a site has the files of the kernel; all else is JupyterLite's."""

BROTLI = """
const { readFileSync } = require('node:fs');
const { brotliCompressSync, constants } = require('node:zlib');
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const sizes = process.argv.slice(1).map(path => brotliCompressSync(readFileSync(path), { params }).length);
console.log(JSON.stringify(sizes));
"""


@dataclass(frozen=True)
class Contender:
    """A kernel and the server of its site."""

    kernel: str
    server: Server

    def files(self) -> Iterator[Path]:
        """The kernel's own files: of ours all that a page may ever fetch, of Pyodide's what was fetched so far."""
        own = [self.server.folder / place for place in OWN[self.kernel]]
        if self.kernel == MONTY:
            yield from (path for path in own[0].rglob("*") if path.is_file())
        else:
            yield from (path for path in self.server.fetched() if any(str(path).startswith(str(one)) for one in own))

    def compressed(self) -> float:
        """Bytes of these files, each compressed with Brotli, MB."""
        return sum(_compressed(tuple(sorted(self.files())))) / 1e6


@cache
def _compressed(files: tuple[Path, ...]) -> list[int]:
    done = subprocess.run(["node", "-e", BROTLI, *files], check=True, capture_output=True, text=True)
    sizes: list[int] = json.loads(done.stdout)
    return sizes
