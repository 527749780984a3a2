"""The definitions that come with the platform: one file for each metric, in this package."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from huitong.metrics.model import Metric


@cache
def shipped() -> Mapping[str, Metric]:
    """Return the metrics by their codes, in the order in which they are told of."""
    folder = resources.files("huitong.metrics") / "definitions"
    files = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".yaml"))
    found: dict[str, Metric] = {}
    for name, file in files:
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            metric = Metric.model_validate(document)
            assert metric.code not in found, f"{metric.code} is defined twice, also in {name}."
            found[metric.code] = metric
    return found
