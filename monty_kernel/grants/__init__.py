"""What the person grants to cells: host functions (tools) and folders (mounts), with a log of their use.

Nothing here takes a grant from a notebook. Grants come from the person's command line, from their configuration files
or from their answer at a prompt. `Grants` knows neither Jupyter nor a kernel, so the headless runner uses it too.
"""
