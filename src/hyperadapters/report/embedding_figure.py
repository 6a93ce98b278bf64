"""Maps of the language embeddings as inline SVG, coloured by family."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hyperadapters.errors import DataError
from hyperadapters.report.embedding_map import Vectors, neighbour_share, pca, tsne
from hyperadapters.report.markup import element, figure, text
from hyperadapters.report.summary import language_name

__all__ = ["embedding_figure"]

Points = Mapping[str, tuple[float, float]]
Box = tuple[float, float, float, float]

_SIZE, _MARGIN = 460.0, 30.0
_SHAPES = ("circle", "square", "triangle", "diamond")
_LABEL_PLACES = ((9, 4), (-9, 4), (0, -9), (0, 17), (8, -6), (-8, -6), (8, 14), (-8, 14))


def embedding_figure(vectors: Vectors, families: Mapping[str, str]) -> str:
    """PCA and t-SNE side by side, the families' legend, and the test of nearest neighbours.

    A family of one language is shown as `other`. Fewer than four languages give no map.
    """
    if len(vectors) < 4:
        return ""
    styles = _styles([families[name] for name in vectors if name in families])
    panels = [
        _panel("PCA: distances kept as far as two dimensions can", pca(vectors), families, styles),
        _panel("t-SNE: neighbourhoods kept, distances not", tsne(vectors), families, styles),
    ]
    legend = [element("span", _key(style), text(family)) for family, style in styles.items()]
    if any(families.get(name) not in styles for name in vectors):
        legend.append(element("span", _key(("circle", "none")), "other"))
    return (
        _verdict(vectors, families)
        + (element("p", *legend, class_="legend") if styles else "")
        + element("div", *panels, class_="figures")
    )


def _styles(members: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A shape and a colour for each family of two or more, the largest first."""
    counted = sorted(Counter(members).items(), key=lambda item: (-item[1], item[0]))
    shared = [family for family, count in counted if count > 1]
    return {
        family: (_SHAPES[(place + place // 8) % 4], f"f{place % 8}")
        for place, family in enumerate(shared)
    }


def _verdict(vectors: Vectors, families: Mapping[str, str]) -> str:
    try:
        share = neighbour_share(vectors, families)
    except DataError:
        return ""
    said = (
        f" of the {share.neighbours} nearest neighbours (cosine) are of the same family; "
        f"{100 * share.expected:.0f}% would be by chance (p = {max(share.p, 0.001):.3f} over "
        f"{share.permutations:,} permutations, {share.names} languages)."
    )
    return element("p", element("b", f"{100 * share.share:.0f}%"), said, class_="verdict")


def _panel(
    title: str, points: Points, families: Mapping[str, str], styles: Mapping[str, tuple[str, str]]
) -> str:
    placed = _fitted(points)
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in placed.values()]
    marks, labels = [], []
    for name, (x, y) in placed.items():
        family = families.get(name, "family unknown")
        shape, colour = styles.get(family, ("circle", "none"))
        said = element("title", text(f"{language_name(name)} ({name}), {family}"))
        marks.append(_mark(shape, colour, x, y, said))
        labels.append(_label(name, x, y, taken))
    return figure(title, *marks, *labels, width=_SIZE, height=_SIZE, class_="map")


def _fitted(points: Points) -> Points:
    """The points in the square of the figure, each direction on its own scale."""
    xs, ys = [x for x, _ in points.values()], [y for _, y in points.values()]
    inside = _SIZE - 2 * _MARGIN
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    return {
        name: (_MARGIN + inside * (x - min(xs)) / wide, _MARGIN + inside * (max(ys) - y) / high)
        for name, (x, y) in points.items()
    }


def _key(style: tuple[str, str]) -> str:
    mark = _mark(*style, 7.0, 7.0, "")
    return element("svg", mark, viewBox="0 0 14 14", class_="key", aria_hidden="true")


def _mark(shape: str, colour: str, x: float, y: float, inside: str) -> str:
    kind = f"mark {colour}"
    if shape == "circle":
        return element("circle", inside, cx=x, cy=y, r=5, class_=kind)
    corners = {
        "square": ((-4.6, -4.6), (4.6, -4.6), (4.6, 4.6), (-4.6, 4.6)),
        "triangle": ((0, -5.8), (5.6, 4.4), (-5.6, 4.4)),
        "diamond": ((0, -6.4), (6.4, 0), (0, 6.4), (-6.4, 0)),
    }[shape]
    path = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in corners)
    return element("polygon", inside, points=path, class_=kind)


def _label(name: str, x: float, y: float, taken: list[Box]) -> str:
    """The name beside its point, where it covers least of what is drawn already."""
    width = 6.6 * len(name)
    boxes = {}
    for dx, dy in _LABEL_PLACES:
        left = x + dx - (width / 2 if dx == 0 else width if dx < 0 else 0)
        boxes[dx, dy] = (left, y + dy - 9, left + width, y + dy + 2)
    dx, dy = min(boxes, key=lambda place: _cost(boxes[place], taken))
    taken.append(boxes[dx, dy])
    anchor = "middle" if dx == 0 else "start" if dx > 0 else "end"
    return element("text", text(name), x=x + dx, y=y + dy, class_=f"label {anchor}")


def _cost(box: Box, taken: Sequence[Box]) -> float:
    outside = min(box) < 0 or max(box) > _SIZE
    return sum(_overlap(box, other) for other in taken) + 1000 * outside


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0
