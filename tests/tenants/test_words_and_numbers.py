"""Numbers in one spelling, masked by default; errors say a fact; exports run nothing."""

import pytest

from tenants.errors import BadInput, DomainError
from tenants.exports import neutralise, restore
from tenants.masking import mask_id_number, mask_name, mask_number
from tenants.numbers import format_number, to_e164


@pytest.mark.parametrize(
    ("raw", "country", "stored"),
    [
        ("138 1234 2211", "CN", "+8613812342211"),
        ("008613812342211", "CN", "+8613812342211"),
        ("+44 20 7946 0958", "CN", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("400-555-0100", "CN", "4005550100"),
        ("95533", "CN", "95533"),
        ("10086", "CN", "10086"),
        ("", "CN", None),
        ("anonymous", "GB", None),
        ("${system id}", "CN", None),
        ("1" * 2000, "CN", None),
        (None, "GB", None),
    ],
)
def test_every_spelling_of_a_number_is_stored_the_same(raw, country, stored):
    assert to_e164(raw, country) == stored


def test_a_number_is_grouped_as_in_its_country():
    assert format_number("+442079460958", "GB") == "020 7946 0958"
    assert format_number("+442079460958", "CN") == "+44 20 7946 0958"
    assert format_number("+8613812342211", "CN") == "138 1234 2211"
    assert format_number("4005550100", "CN") == "400 555 0100"
    assert format_number("<b>") == "<b>"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812342211", "138****2211"),
        ("+442079460958", "020****0958"),
        ("95533", "****33"),
        ("4005550100", "400****0100"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_is_masked_but_for_its_ends(number, shown):
    assert mask_number(number) == shown


def test_names_and_papers_are_masked():
    assert mask_name("王小芳") == "王**"
    assert mask_name("Alice Jones") == "A*** J***"
    assert mask_id_number("110101199003071234") == "110***********1234"
    assert mask_id_number("12345") == "*****"


class KettleOnFire(DomainError):
    """The kettle is on fire since %(minutes)s minutes."""


def test_an_error_states_the_fact_in_its_docstring():
    assert str(KettleOnFire(minutes=3)) == "The kettle is on fire since 3 minutes."
    assert KettleOnFire(minutes=3).code == "kettle_on_fire"
    assert KettleOnFire.status == 409


def test_bad_input_names_its_field():
    error = BadInput("Too long.", field="name")
    assert (error.message, error.field, error.status, error.code) == ("Too long.", "name", 400, "bad_input")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", "|x"])
def test_a_formula_leaves_as_text_and_comes_back_as_it_was(text):
    assert neutralise(text) == "'" + text
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize("value", ["-12.50", "+442079460958", "plain", "", 5, None, "'quoted'"])
def test_what_is_no_formula_is_left_alone(value):
    assert neutralise(value) == value
    assert restore(value) == value


def test_control_characters_do_not_reach_a_sheet():
    assert neutralise("a\x00b\x07c") == "abc"
