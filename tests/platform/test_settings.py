"""Settings: where they come from, what they refuse, and that they never show a secret."""

import stat
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from huitong.platform import settings
from huitong.platform.settings import Environment, SecretKeyMissing, Settings, SettingsInvalid

KEY = "k" * 40


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory, so that no huitong.toml of the developer is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestLoad:
    def test_without_any_source_it_is_a_demo_on_the_embedded_database(self) -> None:
        loaded = settings.load()
        assert loaded.environment is Environment.DEMO
        assert loaded.database_url is None
        assert loaded.home == Path(".huitong")
        assert loaded.inbox_retention_days == 30

    def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
        self, directory: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (directory / "huitong.toml").write_text('inbox_retention_days = 5\nlog_level = "error"\n')
        monkeypatch.setenv("HUITONG_INBOX_RETENTION_DAYS", "7")
        loaded = settings.load()
        assert loaded.inbox_retention_days == 7
        assert loaded.log_level == "error"
        assert loaded.database_connections_max == 8

    @pytest.mark.parametrize(
        "name,value",
        [
            ("HUITONG_INBOX_RETENTION_DAYS", "0"),
            ("HUITONG_LOG_FORMAT", "xml"),
            ("HUITONG_DATABASE_URL", "mysql://root@localhost/huitong"),
            ("HUITONG_DATABASE_CONNECTIONS_MAX", "many"),
            ("HUITONG_FORMER_SECRET_KEYS", "not a list"),
            ("HUITONG_TRUSTED_PROXIES", "10.0.0.5"),
            ("HUITONG_TRUSTED_PROXIES", '["proxy.example"]'),
            ("HUITONG_TRUSTED_PROXIES", '["*"]'),
            ("HUITONG_TRUSTED_PROXIES", '["10.0.0.5/24"]'),
            ("HUITONG_TRUSTED_PROXIES", '["0.0.0.0/0"]'),
            ("HUITONG_TRUSTED_PROXIES", '["::/0"]'),
        ],
    )
    def test_an_unusable_value_is_refused_by_its_name(
        self, name: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsInvalid) as refused:
            settings.load()
        assert refused.value.name == name
        assert "\n" not in str(refused.value)

    def test_proxies_are_addresses_and_networks_and_none_is_trusted_unless_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert settings.load().trusted_proxies == ()
        monkeypatch.setenv("HUITONG_TRUSTED_PROXIES", '["127.0.0.1", " 10.0.0.0/24", "FD00::5"]')
        loaded = settings.load()
        assert loaded.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/24", "fd00::5/128")
        assert loaded.shown()["trusted_proxies"] == "127.0.0.1/32, 10.0.0.0/24, fd00::5/128"

    def test_a_misspelt_setting_in_the_file_is_refused(self, directory: Path) -> None:
        (directory / "huitong.toml").write_text("inbox_retention = 5\n")
        with pytest.raises(SettingsInvalid, match="HUITONG_INBOX_RETENTION"):
            settings.load()

    def test_a_file_that_is_not_toml_is_refused(self, directory: Path) -> None:
        (directory / "huitong.toml").write_text("inbox_retention_days: 5\n")
        with pytest.raises(SettingsInvalid, match=r"huitong\.toml"):
            settings.load()

    def test_a_refused_secret_is_not_repeated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HUITONG_SECRET_KEY", "hunter2")
        with pytest.raises(SettingsInvalid) as refused:
            settings.load()
        assert "hunter2" not in str(refused.value)


class TestShown:
    def test_secrets_are_hidden(self) -> None:
        shown = Settings(
            secret_key=SecretStr(KEY),
            former_secret_keys=(SecretStr("former" * 8),),
            database_url="postgresql://app:hunter2@db:5432/huitong?sslmode=require",
        ).shown()
        assert shown["secret_key"] == settings.HIDDEN
        assert shown["database_url"] == (
            f"postgresql://app:{settings.HIDDEN}@db:5432/huitong?sslmode=require"
        )
        assert KEY not in str(shown)
        assert "former" not in str(list(shown.values()))

    def test_a_password_in_the_query_is_hidden_too(self) -> None:
        given = Settings(database_url="postgresql:///huitong?host=/run&password=hunter2")
        assert "hunter2" not in str(given.shown())

    def test_neither_secret_nor_address_is_in_the_repr(self) -> None:
        given = Settings(secret_key=SecretStr(KEY), database_url="postgresql://a:hunter2@db/h")
        assert "hunter2" not in repr(given)
        assert KEY not in repr(given)

    def test_every_setting_is_shown(self) -> None:
        assert set(Settings().shown()) == set(Settings.model_fields)


class TestSecretKeys:
    def test_a_demo_makes_its_secret_once_for_its_owner_alone(self, directory: Path) -> None:
        demo = Settings(home=directory / "home")
        first = settings.secret_keys(demo)
        assert settings.secret_keys(demo) == first
        assert len(first[0]) >= 32
        kept = directory / "home" / "secret.key"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert list(kept.parent.iterdir()) == [kept]

    def test_two_demos_have_different_secrets(self, directory: Path) -> None:
        made = [settings.secret_keys(Settings(home=directory / name)) for name in ("one", "two")]
        assert made[0] != made[1]

    def test_makers_that_start_together_agree_on_one_secret(self, directory: Path) -> None:
        demo = Settings(home=directory / "home")
        made: list[bytes] = []
        makers = [
            threading.Thread(target=lambda: made.extend(settings.secret_keys(demo)))
            for _ in range(16)
        ]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        assert len(made) == 16
        assert len(set(made)) == 1

    def test_production_without_a_secret_is_refused(self, directory: Path) -> None:
        with pytest.raises(SecretKeyMissing, match="HUITONG_SECRET_KEY"):
            settings.secret_keys(Settings(environment=Environment.PRODUCTION, home=directory))
        assert list(directory.iterdir()) == []

    def test_production_with_the_secret_of_a_demo_is_refused(self, directory: Path) -> None:
        (demo,) = settings.secret_keys(Settings(home=directory))
        production = Settings(
            environment=Environment.PRODUCTION, home=directory, secret_key=SecretStr(demo.decode())
        )
        with pytest.raises(SecretKeyMissing):
            settings.secret_keys(production)

    def test_former_secrets_come_first(self) -> None:
        given = Settings(
            environment=Environment.PRODUCTION,
            secret_key=SecretStr(KEY),
            former_secret_keys=(SecretStr("a" * 40), SecretStr("b" * 40)),
        )
        assert settings.secret_keys(given) == [b"a" * 40, b"b" * 40, KEY.encode()]
