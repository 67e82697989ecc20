"""How two sequences differ: `SequenceMatcher`, `get_close_matches`, `unified_diff` and `context_diff`.

Lacks: `ndiff` and `HtmlDiff`. What CPython gives one by one are lists.
"""

from collections import namedtuple

LACKS = {
    "ndiff": "unified_diff(before, after) gives the lines that differ.",
    "Differ": "unified_diff(before, after) gives the lines that differ.",
    "restore": "Keep the two texts themselves.",
    "HtmlDiff": "unified_diff(before, after) gives the lines that differ.",
    "diff_bytes": "Decode the lines, and give them to unified_diff().",
}

Match = namedtuple("Match", "a b size")


class SequenceMatcher:
    def __init__(self, isjunk=None, a="", b="", autojunk=True):
        self.isjunk, self.autojunk = isjunk, autojunk
        self.set_seqs(a, b)

    def set_seqs(self, a, b):
        self.set_seq1(a)
        self.set_seq2(b)

    def set_seq1(self, a):
        self.a, self._blocks = a, None

    def set_seq2(self, b):
        self.b, self._blocks = b, None
        places = {}
        for place, item in enumerate(b):
            places.setdefault(item, []).append(place)
        self.bjunk = {item for item in places if self.isjunk and self.isjunk(item)}
        most = len(b) // 100 + 1
        often = self.autojunk and len(b) >= 200
        self.bpopular = {item for item in places if often and item not in self.bjunk and len(places[item]) > most}
        self.b2j = {
            item: places[item] for item in places if item not in self.bjunk and item not in self.bpopular
        }  # fmt: skip

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
        a, b, junk = self.a, self.b, self.bjunk
        ahi, bhi = len(a) if ahi is None else ahi, len(b) if bhi is None else bhi
        first, second, size = alo, blo, 0
        lengths = {}
        for i in range(alo, ahi):
            longer = {}
            for j in self.b2j.get(a[i], ()):
                if j < blo:
                    continue
                if j >= bhi:
                    break
                longer[j] = k = lengths.get(j - 1, 0) + 1
                if k > size:
                    first, second, size = i - k + 1, j - k + 1, k
            lengths = longer
        for with_junk in (False, True):
            while (
                first > alo and second > blo and (b[second - 1] in junk) == with_junk and a[first - 1] == b[second - 1]
            ):  # fmt: skip
                first, second, size = first - 1, second - 1, size + 1
            while (
                first + size < ahi and second + size < bhi
                and (b[second + size] in junk) == with_junk and a[first + size] == b[second + size]
            ):  # fmt: skip
                size += 1
        return Match(first, second, size)

    def get_matching_blocks(self):
        if self._blocks is not None:
            return self._blocks
        pending, found = [(0, len(self.a), 0, len(self.b))], []
        while pending:
            alo, ahi, blo, bhi = pending.pop()
            i, j, size = self.find_longest_match(alo, ahi, blo, bhi)
            if size:
                found.append((i, j, size))
                if alo < i and blo < j:
                    pending.append((alo, i, blo, j))
                if i + size < ahi and j + size < bhi:
                    pending.append((i + size, ahi, j + size, bhi))
        joined, last = [], (0, 0, 0)
        for i, j, size in sorted(found):
            if last[0] + last[2] == i and last[1] + last[2] == j:
                last = (last[0], last[1], last[2] + size)
            else:
                if last[2]:
                    joined.append(Match(*last))
                last = (i, j, size)
        if last[2]:
            joined.append(Match(*last))
        self._blocks = [*joined, Match(len(self.a), len(self.b), 0)]
        return self._blocks

    def get_opcodes(self):
        i = j = 0
        found = []
        for a, b, size in self.get_matching_blocks():
            if i < a or j < b:
                found.append(("delete" if j == b else "insert" if i == a else "replace", i, a, j, b))
            i, j = a + size, b + size
            if size:
                found.append(("equal", a, i, b, j))
        return found

    def get_grouped_opcodes(self, n=3):
        codes = self.get_opcodes() or [("equal", 0, 1, 0, 1)]
        tag, i1, i2, j1, j2 = codes[0]
        if tag == "equal":
            codes[0] = tag, max(i1, i2 - n), i2, max(j1, j2 - n), j2
        tag, i1, i2, j1, j2 = codes[-1]
        if tag == "equal":
            codes[-1] = tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n)
        groups, group = [], []
        for tag, i1, i2, j1, j2 in codes:
            if tag == "equal" and i2 - i1 > 2 * n:
                groups.append([*group, (tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n))])
                group, i1, j1 = [], max(i1, i2 - n), max(j1, j2 - n)
            group.append((tag, i1, i2, j1, j2))
        if group and not (len(group) == 1 and group[0][0] == "equal"):
            groups.append(group)
        return groups

    def _share(self, matches):
        length = len(self.a) + len(self.b)
        return 2.0 * matches / length if length else 1.0

    def ratio(self):
        return self._share(sum([match[2] for match in self.get_matching_blocks()]))

    def quick_ratio(self):
        left, matches = {}, 0
        for item in self.b:
            left[item] = left.get(item, 0) + 1
        for item in self.a:
            if left.get(item, 0) > 0:
                matches += 1
                left[item] -= 1
        return self._share(matches)

    def real_quick_ratio(self):
        return self._share(min(len(self.a), len(self.b)))


