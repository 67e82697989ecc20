"""`python -P tests/support/standin/launch.py -f FILE` is `python -P -m monty_kernel -f FILE` with `package/kernel.py` for a kernel."""

from pathlib import Path

import monty_kernel.jupyter
from monty_kernel.__main__ import main

monty_kernel.jupyter.__path__.insert(0, str(Path(__file__).parent / "package"))
main()
