"""Files as nobody writes them: sound ones with bytes or JSON values changed. Strategies of hypothesis."""

import copy
import json

from hypothesis import strategies as st

ODD = (
    None, True, -1, 0, 1, 0.5, 1e308, -1e-300, float("nan"), float("inf"), 2**31, 2**63, 10**400, "", "x", "\x1b[2J",
    "\u202egnp", "\ud800", "[/x]", "../x.npy", "x" * 5000, [], [[]], {}, [0] * 2000, json.loads("[" * 60 + "]" * 60),
)  # fmt: skip


@st.composite
def changed_bytes(draw, content):
    """``content`` with a few bytes flipped, cut out, inserted, repeated, or cut off."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        at = at if draw(st.booleans()) else min(at, 200)  # headers matter most
        kind = draw(st.sampled_from(("flip", "set", "cut", "insert", "repeat", "end")))
        if kind == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set":
            data[at : at + 4] = draw(st.sampled_from((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80")))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 64))]
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=16))
        elif kind == "repeat":
            data[at:at] = data[at : at + draw(st.integers(1, 64))] * draw(st.integers(1, 50))
        else:
            del data[at:]
    return bytes(data)


@st.composite
def changed_json(draw, value):
    """The text of ``value`` with values replaced, removed, added, or names that stand there twice."""
    changed = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        place, key = draw(st.sampled_from(list(_places(changed)) or [({"x": 0}, "x")]))
        if draw(st.integers(0, 5)) == 0:
            place.pop(key)
        else:
            place[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    text = json.dumps(changed)
    if draw(st.integers(0, 15)) == 0:
        text = text.replace("{", '{"format": 1, "format": 1,', 1)
    return text


def _places(value):
    """Every (container, key) of a JSON value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])
