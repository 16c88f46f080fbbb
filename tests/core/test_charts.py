"""Geometry of the drawings: what is drawn is what the table says."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from core.bars import BarGroup, bars
from core.curves import PLOT_BOTTOM, PLOT_TOP, CurvePoint, curve
from core.figures import WIDE, WIDTH
from core.timelines import TimelineMark, TimelineRow, timeline

START, END, TODAY = date(2023, 3, 15), date(2028, 3, 15), date(2026, 3, 15)


def missions(*rows, marks=()):
    return timeline(START, END, TODAY, rows, "Frise", marks=marks)


def test_a_mission_is_drawn_from_its_start_to_the_term():
    figure = missions(TimelineRow(label="Accès aux soins", start=START, end=END))
    box = figure.boxes[0]
    assert (box.x, round(box.x + box.width, 1)) == (WIDE.left, WIDE.right)


def test_a_mission_that_has_not_started_is_in_the_table_only():
    figure = missions(TimelineRow(label="Crises", start=None, end=None, state="en retard"))
    assert figure.boxes == () and figure.rows == (("Crises", "non démarrée", "", "en retard"),)


def test_the_frame_names_the_signature_each_anniversary_and_the_term():
    words = [text.text for text in missions().texts]
    assert words[:6] == ["signature", "mars 2024", "mars 2025", "mars 2026", "mars 2027", "échéance"]


def test_a_contract_of_29_february_has_its_anniversary_on_the_28th():
    figure = timeline(date(2024, 2, 29), date(2029, 2, 28), TODAY, [], "Frise")
    assert [text.text for text in figure.texts][1] == "février 2025"


def test_today_is_drawn_only_inside_the_contract():
    assert any(text.text == "aujourd’hui" for text in missions().texts)
    after = timeline(START, END, date(2030, 1, 1), [], "Frise")
    assert not any(text.text == "aujourd’hui" for text in after.texts)


def test_events_have_their_own_line_and_a_row_in_the_table():
    figure = missions(marks=[TimelineMark(on=date(2024, 4, 2), label="Dialogue annuel")])
    assert len(figure.lozenges) == 1 and figure.rows[0][:2] == ("Dialogue annuel", "2 avril 2024")


def test_each_figure_of_the_table_says_what_it_is_on_a_phone():
    figure = missions(TimelineRow(label="Accès aux soins", start=START, end=END))
    assert 'data-label="Début"' in render_to_string("components/figure.html", {"figure": figure})


def test_amounts_are_aligned_as_figures_in_the_table_and_dates_as_words():
    drawn = {
        "bars": bars("Montants", [BarGroup(label="A", values=(Decimal(1),))], ("Dû",)),
        "curve": curve("Suite", [CurvePoint(label="A", value=Decimal(1)), CurvePoint(label="B", value=Decimal(2))]),
        "timeline": missions(TimelineRow(label="A", start=START, end=END)),
    }
    html = {name: render_to_string("components/figure.html", {"figure": figure}) for name, figure in drawn.items()}
    assert {name: text.count('class="amount"') for name, text in html.items()} == {"bars": 2, "curve": 3, "timeline": 0}


def test_a_frame_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="avant"):
        timeline(END, START, TODAY, [], "Frise")


def test_the_longest_bar_is_the_highest_amount_and_others_are_in_proportion():
    groups = [BarGroup(label="A", values=(Decimal(100), Decimal(50))), BarGroup(label="B", values=(Decimal(25), None))]
    figure = bars("Montants", groups, ("Dû", "Versé"))
    widths = [box.width for box in figure.boxes]
    assert widths[1] * 2 == pytest.approx(widths[0], abs=0.2) and len(widths) == 3
    assert figure.rows[1] == ("B", "25,00\u00a0€", "–")
    assert max(box.x + box.width for box in figure.boxes) < WIDTH - 90


def test_bars_without_any_amount_are_drawn_empty():
    figure = bars("Montants", [BarGroup(label="A", values=(Decimal(0), None))], ("Dû", "Versé"))
    assert figure.boxes == ()
    assert bars("Montants", [], ("Dû",)).height == 30


def test_a_missing_value_breaks_the_curve():
    points = [CurvePoint(label=str(year), value=value) for year, value in ((1, Decimal(2)), (2, None), (3, Decimal(4)))]
    figure = curve("Indicateur", points, unit="%")
    assert figure.path.count("M") == 2 and len(figure.dots) == 2 and figure.rows[1] == ("2", "–")
    assert figure.rows[0] == ("1", "2\u00a0%")


def test_a_payout_in_levels_climbs_by_steps_placed_by_their_threshold():
    points = [CurvePoint(label=str(at), value=Decimal(at), at=Decimal(at)) for at in (0, 10, 40)]
    figure = curve("Barème", points, steps=True)
    xs = [x for x, _ in figure.dots]
    assert (xs[2] - xs[0]) == pytest.approx(4 * (xs[1] - xs[0]), abs=0.5)
    assert figure.path.count("L") == 4


@pytest.mark.parametrize("values", [("0",), ("-3", "5"), ("0.01", "0.02"), ("66614", "91304"), ("7", "7")])
def test_every_value_stays_inside_the_frame(values):
    figure = curve("Indicateur", [CurvePoint(label=v, value=Decimal(v)) for v in values], target=Decimal(values[-1]))
    assert all(PLOT_TOP <= y <= PLOT_BOTTOM for _, y in figure.dots)


def test_target_and_baseline_that_are_close_do_not_cover_each_other():
    points = [CurvePoint(label="2026", value=Decimal(0)), CurvePoint(label="2027", value=Decimal(100))]
    figure = curve("Indicateur", points, target=Decimal(50), baseline=Decimal(49))
    for drawn in (figure, figure.narrow):
        heights = {text.text.split()[0]: text.y for text in drawn.texts if text.text.startswith(("cible", "référence"))}
        assert heights["référence"] - heights["cible"] >= 14


def test_the_drawing_writes_its_numbers_with_a_point_and_its_words_in_a_table(settings):
    settings.USE_THOUSAND_SEPARATOR = True
    html = render_to_string(
        "components/figure.html", {"figure": missions(TimelineRow(label="A & B", start=TODAY, end=END))}
    )
    assert 'x="' in html and "A &amp; B" in html and '<th scope="row">A &amp; B</th>' in html
    assert not [part for part in html.split(' x="')[1:] if "," in part.split('"')[0]]


LONG = "Accompagnement des professionnels de santé (option)"


def written(figure) -> str:
    return " ".join(text.text for text in figure.texts)


@pytest.mark.parametrize(
    "figure",
    [
        missions(TimelineRow(label=LONG, start=START, end=END)),
        bars("Montants", [BarGroup(label=LONG, values=(Decimal(1), Decimal(2)))], ("Dû", "Versé")),
        curve("Barème", [CurvePoint(label=LONG, value=Decimal(1)), CurvePoint(label="Autre", value=Decimal(2))]),
    ],
    ids=["timeline", "bars", "curve"],
)
def test_a_long_name_is_written_whole_on_a_page_and_on_a_phone(figure):
    assert LONG in written(figure) and LONG in written(figure.narrow)
    assert "…" not in written(figure) + written(figure.narrow)


def test_the_phone_reads_the_same_missions_at_the_same_places():
    rows = [TimelineRow(label=LONG, start=TODAY, end=END), TimelineRow(label="Prévention", start=START, end=END)]
    figure = missions(*rows, marks=[TimelineMark(on=TODAY, label="Dialogue")])
    narrow = figure.narrow
    assert [text.text for text in narrow.texts][:6] == ["2023", "2024", "2025", "2026", "2027", "2028"]
    first, second = narrow.boxes
    assert (second.x, second.x + second.width) == (8, narrow.width - 8)
    assert first.x == pytest.approx(8 + (narrow.width - 16) * 0.6, abs=0.5)  # three years of five
    assert first.y < second.y < narrow.lozenges[0].y < narrow.height


def test_labels_that_would_touch_are_written_one_under_the_other():
    points = [CurvePoint(label="219 passages", value=Decimal(1), at=Decimal(at)) for at in (1, 2, 30)]
    heights = [text.y for text in curve("Barème", points).narrow.texts if text.text == "219 passages"]
    assert heights[0] == heights[2] < heights[1]


def test_no_line_of_a_day_crosses_the_name_above_its_bar():
    """On a narrow screen the names stand over the bars: the day and the years stop at each."""
    long = "Accompagnement des professionnels de santé sur le territoire (option)"
    rows = [TimelineRow(label=name, start=START, end=None) for name in ("Accès aux soins", long)]
    figure = missions(*rows, marks=[TimelineMark(on=TODAY, label="Avenant")]).narrow
    names = [text.y for text in figure.texts if not text.is_strong and text.y > 20]
    assert len(names) == 4  # the long one is on two lines
    assert all(not line.y1 < y - 2 < line.y2 for line in figure.lines for y in names)
    assert [line.y2 for line in figure.lines if line.width == 2][-1] > max(names)
