"""Answers what was asked under a key once, and a repeat with the first answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from huitong.customers import tables
from huitong.customers.model import RequestKeyUsed
from huitong.platform import crypto
from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import bucket_of_digest

KIND = "request"
Answer = Mapping[str, int]


class Answers:
    """The answers of one batch, in its order; `open` are the places that are still to be done."""

    def __init__(self, keys: Sequence[str | None], hashes: Sequence[bytes]) -> None:
        """Begin with no answer for as many requests as there are keys."""
        self.results: list[Result[Answer] | None] = [None] * len(keys)
        self._keys = keys
        self._hashes = hashes

    @property
    def open(self) -> list[int]:
        """Return the places of the requests that nobody answered yet, each key once."""
        seen: set[str] = set()
        places = []
        for place, (key, result) in enumerate(zip(self._keys, self.results, strict=True)):
            if result is None and (key is None or key not in seen):
                places.append(place)
            if key is not None:
                seen.add(key)
        return places

    def put(self, place: int, answer: Answer) -> None:
        """Answer one request."""
        self.results[place] = Ok(answer)

    def refuse(self, place: int, refusal: DomainError) -> None:
        """Refuse one request; its key stays free."""
        self.results[place] = refusal.as_refused()

    def replay(self, place: int, stored: tuple[str, bytes, Answer], verb: str) -> None:
        """Answer a request with what was answered under its key before."""
        same = (stored[0], bytes(stored[1])) == (verb, self._hashes[place])
        key = self._keys[place] or ""
        self.results[place] = Ok(stored[2]) if same else RequestKeyUsed(key=key).as_refused()

    def keep(self, tx: Tx) -> list[Result[Answer]]:
        """Store the answers under their keys and return them all, in the order of the batch."""
        first: dict[str, int] = {}
        answers: list[Result[Answer]] = []
        for place, (key, result) in enumerate(zip(self._keys, self.results, strict=True)):
            if key is not None and result is None:
                result = self._repeat(place, first[key])  # noqa: PLW2901 - the same result
            assert result is not None, "Every request of a batch is answered."
            if key is not None:
                first.setdefault(key, place)
            self.results[place] = result
            answers.append(result)
        rows = [
            (_bucket(tx, key), key, orjson.dumps(dict(result.value)).decode())
            for key, place in first.items()
            if isinstance(result := answers[place], Ok)
        ]
        tx.write(tables.requests.KEEP_ANSWERS, tables.requests.ANSWER, rows)
        return answers

    def _repeat(self, place: int, first: int) -> Result[Answer]:
        earlier = self.results[first]
        assert earlier is not None, "The first request of a key comes before its repeats."
        if self._hashes[place] == self._hashes[first] or isinstance(earlier, Refused):
            return earlier
        return RequestKeyUsed(key=self._keys[place] or "").as_refused()


def begin(
    tx: Tx,
    verb: str,
    asked: Sequence[tuple[str | None, object]],
    *,
    actors: Sequence[str] | None = None,
    now: datetime,
) -> Answers:
    """Claim the keys of a batch of requests and answer those that were answered before.

    The content of a request is kept as a keyed digest only, as it may be personal. `actors` are who
    asked, where nothing else keeps that.
    """
    index_of = crypto.keyring().blind_indexer(tx.scope.group_id, KIND, verb)
    keys = [key for key, _ in asked]
    by: Sequence[str | None] = actors or [None] * len(asked)
    answers = Answers(keys, [index_of(repr(request)) for _, request in asked])
    claims = {
        key: (_bucket(tx, key), key, index_of(repr(request)), actor)
        for (key, request), actor in reversed(list(zip(asked, by, strict=True)))
        if key is not None
    }
    if not claims:
        return answers
    constants = {"verb": verb, "now": now}
    shape, rows = tables.requests.REQUEST, list(claims.values())
    claimed = {row[0] for row in tx.write(tables.requests.CLAIM_KEYS, shape, rows, constants)}
    answered = [key for key in claims if key not in claimed]
    if answered:
        stored = _stored(tx, answered)
        for place, key in enumerate(keys):
            if key in stored:
                answers.replay(place, stored[key], verb)
    return answers


def _stored(tx: Tx, keys: Sequence[str]) -> dict[str, tuple[str, bytes, Answer]]:
    params = {
        "group_id": tx.scope.group_id,
        "buckets": array([_bucket(tx, key) for key in keys]),
        "keys": text_array(keys),
    }
    return {
        key: (verb, request_hash, answer)
        for key, verb, request_hash, answer in tx.rows(tables.requests.FIND_ANSWERS, params)
    }


def _bucket(tx: Tx, key: str) -> int:
    return bucket_of_digest(crypto.keyring().blind_index(tx.scope.group_id, KIND, "", key))
