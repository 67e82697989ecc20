"""Cells as people write them, which run in Monty: whatever the checker says of one of them is a false alarm."""

FIRST_SESSION = r"""counts = {}
for w in "a b a".split():
    counts[w] = counts.get(w, 0) + 1
max(counts, key=lambda w: counts[w])
---
top = sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:3]
top[0][0].upper()
---
data = [1, 2, 3]
data = {"a": data}
data = "text"
data.upper()
---
data = 5
def use():
    return data.upper()
data = "x"
use()
---
result = None
def fill():
    global result
    result = [1]
fill()
result[0]
---
result[0] + 1
---
def setup():
    global config
    config = {"a": 1}
---
setup()
config["a"]
---
class Node:
    def __init__(self, v):
        self.v = v
        self.next = None
        self.kids = []
        self.meta = {}
a = Node(1)
b = Node(2)
a.next = b
a.next.v
---
a.next.v + 1
a.kids.append(b)
a.kids[0].v
a.meta["x"] = 1
a.meta["x"] + 1
a.extra = 5
---
a.extra + 1
---
node = a
while node is not None:
    node = node.next
---
def walk(n):
    total = 0
    while n:
        total += n.v
        n = n.next
    return total
walk(a)
---
from dataclasses import dataclass, field
@dataclass
class P:
    x: int
    y: float = 0.0
    tags: list = field(default_factory=list)
p = P(1)
p.tags.append("a")
(p.x, p.y, p.tags, repr(p))
---
pts = [P(i, i * 2.0) for i in range(3)]
sum(q.y for q in pts) / len(pts)
---
import json, math, re, datetime, collections, itertools, functools, random
from collections import Counter, defaultdict, deque
c = Counter("hello")
c.most_common(2)[0][0]
d = defaultdict(list)
d["a"].append(1)
dict(d)["a"][0] + 1
dq = deque([1,2], maxlen=5)
dq.appendleft(0)
dq
---
functools.reduce(lambda x, y: x + y, [1, 2, 3])
list(itertools.accumulate([1,2,3]))
---
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n-1) + fib(n-2)
fib(20)
---
text = json.dumps({"a": [1, {"b": None}]}, indent=2, sort_keys=True)
back = json.loads(text)
back["a"][1]["b"] is None
---
m = re.match(r"(\w+) (\w+)", "hello world")
m.groups() if m else None
---
m = re.search(r"\d+", "abc 123")
if m:
    print(m.group(0), m.start())
re.sub(r"a", "o", "banana")
---
now = datetime.datetime(2024, 1, 1)
(now + datetime.timedelta(days=1)).strftime("%Y") + str((now - now).total_seconds())
---
import asyncio
async def work(i):
    await asyncio.sleep(0)
    return i * 2
rs = await asyncio.gather(*[work(i) for i in range(3)])
sum(rs)
---
rs2 = [await work(i) for i in range(3)]
rs2[0] + 1
---
try:
    import numpy as np
except ImportError:
    np = None
np is None
---
try:
    1 + "a"
except TypeError as e:
    print(e)
try:
    undefined_thing
except NameError:
    undefined_thing = 1
try:
    [].foo
except AttributeError:
    pass
try:
    int("x")
except (ValueError, TypeError) as exc:
    print(type(exc).__name__)
---
rows = [{"name": "a", "n": 1}, {"name": "b", "n": 2}]
total = sum(r["n"] for r in rows)
by = {r["name"]: r for r in rows}
by["a"]["n"] + total
rows[0]["extra"] = 5
rows[0]["extra"] + 1
---
best = None
for r in rows:
    if best is None or r["n"] > best["n"]:
        best = r
best["name"]
---
def first(xs, default=None):
    for x in xs:
        return x
    return default
first([1]) + 1
---
x, *rest = [1, 2, 3]
rest[0] + x
(a1, b1), c1 = (1, 2), 3
a1 + b1 + c1
---
_ + 1
---
matrix = [[0] * 3 for _ in range(3)]
matrix[0][1] = 5
matrix = list(map(list, zip(*matrix)))
matrix[1][0]
---
f = lambda v, k=2: v * k
f(3) + f("a" and 4)
f = "rebound"
f.upper()
---
list = [1, 2]
list.append(3)
list
---
str = "abc"
str.upper()
---
sum = 0
sum += 1
sum
---
print("a", 1, sep="-", end="!\n")
print(f"{3.14159:.2f} {'x':>5} {total!r:>{10}}")
"%s %d" % ("a", 1)
"{} {x}".format(1, x=2)
---
s = {1, 2} | {3}
s.add(4)
fs = frozenset(s) & {1}
sorted(s, reverse=True)[0]
---
import random
random.seed(1)
vals = [random.gauss(0, 1) for _ in range(5)]
mean = math.fsum(vals) / len(vals)
std = math.sqrt(math.fsum((v - mean) ** 2 for v in vals) / len(vals))
round(std, 3) > 0
---
try:
    open("/nothing")
except Exception as e:
    print(type(e).__name__)
---
class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)
    def __repr__(self):
        return f"Vec({self.x}, {self.y})"
    def _repr_html_(self):
        return "<b>v</b>"
Vec(1, 2) + Vec(3, 4)
---
v = Vec(1, 2) + Vec(1, 1)
v.x * 2
---
class Vec:
    def __init__(self, x, y, z):
        self.z = z
Vec(1, 2, 3).z
---
v.y
---
def f(a, b): return a + b
f(1, 2)
---
def f(a): return a
f(1)
---
import time
from time import time
time() > 0
---
t0 = time()
time = time()
time - t0
---
exec("made = 3")
made + 1
---
made + 2
---
x = 3; y = "a"
x = y
y = None
if x: y = 5
y
---
n = 0
while True:
    n += 1
    if n > 3: break
else:
    never = 1
n
---
with_default = {"a": 1} | {"b": 2}
{**with_default, "c": "x"}["c"]
[*range(3), *"ab"]
---
items = []
for i in range(3):
    items.append({"i": i, "sq": i*i, "name": f"n{i}"})
items[-1]["name"].upper()
max(items, key=lambda r: r["sq"])["i"]
sorted(items, key=lambda r: -r["sq"])
---
import os, sys, pathlib
from pathlib import Path
(Path("/a") / "b.txt").suffix
sys.version_info[0] if hasattr(sys, "version_info") else 0
---
import decimal
from decimal import Decimal as D
(D("1.1") + 1) * 2
---
import base64, hashlib, csv
hashlib.sha256(b"a").hexdigest()[:4]
base64.b64encode(b"x").decode()
---
def outer():
    k = 0
    def inner():
        nonlocal k
        k += 1
        return k
    return inner
g = outer()
g() + g()
---
def deco(fn):
    def wrapped(*args, **kwargs):
        return fn(*args, **kwargs)
    return wrapped
@deco
def hello(name): return "hi " + name
hello("x").upper()
---
hello("y").upper()
---
from typing import Optional, Any
def opt(a: Optional[int] = None) -> int:
    if a is None:
        return 0
    return a + 1
opt() + opt(3)
---
z: Optional[int] = None
z = 5
z + 1
---
z + 1
---
acc: dict[str, int] = {}
acc["a"] = 1
acc
---
acc = "other"
acc.upper()
---
match counts:
    case {"a": n}: out = n
    case _: out = 0
out + 1
---
a = 5
a.bit_length() if hasattr(a, "bit_length") else 0
a = [a]
a[0] + 1
---
%who
a.append(3)
---
%timeit -n1 -r1 counts["a"] + 1
---
%%time
q = counts["a"]
q + 1
---
q + 1
---
obj = Node(3)
setattr(obj, "dyn", 4)
obj.dyn
---
obj.dyn + getattr(obj, "v") + getattr(obj, "nope", 0)
---
stack = [(a, 0)]
seen = set()
while stack:
    cur, depth = stack.pop()
    seen.add(depth)
len(seen)
---
memo = {}
def fact(n):
    if n in memo: return memo[n]
    memo[n] = 1 if n < 2 else n * fact(n - 1)
    return memo[n]
fact(5)
---
graph = {"a": ["b"], "b": []}
def dfs(n, visited=None):
    visited = visited or set()
    visited.add(n)
    for k in graph[n]:
        if k not in visited: dfs(k, visited)
    return visited
dfs("a")
---
state = {"count": 0, "items": [], "last": None}
state["count"] += 1
state["items"].append("x")
state["last"] = "y"
state["last"].upper()
---
state["items"].append(1)
state["last"].upper()
state["new"] = {}
state["new"]["k"] = 1
---
val = 3 if counts else "a"
val + 1 if isinstance(val, int) else val
---
import copy, bisect
arr = [1, 3]
bisect.insort(arr, 2)
copy.deepcopy(arr)[0] + 1
---
class Account:
    rate = 0.1
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.log = None
    def deposit(self, n):
        if self.log is None:
            self.log = []
        self.log.append(n)
        self.balance += n
        return self
acc1 = Account("x").deposit(5.5).deposit(2)
acc1.log[0] + acc1.balance + Account.rate
---
acc1.log[0] + 1
acc1.log.append("z")
---
display(acc1, Node)
from IPython.display import HTML, Markdown, display
display(HTML("<b>a</b>"), Markdown("x"))
---
import IPython
IPython.display.HTML("x")
---
text = "a,b\n1,2"
lines = [l.split(",") for l in text.splitlines()]
header, *body = lines
[dict(zip(header, r)) for r in body][0]["a"]
---
print(*[1, 2], **{"sep": "-"})
kw = {"indent": 2}
json.dumps([1], **kw)
int("5", 16) + int(3.7)
round(2.5) + round(2.567, 2)
---
a, b = b, a
[i for i in range(3) if (h := i * 2) > 1]
h
---
assert isinstance(counts, dict), "no"
"".join(sorted("cab"))
b"ab"[0] + 1
"abc"[::-1]
(1, "a")[1].upper()
"""

