# What `%%writefile FILE` becomes.


import pathlib as __mk_pathlib


def __mk_write_file(file, text, append):
    path = __mk_pathlib.Path(file)
    before = path.read_text() if append and path.exists() else ""
    print(("Appending to " if append else "Overwriting " if path.exists() else "Writing ") + file)
    path.write_text(before + text)
