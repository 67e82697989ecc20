"""What the person opens for cells: host functions (tools), folders (mounts), and the log of what was made of them.

Nothing here takes a grant from a notebook. A `Grants` object is made of what the person said on a command line, in a
configuration file of theirs or at a prompt, and knows neither Jupyter nor a kernel: the headless runner uses it too.
"""
