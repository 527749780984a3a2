"""Takes from all customers of the lake what they are then scored by."""

from datetime import date

import numpy as np

from huitong.segments.model.lifetime import LifetimeModel
from huitong.segments.model.model_versions import Document, Fitted
from huitong.segments.model.rfm import RfmModel
from huitong.segments.queries.model_facts import ModelFacts
from huitong.segments.queries.model_rfm import measure_shards
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, SHARD_SIZE, shard_count
from huitong.segments.rules.lifetime import Buying, summarise
from huitong.segments.rules.lifetime_scores import fit as fit_lifetime
from huitong.segments.rules.rfm import take_thresholds


def fitted_by(facts: ModelFacts, document: Document, *, today: date) -> Fitted:
    """Return the thresholds or parameters that everybody's purchases give.

    :raises NobodyBought: when no customer bought in the window of RFM.
    :raises LifetimeUnfit: when the purchases cannot carry a fit.
    """
    customers = len(facts.place_living())
    if isinstance(document, RfmModel):
        measures = measure_shards(facts, document, customers=customers, today=today)
        return take_thresholds(document, measures, today=today)
    assert isinstance(document, LifetimeModel), "Nothing else is fitted."
    shards = range(max(shard_count(customers), 1))
    parts = [
        summarise(
            document,
            facts.purchases(shard),
            customers=min(customers - (shard << SHARD_BITS), SHARD_SIZE),
            until=today,
        )
        for shard in shards
    ]
    whole = Buying(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return fit_lifetime(document, whole, until=today)
