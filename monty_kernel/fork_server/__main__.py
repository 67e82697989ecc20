"""`python -P -m monty_kernel.fork_server FD` becomes the fork server. See `server`."""

from monty_kernel.startup import defer_modules, forgo_missing, import_lightly


def main() -> None:
    """Import as a kernel would, and serve."""
    defer_modules()
    forgo_missing()
    import_lightly()
    from monty_kernel.fork_server import server

    server.main()


if __name__ == "__main__":
    main()
