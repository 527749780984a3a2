"""Seals open only where and for whom they were made; indexes are equal only for equal things."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from huitong.platform import crypto
from huitong.platform.crypto import Keyring, SealBroken, SecretTooShort

SECRET = bytes(range(32))
SALT = bytes(range(16))
PLACE = "customers.profile.phone"
SEALED_BY_FIRST_RELEASE = (
    "01770e14a6dab5b3f698103817c9061d761356bc93f73c25f8f4da90d1a62f6d3e0999617a7377aa" + ""
)
INDEX_OF_FIRST_RELEASE = "7deb208c18a7e9148146c67e9b907136"

numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
salts = st.binary(min_size=16, max_size=16)
texts = st.text(max_size=40)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(SECRET)


class TestKnownAnswers:
    def test_the_keys_are_those_of_hkdf(self, keyring: Keyring) -> None:
        group_label = b"person" + (7).to_bytes(8, "big")
        root = hmac.new(b"huitong.v1", SECRET, hashlib.sha256).digest()
        group_key = hmac.new(root, group_label + b"\x01", hashlib.sha256).digest()
        assert group_key == HKDF(SHA256(), 32, salt=b"huitong.v1", info=group_label).derive(SECRET)
        person_label = (9).to_bytes(8, "big") + SALT + b"\x01"
        person_key = hmac.new(group_key, person_label, hashlib.sha256).digest()
        sealed = keyring.person_cipher(7, 9, SALT).seal(b"13800138000", place=PLACE, row=5)
        bound = b"\x01" + b"\x00\x17" + PLACE.encode() + (5).to_bytes(8, "big")
        assert AESGCM(person_key).decrypt(sealed[1:13], sealed[13:], bound) == b"13800138000"

    def test_a_seal_written_by_the_first_release_still_opens(self, keyring: Keyring) -> None:
        sealed = bytes.fromhex(SEALED_BY_FIRST_RELEASE)
        opened = keyring.person_cipher(7, 9, SALT).open(sealed, place=PLACE, row=5)
        assert opened == b"13800138000"

    def test_a_blind_index_of_the_first_release_still_finds(self, keyring: Keyring) -> None:
        index = keyring.blind_index(7, "phone", "", "13800138000")
        assert index.hex() == INDEX_OF_FIRST_RELEASE


class TestSeal:
    @given(value=st.binary(max_size=200), group=numbers, person=numbers, row=numbers, salt=salts)
    def test_what_was_sealed_opens(
        self, value: bytes, group: int, person: int, row: int, salt: bytes
    ) -> None:
        keyring = Keyring(SECRET)
        sealed = keyring.person_cipher(group, person, salt).seal(value, place=PLACE, row=row)
        assert len(sealed) == len(value) + crypto.SEAL_BYTES_ADDED
        assert (
            keyring.person_cipher(group, person, salt).open(sealed, place=PLACE, row=row) == value
        )

    @given(value=st.binary(max_size=40), data=st.data())
    def test_any_changed_byte_breaks_it(self, value: bytes, data: st.DataObject) -> None:
        cipher = Keyring(SECRET).person_cipher(1, 2, SALT)
        changed = bytearray(cipher.seal(value, place=PLACE, row=3))
        at = data.draw(st.integers(min_value=0, max_value=len(changed) - 1))
        changed[at] ^= data.draw(st.integers(min_value=1, max_value=255))
        with pytest.raises(SealBroken):
            cipher.open(bytes(changed), place=PLACE, row=3)

    @given(kept=st.integers(min_value=0, max_value=39))
    def test_any_missing_end_breaks_it(self, kept: int) -> None:
        cipher = Keyring(SECRET).person_cipher(1, 2, SALT)
        sealed = cipher.seal(b"13800138000", place=PLACE, row=3)
        with pytest.raises(SealBroken):
            cipher.open(sealed[:kept], place=PLACE, row=3)

    def test_it_does_not_open_in_another_place_or_row(self, keyring: Keyring) -> None:
        cipher = keyring.person_cipher(1, 2, SALT)
        sealed = cipher.seal(b"13800138000", place=PLACE, row=3)
        for place, row in ((PLACE, 4), ("customers.profile.name", 3)):
            with pytest.raises(SealBroken):
                cipher.open(sealed, place=place, row=row)

    def test_it_does_not_open_for_another_person_group_salt_purpose_or_secret(
        self, keyring: Keyring
    ) -> None:
        sealed = keyring.person_cipher(1, 2, SALT).seal(b"13800138000", place=PLACE, row=3)
        others = [
            keyring.person_cipher(1, 3, SALT),
            keyring.person_cipher(2, 2, SALT),
            keyring.person_cipher(1, 2, SALT[::-1]),
            keyring.day_cipher(1, 2, SALT),
            Keyring(SECRET[::-1]).person_cipher(1, 2, SALT),
        ]
        for other in others:
            with pytest.raises(SealBroken):
                other.open(sealed, place=PLACE, row=3)

    def test_the_same_value_is_sealed_differently_each_time(self, keyring: Keyring) -> None:
        cipher = keyring.day_cipher(1, 739_000, SALT)
        assert len({cipher.seal(b"body", place=PLACE, row=3) for _ in range(1_000)}) == 1_000

    def test_salts_are_never_the_same(self) -> None:
        made = [crypto.new_person_key() for _ in range(500)]
        made += [crypto.new_day_key() for _ in range(500)]
        assert len(set(made)) == 1_000
        assert {len(salt) for salt in made} == {crypto.SALT_BYTES}


class TestRotation:
    @pytest.fixture
    def rotated(self) -> Keyring:
        return Keyring(SECRET[::-1], former_keys=[SECRET])

    def test_old_seals_open_after_a_rotation_and_new_ones_use_the_new_key(
        self, keyring: Keyring, rotated: Keyring
    ) -> None:
        old = keyring.person_cipher(1, 2, SALT).seal(b"name", place=PLACE, row=3)
        cipher = rotated.person_cipher(1, 2, SALT)
        new = cipher.seal(b"name", place=PLACE, row=3)
        assert (old[0], new[0]) == (1, 2)
        assert cipher.open(old, place=PLACE, row=3) == cipher.open(new, place=PLACE, row=3)

    def test_a_seal_of_a_later_key_does_not_open_without_it(
        self, keyring: Keyring, rotated: Keyring
    ) -> None:
        new = rotated.person_cipher(1, 2, SALT).seal(b"name", place=PLACE, row=3)
        with pytest.raises(SealBroken):
            keyring.person_cipher(1, 2, SALT).open(new, place=PLACE, row=3)

    def test_blind_indexes_survive_a_rotation(self, keyring: Keyring, rotated: Keyring) -> None:
        asked = (1, "phone", "", "13800138000")
        assert rotated.blind_index(*asked) == keyring.blind_index(*asked)

    def test_a_short_secret_is_refused_wherever_it_stands(self) -> None:
        with pytest.raises(SecretTooShort):
            Keyring(SECRET[:31])
        with pytest.raises(SecretTooShort, match="32 random bytes"):
            Keyring(SECRET, former_keys=[b"short"])


asked_indexes = st.tuples(numbers, texts, texts, texts)


class TestBlindIndex:
    @given(one=asked_indexes, other=asked_indexes)
    def test_two_are_equal_exactly_when_everything_is(
        self, one: tuple[int, str, str, str], other: tuple[int, str, str, str]
    ) -> None:
        keyring = Keyring(SECRET)
        assert (keyring.blind_index(*one) == keyring.blind_index(*other)) == (one == other)

    @pytest.mark.parametrize("moved", list("ab"))
    def test_a_letter_moved_to_the_next_field_makes_another_index(
        self, keyring: Keyring, moved: str
    ) -> None:
        assert keyring.blind_index(1, "k" + moved, "s", "v") != keyring.blind_index(
            1, "k", moved + "s", "v"
        )
        assert keyring.blind_index(1, "k", "s" + moved, "v") != keyring.blind_index(
            1, "k", "s", moved + "v"
        )

    def test_it_has_sixteen_bytes(self, keyring: Keyring) -> None:
        assert len(keyring.blind_index(1, "openid", "wx1", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M")) == 16
