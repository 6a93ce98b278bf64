"""Elements and their escaping."""

from hyperadapters.report.markup import badge, details, element, section, text


def test_elements_escape_attributes_and_leave_out_none() -> None:
    drawn = element("p", text("a < b"), class_="x", data_tip='"&', title=None)
    assert drawn == '<p class="x" data-tip="&quot;&amp;">a &lt; b</p>'


def test_parts_of_a_page() -> None:
    assert section("A & B", "", "x") == "<section><h2>A &amp; B</h2>x</section>"
    assert '<p class="lead">why</p>' in section("A", "why")
    assert details("more", "x") == "<details><summary>more</summary>x</details>"
    assert badge(9) == '<span class="badge c1">J</span>'
