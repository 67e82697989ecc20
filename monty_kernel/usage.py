"""What a command raises when the person asked for something that cannot be done."""


class UsageError(Exception):
    """The command ends with this one line and exit status 2. The message says what is wrong and what to do instead."""
