"""`python -P -m monty_kernel -f CONNECTION_FILE` becomes the kernel.

The sockets are bound before anything heavy is imported. A client that cannot connect tries again after 100 to 200 ms,
so a kernel that listens after 50 ms answers a whole round earlier than one that listens only when it is ready.
"""

import os
import sys

if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):
    # without -P, a file in the notebook's folder that is named like a library would be imported
    del sys.path[0]

from monty_kernel.startup import forget_relative

forget_relative()

import signal  # noqa: E402 - the search path had to be cleaned first


def main() -> None:
    """Bind, import, run."""
    early = None

    def end_early(*_: object) -> None:
        if early is not None:
            early.remove_files()
        os._exit(0)

    signal.signal(signal.SIGTERM, end_early)  # until the app takes over
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from monty_kernel.jupyter import channels, connection
    from monty_kernel.startup import begin_start

    begin_start()
    argv = sys.argv[1:]
    path = connection.file_named_in(argv)
    if path is not None:
        try:
            info = connection.read(path)
            if info.complete:
                early = channels.bind(info)
                early.start_heartbeat()
        except connection.ConnectionFailed:
            early = None  # the app tries again and reports the error

    from monty_kernel.startup import defer_modules, forgo_missing, import_lightly

    defer_modules()
    forgo_missing()
    import_lightly()
    from monty_kernel.jupyter import app

    app.main(argv, early)


if __name__ == "__main__":
    main()
