"""Values that several threads need."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from cocogan_core.inference.memo import Memo


def test_one_thread_makes_what_the_others_wait_for():
    memo, begun, go_on, made = Memo(), Event(), Event(), []

    def slow():
        begun.set()
        assert go_on.wait(10)
        made.append(1)
        return "value"

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(memo.get, "key", slow)
        assert begun.wait(10)
        others = [pool.submit(memo.get, "key", lambda: made.append(2)) for _ in range(2)]
        go_on.set()
        assert [future.result(10) for future in (first, *others)] == ["value"] * 3
    assert made == [1]


def test_the_least_recently_used_go_first():
    memo = Memo(2)
    memo.put("a", 1)
    memo.put("b", 2)
    assert memo.get("a", lambda: 0) == 1
    memo.put("c", 3)
    assert [memo.get(key, lambda: 0) for key in "ac"] == [1, 3]
    assert memo.get("b", lambda: 0) == 0, "it was kept too long"


def test_what_fails_is_tried_again():
    memo = Memo()
    with pytest.raises(ZeroDivisionError):
        memo.get("key", lambda: 1 / 0)
    assert memo.get("key", lambda: 5) == 5