SECOND_SESSION = r"""if __name__ == "__main__":
    print(__name__)
---
from os import walk
z = zip([1], [2])
z[0]
len(z)
g = (i for i in range(3))
g[0] + len(g)
e = enumerate("ab")
e[0]
---
class Shape:
    def __init__(self, name): self.name = name
    def area(self): raise NotImplementedError
    def __str__(self): return f"{self.name}: {self.area():.1f}"
def circle(r):
    s = Shape("circle")
    s.area = lambda: 3.14 * r * r
    return s
str(circle(2).name)
---
import math
class Stats:
    def __init__(self, values):
        self.values = list(values)
        self._mean = None
    def mean(self):
        if self._mean is None:
            self._mean = sum(self.values) / len(self.values)
        return self._mean
    def std(self):
        m = self.mean()
        return math.sqrt(sum((v - m) ** 2 for v in self.values) / len(self.values))
st = Stats([1, 2, 3.5])
st.mean() * st.std()
---
st._mean + 1
---
def parse(s):
    try:
        return int(s)
    except ValueError:
        return None
parse("3") + 1
[parse(q) for q in "12"][0] + 1
---
def parse2(s: str) -> int | None:
    return int(s) if s.isdigit() else None
n = parse2("5")
if n is not None:
    n + 1
---
from collections import namedtuple, Counter
Pt = namedtuple("Pt", ["x", "y"])
p = Pt(1, 2)
p.x + p.y
---
p.x
from typing import Callable, List, Dict, Tuple, Union, Iterable
---
def apply(f: Callable[[int], int], xs: List[int]) -> List[int]:
    return [f(x) for x in xs]
apply(lambda v: v + 1, [1, 2])
---
def norm(v: list[float]) -> float:
    return sum(x * x for x in v) ** 0.5
ints = [3, 4]
norm(ints)
---
norm(ints) + norm([1, 2.5])
def scale(v: float, by: int = 2) -> float: return v * by
scale(2) + scale(True)
---
d: dict[str, int] = {}
for w in "abc":
    d[w] = d.get(w, 0) + 1
d["a"] + 1
---
d = None
---
d is None
---
grid = [["."] * 3 for _ in range(3)]
grid[1][1] = "#"
"\n".join("".join(r) for r in grid)
---
total = 0
def add(v):
    global total
    total += v
add(1.5)
total + 0.5
---
total = "text"
total.upper()
---
x = 1
x = [x]
x.append(2)
x = {"k": x}
x["k"].append(3)
for x in "ab": pass
x.upper()
---
with_ctx = 1
class Ctx:
    def __enter__(self): return 5
    def __exit__(self, *a): return False
with Ctx() as c:
    c + 1
---
def many(*args, sep=" ", **kw):
    return sep.join(str(a) for a in args) + str(kw.get("a", 1))
many(1, 2, sep="-", a=3)
---
opts = {"sep": "+"}
many(1, 2, **opts)
pair = (3, 4)
many(*pair)
---
import datetime as dt
d1 = dt.date(2024, 1, 1)
days = [d1 + dt.timedelta(days=i) for i in range(3)]
max(days) - min(days)
{d.isoformat(): d.weekday() for d in days}
---
import random
random.choice([1, "a"])
v = random.choice([1, 2.5])
v + 1
random.shuffle(days)
random.sample(range(10), 3)[0]
---
import json
cfg = json.loads('{"a": {"b": [1]}}')
cfg["a"]["b"][0] + 1
cfg.keys()
---
cfg["a"]["c"] = None
for k, v in cfg.items(): print(k, v)
---
rec = {"id": 1, "tags": ["a"], "score": 1.5, "ok": True, "none": None}
rec["tags"].append("b")
rec["score"] * 2
rec["id"] + 1
rec["none"] is None
len(rec["tags"])
---
recs = [rec, {"id": 2, "tags": [], "score": 3, "ok": False, "none": 1}]
avg = sum(r["score"] for r in recs) / len(recs)
sorted(recs, key=lambda r: r["score"], reverse=True)[0]["id"]
max(recs, key=lambda r: r["score"])["tags"]
[r["id"] for r in recs if r["ok"]]
", ".join(r["tags"][0] for r in recs if r["tags"])
math.sqrt(recs[0]["score"])
---
from functools import partial, reduce
add5 = partial(lambda a, b: a + b, 5)
add5(3)
---
import itertools
for k, grp in itertools.groupby(sorted("abca")):
    print(k, len(list(grp)))
list(itertools.product("ab", [1, 2]))[0][0]
list(itertools.islice(itertools.count(), 3))
list(itertools.chain.from_iterable([[1], [2]]))
---
s = "héllo wörld"
s.title().encode("utf-8").decode()
s[::-1].split()[0].center(10, "*")
f"{s!r:>20}|{len(s):05d}|{1e6:,.2f}|{0.5:.0%}"
---
async def fetch(n):
    import asyncio
    await asyncio.sleep(0)
    return {"n": n}
import asyncio
r = await asyncio.gather(fetch(1), fetch(2))
r[0]["n"] + 1
---
t = asyncio.create_task(fetch(3)) if hasattr(asyncio, "create_task") else None
---
def gen_primes(n):
    sieve = [True] * (n + 1)
    for i in range(2, int(n ** 0.5) + 1):
        if sieve[i]:
            sieve[i*i::i] = [False] * len(sieve[i*i::i])
    return [i for i in range(2, n + 1) if sieve[i]]
gen_primes(20)
---
a, b = 0, 1
while a < 50:
    a, b = b, a + b
a
---
try:
    raise ValueError("x")
except ValueError as err:
    msg = str(err)
    err.args[0]
finally:
    done = True
msg.upper()
---
import sys
print("e", file=sys.stderr)
---
import re
pat = re.compile(r"(?P<k>\w)=(?P<v>\d)")
found = pat.match("a=1")
found.group("k")
---
found.group("k") + found["v"]
[mm.group(1) for mm in pat.finditer("a=1 b=2")]
---
first = next(iter([1, 2]))
first + 1
any(v > 1 for v in [1, 2]) and all([1])
---
help(len)
len?
x = input
---
name = 5
def show(name): return name.upper()
show("a")
class Config: pass
cfg = Config()
cfg.debug = True
cfg.debug
---
cfg.debug and cfg.debug is True
---
def late(): return defined_later()
def defined_later(): return 1
late()
---
lst = [3, "a", None]
lst[0] + 1
lst[1].upper()
tup = (1, "a")
tup[1].upper()
k, l = tup
l.upper()
---
nested = {"a": {"b": {"c": 1}}}
nested["a"]["b"]["c"] + 1
nested["a"]["x"] = 5
nested["q"] = [1]
---
out = []
for i in range(3):
    if i % 2: out.append(i)
    else: out.append(str(i))
out[0].upper()
len(out)
---
u = out[0]
u.upper() if type(u) is str else u
isinstance(u, (int, str))
"""