def get_close_matches(word, possibilities, n=3, cutoff=0.6):
    if not n > 0:
        raise ValueError(f"n must be > 0: {n!r}")
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError(f"cutoff must be in [0.0, 1.0]: {cutoff!r}")
    matcher, found = SequenceMatcher(None, "", word), []
    for each in possibilities:
        matcher.set_seq1(each)
        if matcher.real_quick_ratio() >= cutoff and matcher.quick_ratio() >= cutoff and matcher.ratio() >= cutoff:
            found.append((matcher.ratio(), each))
    return [each for _, each in sorted(found, reverse=True)[:n]]


def _head(mark, name, date, lineterm):
    return f"{mark} {name}{chr(9) + date if date else ''}{lineterm}"


def _unified_range(start, stop):
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start if not length else start + 1},{length}"


def unified_diff(a, b, fromfile="", tofile="", fromfiledate="", tofiledate="", n=3, lineterm="\n"):
    found = []
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not found:
            found = [_head("---", fromfile, fromfiledate, lineterm), _head("+++", tofile, tofiledate, lineterm)]
        before, after = _unified_range(group[0][1], group[-1][2]), _unified_range(group[0][3], group[-1][4])
        found.append(f"@@ -{before} +{after} @@{lineterm}")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [" " + line for line in a[i1:i2]]
            if tag == "replace" or tag == "delete":
                found += ["-" + line for line in a[i1:i2]]
            if tag == "replace" or tag == "insert":
                found += ["+" + line for line in b[j1:j2]]
    return found


def _context_range(start, stop):
    length = stop - start
    if length <= 1:
        return str(start + length)
    return f"{start + 1},{start + length}"


def context_diff(a, b, fromfile="", tofile="", fromfiledate="", tofiledate="", n=3, lineterm="\n"):
    found, marks = [], {"insert": "+ ", "delete": "- ", "replace": "! ", "equal": "  "}
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not found:
            found = [_head("***", fromfile, fromfiledate, lineterm), _head("---", tofile, tofiledate, lineterm)]
        tags = [code[0] for code in group]
        found.append("***************" + lineterm)
        found.append(f"*** {_context_range(group[0][1], group[-1][2])} ****{lineterm}")
        if "replace" in tags or "delete" in tags:
            found += [marks[tag] + line for tag, i1, i2, _, _ in group if tag != "insert" for line in a[i1:i2]]
        found.append(f"--- {_context_range(group[0][3], group[-1][4])} ----{lineterm}")
        if "replace" in tags or "insert" in tags:
            found += [marks[tag] + line for tag, _, _, j1, j2 in group if tag != "delete" for line in b[j1:j2]]
    return found
