"""What was found in windows goes back to their examples."""

from hyperadapters.tasks import Encoded
from hyperadapters.tasks.windows import Once, Windows


def test_windows_are_laid_out_and_gathered_in_order() -> None:
    each = [[Encoded([n], {}) for n in numbers] for numbers in ([1], [2, 3, 4], [5])]
    windows = Windows.laid_out(each)
    assert [one.ids for one in windows.encoded] == [[1], [2], [3], [4], [5]]
    assert windows.of == [0, 1, 1, 1, 2]
    assert windows.gathered("abcde") == [["a"], ["b", "c", "d"], ["e"]]


def test_no_examples_have_no_windows() -> None:
    assert Windows.laid_out([]).gathered([]) == []


def test_windows_are_made_once_for_the_same() -> None:
    once, made = Once(), []
    first, second = ["a"], ["a"]

    def make() -> list[list[Encoded]]:
        made.append(1)
        return [[Encoded([1], {}), Encoded([2, 3], {}, uncut=False)], [], [Encoded([4], {})]]

    for of, how, number in (
        ((first,), (9,), 1),
        ((first,), (9,), 1),
        ((second,), (9,), 2),
        ((first,), (8,), 3),
    ):
        assert [*map(list, once.windows(of, how, make))] == make()
        made.pop()
        assert len(made) == number
