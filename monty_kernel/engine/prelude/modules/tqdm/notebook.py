"""`tqdm.notebook`: the bars of `tqdm`. Lacks: what they lack."""

from tqdm import tqdm as _bar
from tqdm import trange as _range

tqdm = _bar
trange = _range
tqdm_notebook = _bar
tnrange = _range
