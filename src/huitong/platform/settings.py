"""Settings from the environment and `huitong.toml`: one typed class, read when asked.

Later sources lose: arguments, `HUITONG_*` in the environment, `huitong.toml` in the working
directory, the defaults below.
"""

import os
import secrets
import tempfile
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from huitong.platform.errors import DomainError, Kind

SECRET_CHARACTERS_MIN = 32
SECRET_BYTES = 32
HIDDEN = "********"
SECRET_FILE = "secret.key"  # noqa: S105 - The name of the file, not what is in it.


class Environment(StrEnum):
    """What the installation is for: a demo makes its own secret, production is given one."""

    DEMO = "demo"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How a log line looks: for people or for programs."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least serious log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(eq=False)
class SettingsInvalid(DomainError):
    """A setting has a value that cannot be used."""

    code: ClassVar[str] = "platform.settings_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "{name} is not usable: {reason}; correct it in the environment or in huitong.toml."
    )
    name: str
    reason: str


@dataclass(eq=False)
class SecretKeyMissing(DomainError):
    """Production was started without a secret key of its own."""

    code: ClassVar[str] = "platform.secret_key_missing"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Production needs a secret key that is not the demo's: set HUITONG_SECRET_KEY to at least"
        " {characters} random characters and keep it outside the backups of the database."
    )
    characters: int = SECRET_CHARACTERS_MIN


class Settings(BaseSettings):
    """Every setting of the platform with its default."""

    model_config = SettingsConfigDict(
        env_prefix="HUITONG_", toml_file="huitong.toml", extra="forbid", frozen=True
    )

    environment: Environment = Environment.DEMO
    home: Path = Path(".huitong")
    database_url: str | None = Field(default=None, repr=False)
    database_connections_max: int = Field(default=8, ge=2, le=50)
    secret_key: SecretStr | None = Field(default=None, min_length=SECRET_CHARACTERS_MIN)
    former_secret_keys: tuple[SecretStr, ...] = ()
    # Addresses and networks whose word is taken for where a call comes from; nobody's by default.
    trusted_proxies: tuple[str, ...] = ()
    inbox_retention_days: int = Field(default=30, ge=1, le=3_650)
    jobs_retention_days: int = Field(default=30, ge=2, le=3_650)
    # A folder; that of the home when it is not set.
    lake_url: str | None = None
    lake_memory_mb: int = Field(default=512, ge=128, le=1_048_576)
    log_format: LogFormat = LogFormat.CONSOLE
    log_level: LogLevel = LogLevel.INFO

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, given: str | None) -> str | None:
        if given is not None and urlsplit(given).scheme not in {"postgresql", "postgres"}:
            message = "it must look like postgresql://user:password@host:5432/database"
            raise ValueError(message)
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return them in one form; who trusts everybody lets everybody choose their address."""
        networks = [ip_network(one.strip()) for one in given]
        if any(network.prefixlen == 0 for network in networks):
            message = "it must name the proxies, not the whole internet"
            raise ValueError(message)
        return tuple(str(network) for network in networks)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - Pydantic passes it by name.
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - The same.
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, environment and file, in this order."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def shown(self) -> dict[str, str]:
        """Return the effective settings as text, secrets hidden."""
        texts = {name: _shown(getattr(self, name)) for name in type(self).model_fields}
        texts["database_url"] = _without_password(self.database_url)
        return texts


def load() -> Settings:
    """Read the settings from the environment and `huitong.toml`.

    :raises SettingsInvalid: when one of them is unknown or unusable.
    """
    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        raise SettingsInvalid(name=_variable(first["loc"][0]), reason=first["msg"]) from None
    except SettingsError as wrong:
        named = max((name for name in Settings.model_fields if name in str(wrong)), key=len)
        raise SettingsInvalid(name=_variable(named), reason="it must be a JSON list") from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsInvalid(name="huitong.toml", reason=str(wrong)) from None


def secret_keys(settings: Settings) -> list[bytes]:
    """Return the secrets of the installation, oldest first, the one that seals now at the end.

    A demo without one makes it once, in `<home>/secret.key`, readable by its owner alone.

    :raises SecretKeyMissing: when production has none, or the one of a demo.
    """
    former = [key.get_secret_value().encode() for key in settings.former_secret_keys]
    return [*former, _current_secret(settings)]


def _current_secret(settings: Settings) -> bytes:
    kept = settings.home / SECRET_FILE
    given = settings.secret_key
    if settings.environment is Environment.DEMO:
        return _made_once(kept) if given is None else given.get_secret_value().encode()
    if given is None:
        raise SecretKeyMissing
    secret = given.get_secret_value().encode()
    if kept.exists() and kept.read_bytes() == secret:
        raise SecretKeyMissing
    return secret


def _made_once(kept: Path) -> bytes:
    """Return the secret in the file; of two processes that make it together one wins."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, prefix=f"{SECRET_FILE}.") as draft:
            draft.write(secrets.token_hex(SECRET_BYTES).encode())
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, kept)
    return kept.read_bytes()


def _variable(name: int | str) -> str:
    return f"HUITONG_{name}".upper()


def _shown(value: object) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value) or "(none)"
    return str(value)


def _without_password(url: str | None) -> str:
    """Return the address with its password hidden, wherever in it the password stands."""
    if url is None:
        return "(embedded PostgreSQL)"
    parts = urlsplit(url)
    if parts.password is not None:
        user, _, host = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=f"{user.partition(':')[0]}:{HIDDEN}@{host}")
    if "password" in parts.query.lower():
        parts = parts._replace(query=HIDDEN)
    return urlunsplit(parts)
