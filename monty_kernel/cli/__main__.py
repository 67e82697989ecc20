"""`python -m monty_kernel.cli` is the `monty-kernel` command, for where the script itself is not on the path."""

import sys

from monty_kernel.cli import main

sys.exit(main())
