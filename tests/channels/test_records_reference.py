"""The reference of the canonical records is what the models say."""

from tools.records_reference import TARGET, render


def test_the_reference_of_records_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "Run tools/records_reference.py."
