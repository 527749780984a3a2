"""The reference of the metrics is what the definitions say."""

from tools.metrics_reference import TARGET, render


def test_the_reference_of_metrics_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == render(), "Run tools/metrics_reference.py."
