"""The code of a link: it opens what it was made for, at that tenant, and nothing else."""

from datetime import UTC, datetime, timedelta
from random import Random

from telephony.texts.links import code_of, opened

AT = datetime(2026, 11, 20, 2, 10, tzinfo=UTC)


def test_a_code_opens_its_text_at_its_tenant_alone():
    code = code_of("acme", 71, AT)
    found = opened("acme", code)
    assert (found.text_id, found.ends_at) == (71, datetime(2026, 11, 20, 3, tzinfo=UTC))
    assert opened("globex", code) is None
    assert code_of("acme", 71, AT + timedelta(hours=1)) != code
    assert len(code_of("acme", 10**9, AT)) <= 30


def test_no_code_that_was_changed_opens_anything():
    """Every character changed, pieces swapped, and ten thousand made up."""
    chance, code = Random(7), code_of("acme", 71, AT)
    letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-'<%/é\0"
    for place in range(len(code)):
        for letter in letters:
            changed = code[:place] + letter + code[place + 1 :]
            assert changed == code or opened("acme", changed) is None
    number, hours, signature = code.split("-", 2)
    for other in (
        f"{hours}-{number}-{signature}",
        f"2a-{hours}-{signature}",
        f"{number}-zzzzz-{signature}",
        "",
    ):
        assert opened("acme", other) is None
    for _try in range(10_000):
        made_up = "".join(chance.choices(letters, k=chance.randrange(60)))
        assert opened("acme", made_up) is None
