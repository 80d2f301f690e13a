from decimal import Decimal

import pytest

from quality.scoring import ItemScore, score_of


def item(weight, points, most=5, fatal=False):
    return ItemScore(Decimal(weight), points, most, fatal)


def test_a_score_can_be_done_again_by_hand():
    # 20·5/5 + 30·4/5 + 50·3/5 = 20 + 24 + 30 = 74 of 100
    assert score_of([item("20", 5), item("30", 4), item("50", 3)]).percent == Decimal("74.00")


def test_weights_need_not_add_up_to_a_hundred():
    # (1·2/3 + 2·5/5) / 3 · 100 = 88.888…
    assert score_of([item("1", 2, most=3), item("2", 5)]).percent == Decimal("88.89")


def test_half_a_hundredth_is_rounded_up():
    # 1/8 of the weight of 1 in a sum of 100: 0.125 %
    assert score_of([item("1", 1, most=8), item("99", 0)]).percent == Decimal("0.13")


def test_a_failed_fatal_item_makes_it_zero():
    result = score_of([item("100", 5), item("0", 0, most=1, fatal=True)])
    assert (result.percent, result.is_fatal) == (Decimal("0.00"), True)


def test_a_passed_fatal_item_changes_nothing():
    result = score_of([item("50", 5), item("50", 0), item("0", 1, most=1, fatal=True)])
    assert (result.percent, result.is_fatal) == (Decimal("50.00"), False)


def test_fatal_items_alone_give_all_or_nothing():
    assert score_of([item("0", 1, most=1, fatal=True)]).percent == Decimal("100.00")


@pytest.mark.parametrize(("points", "percent"), [(0, "0.00"), (5, "100.00")])
def test_the_ends_of_the_scale(points, percent):
    assert score_of([item("3.5", points), item("1.25", points)]).percent == Decimal(percent)
