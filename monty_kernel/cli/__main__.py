"""`python -m monty_kernel.cli` is the `monty-kernel` command, for use where the script is not on the path."""

import sys

from monty_kernel.cli import main

sys.exit(main())
