"""What would need a shell, files, packages or a debugger of the host: refused with a line that says why, never run."""

from __future__ import annotations

from .declare import Family

family = Family()

family.refuse(
    "! !! sx system sc alias rehashx bash sh script cmd powershell perl ruby pypy python python2 python3",
    "the sandbox has no shell and starts no programs. Only Python runs here.",
)
family.refuse(
    "run load loadpy pycat save notebook store logstart writefile file "
    "ls cat less more mkdir rmdir cp mv rm ll la bookmark pushd popd dirs",
    "the sandbox opens no files of this computer. Paste the text into a cell instead.",
)
family.refuse("edit ed recall rerun macro", "it puts no text into cells. %history prints what ran: copy it from there.")
family.refuse("pinfo pinfo2 pdoc pdef psource pfile", "write name? for help on a name, and name?? for its source.")
family.refuse(
    "pip conda mamba micromamba uv pixi",
    "nothing can be installed: the sandbox has the modules that Monty brings, such as math, json, re and datetime.",
)
family.refuse(
    "matplotlib pylab gui",
    "the sandbox has no matplotlib and opens no windows. Leave the line out; display(SVG(...)) shows drawings.",
)
family.refuse(
    "debug pdb prun lprun mprun memit mem", "there is no debugger or profiler here. %time and %timeit measure."
)
family.refuse("javascript js", "this kernel sends no programs to the browser. %%html shows HTML.")
family.refuse("env set_env", "the sandbox has no environment variables, and sees none of this computer's.")
family.refuse("cd pwd", "the sandbox sees no folders of this computer.")