THIRD_SESSION = r"""
x = 1
def change():
    global x
    x = "a"
change()
x.upper()
---
x = 1
x.upper() if isinstance(x, str) else None
change()
x.upper()
---
class A:
    def __init__(self): self.x = 0
    def change(self): self.x = "a"
b = A()
b.x = 1
b.change()
b.x.upper()
---
d = {}
def put(d): d["k"] = "a"
d["k"] = 1
put(d)
d["k"].upper()
---
lst = [0]
def put2(): lst[0] = "s"
lst[0] = 5
put2()
lst[0].upper()
---
def counter():
    n = None
    def inc():
        nonlocal n
        n = (n or 0) + 1
        return n
    return inc
counter()() + 1
---
flag = False
def on():
    global flag
    flag = [1]
on()
flag[0]
---
class Stack:
    def __init__(self):
        self.items = []
        self.size = 0
    def push(self, x):
        self.items.append(x); self.size += 1; return self
    def peek(self): return self.items[-1] if self.items else None
s = Stack().push(1).push("a")
s.peek().upper()
---
s.size = "big"
s.size.upper()
---
n = 10
n /= 3
n //= 1
n **= 2
n = n or "none"
str(n).upper()
---
total = 0
for k in [1.5, 2]:
    total += k
total.is_integer() if hasattr(total, "is_integer") else total
---
val = input if False else 5
val + 1
---
res = {}
for i in range(3):
    res.setdefault(i % 2, []).append(i)
res[0][0] + 1
res.get(5, [0])[0] + 1
---
from collections import defaultdict
tree = lambda: defaultdict(tree)
t = tree()
t["a"]["b"] = 1
dd = defaultdict(lambda: [0, 0])
dd["x"][0] += 1
dd["x"][0] + 1
---
from functools import reduce
reduce(lambda a, b: a * b, range(1, 5)) + 1
reduce(lambda acc, w: {**acc, w: len(w)}, ["a", "bb"], {})["a"] + 1
---
words = "the cat the".split()
freq = {w: words.count(w) for w in set(words)}
max(freq, key=lambda w: freq[w])
sorted(freq.items(), key=lambda p: p[1])[-1][0].upper()
list(freq)[0].upper()
min(freq.values()) + 1
---
pairs = list(zip([1, 2], "ab"))
pairs[0][1].upper()
dict(pairs)[1].upper()
a, b = zip(*pairs)
b[0].upper() + str(a[0] + 1)
---
xs = [1, 2, 3, 4]
xs[::2][0] + xs[-1]
xs[1:3] = ["a"]
xs[1]
---
def op(name):
    ops = {"+": lambda a, b: a + b, "-": lambda a, b: a - b}
    return ops[name]
op("+")(1, 2) + 1
---
def describe(v):
    if isinstance(v, str): return v.upper()
    elif isinstance(v, (int, float)): return v + 1
    elif isinstance(v, dict): return v.items()
    elif v is None: return 0
    return v[0]
describe("a"), describe(1), describe([1])
---
class Money:
    def __init__(self, n): self.n = n
    def __add__(self, other):
        return Money(self.n + (other.n if isinstance(other, Money) else other))
    def __eq__(self, other): return self.n == other.n
    def __repr__(self): return f"${self.n}"
Money(1) + Money(2)
Money(1) + 5
---
Money(1) + 2 == Money(3)
---
class Temp:
    def __call__(self, v): return v + 1
    def __getitem__(self, k): return k
    def __iter__(self): return iter([1, 2])
    def __contains__(self, k): return True
    def __getattr__(self, name): return name
tt = Temp()
---
import datetime
deadline = datetime.date(2024, 5, 1)
left = (deadline - datetime.date(2024, 4, 1)).days
left + 1
---
deadline.year + left
---
from decimal import Decimal
price = Decimal("9.99")
price * 2 + 1
sum([price, price])
---
nums = "1,2,3"
nums = [int(n) for n in nums.split(",")]
nums = sum(nums) / len(nums)
nums = f"{nums:.1f}"
nums.zfill(5)
---
try:
    value = int("x")
except ValueError:
    value = None
value is None or value + 1
---
def safe(fn, *args, default=None):
    try:
        return fn(*args)
    except Exception:
        return default
safe(int, "5") + 1
safe(len, 5, default="n").upper()
---
matrix = [[1, 2], [3, 4]]
[[row[i] for row in matrix] for i in range(2)][0][1] + 1
sum(map(sum, matrix))
list(map(lambda r: r[0], matrix))[0] + 1
any(map(lambda r: r[0] > 2, matrix))
---
print(f"{'a':<5}|{matrix[0][0]:>3}|{1/3:.3e}|{255:#x}|{True}")
"a" "b" * 2
"x" in "xyz" and not "q" in ["q"]
1 < 2 < 3
---
import random
rng = random.Random(5) if hasattr(random, "Random") else random
random.random() + 1
random.randint(1, 6) % 2
---
async def agen():
    return [1]
import asyncio
async def main():
    r = await asyncio.gather(agen(), agen())
    return r[0][0] + 1
await main()
---
asyncio.run(main()) if False else 0
---
queue = [("a", 0)]
visited = {}
while queue:
    name, depth = queue.pop(0)
    if name in visited: continue
    visited[name] = depth
    queue += [(name + "x", depth + 1)] if depth < 2 else []
visited["a"] + 1
---
opts = dict(a=1, b="x")
opts["c"] = [1]
opts["c"][0] + 1
opts.update(d=None)
opts["b"].upper()
---
s2 = {1, 2}
s2 |= {"a"}
s2.discard("b")
sorted(map(str, s2))
---
point = (1, "a", None)
num, txt, nothing = point
txt.upper() + str(num + 1)
point[1].upper()
---
point[1].upper()
---
def kw(**options):
    options["x"] = 1
    options.setdefault("y", "z")
    return options["x"] + 1
kw(a="b")
def va(*args): return args[0].upper() if args else ""
va("a")
---
global_list = []
def record(x, log=global_list):
    log.append(x); return log
record(1); record("a")[1].upper()
---
Number = int | float
Row = dict[str, object]
---
def area(w: Number, h: Number = 2) -> Number: return w * h
r: Row = {"a": 1}
area(2) + 1
area(2.5, 3) * 2
---
s.size.upper()
"""
