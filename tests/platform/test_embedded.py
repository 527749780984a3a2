"""The embedded server: one per home, back after a kill, refusing politely."""

import fcntl
import multiprocessing
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from huitong.platform import embedded
from huitong.platform.embedded import refusals as postgres_refusals
from huitong.platform.embedded import wheel as postgres_wheel
from huitong.platform.embedded.refusals import (
    EmbeddedPostgresDiskFull,
    EmbeddedPostgresFailed,
    EmbeddedPostgresForbidden,
    EmbeddedPostgresMismatch,
    EmbeddedPostgresSlow,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another")


def remove(home: Path) -> None:
    embedded.stop(home)
    shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home)


@pytest.fixture
def home() -> Iterator[Path]:
    """Return an empty home that every account can reach."""
    made = Path(tempfile.mkdtemp(prefix="huitong-embedded-"))
    made.chmod(0o755)
    yield made
    remove(made)


@pytest.fixture(scope="module")
def shared_home() -> Iterator[Path]:
    """Return a home with a server that was started and stopped once; tests leave it stopped."""
    made = Path(tempfile.mkdtemp(prefix="huitong-embedded-"))
    made.chmod(0o755)
    embedded.start(made)
    embedded.stop(made)
    yield made
    remove(made)


def answer(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def number_of_server(home: str) -> int:
    return embedded.start(Path(home)).pid


class TestStart:
    def test_a_new_home_gets_a_server_that_answers(self, home: Path) -> None:
        server = embedded.start(home)
        version = answer(server.url, "SHOW server_version")
        assert version == server.version
        assert server.version.partition(".")[0] == "18"
        assert answer(server.url, "SHOW listen_addresses") == ""
        assert answer(server.url, "SHOW fsync") == "on"
        assert answer(server.url, "SHOW synchronous_commit") == "on"
        assert answer(server.url, "SHOW data_checksums") == "on"
        assert answer(server.url, "SELECT datcollate FROM pg_database LIMIT 1") == "C"

    def test_starting_twice_finds_the_same_server(self, shared_home: Path) -> None:
        assert embedded.start(shared_home) == embedded.start(shared_home)
        embedded.stop(shared_home)

    def test_processes_that_start_together_get_one_server(self, home: Path) -> None:
        with multiprocessing.get_context("spawn").Pool(4) as starters:
            numbers = starters.map(number_of_server, [str(home)] * 4)
        assert len(set(numbers)) == 1

    def test_only_the_account_of_the_server_opens_its_directory(self, shared_home: Path) -> None:
        place = shared_home / "postgres"
        for directory in (place, place / "data", place / "run"):
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700

    def test_a_home_deep_in_the_tree_gets_a_short_socket(self, home: Path) -> None:
        deep = home / ("x" * 60) / ("y" * 60)
        server = embedded.start(deep)
        try:
            directory = Path(str(answer(server.url, "SHOW unix_socket_directories")))
            assert len(os.fsencode(directory / embedded.SOCKET)) <= embedded.SOCKET_PATH_BYTES_MAX
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        finally:
            embedded.stop(deep)
        directory.rmdir()

    def test_a_home_with_quotes_and_spaces_in_its_name_works(self, home: Path) -> None:
        odd = home / "it's 会通 #1?"
        assert answer(embedded.start(odd).url, "SELECT 1") == 1
        embedded.stop(odd)

    def test_our_configuration_is_renewed_at_every_start(self, shared_home: Path) -> None:
        written = shared_home / "postgres" / "data" / "huitong.conf"
        written.write_text("max_connections = 7\n")
        assert answer(embedded.start(shared_home).url, "SHOW max_connections") == "60"
        embedded.stop(shared_home)


class TestAfterAKill:
    def test_committed_rows_are_there_again(self, home: Path) -> None:
        killed = embedded.start(home)
        with psycopg.connect(killed.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(killed.pid, signal.SIGKILL)
        again = embedded.start(home)
        assert again.pid != killed.pid
        assert answer(again.url, "SELECT count(*) FROM kept") == 1000

    def test_sessions_that_outlive_the_server_do_not_hinder_it(self, home: Path) -> None:
        killed = embedded.start(home)
        with psycopg.connect(killed.url) as connection:
            os.kill(killed.pid, signal.SIGKILL)
            assert answer(embedded.start(home).url, "SELECT 1") == 1
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")

    def test_a_process_number_given_to_another_program_is_not_taken_for_the_server(
        self, shared_home: Path
    ) -> None:
        server = embedded.start(shared_home)
        mark = shared_home / "postgres" / "data" / "postmaster.pid"
        left = mark.read_text()
        embedded.stop(shared_home)
        mark.write_text(left.replace(str(server.pid), str(os.getpid()), 1))
        assert embedded.running(shared_home) is None
        assert answer(embedded.start(shared_home).url, "SELECT 1") == 1
        embedded.stop(shared_home)

    def test_a_database_whose_making_was_cut_short_is_made_anew(self, home: Path) -> None:
        embedded.start(home)
        embedded.stop(home)
        data = home / "postgres" / "data"
        data.rename(data.with_name("data.unfinished"))
        (data.with_name("data.unfinished") / "global" / "pg_control").unlink()
        assert answer(embedded.start(home).url, "SELECT 1") == 1


class TestRunningAndStop:
    def test_a_home_without_data_neither_runs_nor_stops(self, tmp_path: Path) -> None:
        assert embedded.running(tmp_path) is None
        embedded.stop(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_stopped_server_does_not_run(self, shared_home: Path) -> None:
        started = embedded.start(shared_home)
        assert embedded.running(shared_home) == started
        embedded.stop(shared_home)
        assert embedded.running(shared_home) is None

    def test_the_last_user_to_leave_stops_the_server(self, shared_home: Path) -> None:
        with embedded.serving(shared_home) as first:
            with embedded.serving(shared_home) as second:
                assert second == first
            assert embedded.running(shared_home) == first
        assert embedded.running(shared_home) is None

    def test_a_user_that_was_killed_counts_no_more(self, shared_home: Path) -> None:
        with (shared_home / "postgres.users").open("a") as killed_user:
            fcntl.flock(killed_user, fcntl.LOCK_SH)
        with embedded.serving(shared_home):
            pass
        assert embedded.running(shared_home) is None


class TestRefusals:
    def test_data_of_another_major_version_is_refused_and_left_alone(
        self, shared_home: Path
    ) -> None:
        version = shared_home / "postgres" / "data" / "PG_VERSION"
        version.write_text("15\n")
        try:
            with pytest.raises(EmbeddedPostgresMismatch) as refused:
                embedded.start(shared_home)
        finally:
            version.write_text("18\n")
        assert refused.value.found == "15"
        assert refused.value.brought.startswith("18.")
        assert "HUITONG_DATABASE_URL" in str(refused.value)

    def test_a_broken_configuration_is_named_in_one_sentence(self, shared_home: Path) -> None:
        override = shared_home / "postgres" / "data" / "postgresql.auto.conf"
        before = override.read_text()
        override.write_text("shared_buffers = 'many'\n")
        try:
            with pytest.raises(EmbeddedPostgresFailed) as refused:
                embedded.start(shared_home)
        finally:
            override.write_text(before)
        assert "postgresql.auto.conf" in str(refused.value)
        assert "\n" not in str(refused.value)

    @as_root
    def test_files_that_were_taken_from_the_account_are_named(self, shared_home: Path) -> None:
        control = shared_home / "postgres" / "data" / "global" / "pg_control"
        owner = control.stat()
        os.chown(control, 0, 0)
        try:
            with pytest.raises(EmbeddedPostgresForbidden):
                embedded.start(shared_home)
        finally:
            os.chown(control, owner.st_uid, owner.st_gid)

    @as_root
    def test_a_full_disk_is_named(self, home: Path) -> None:
        small = home / "small"
        small.mkdir()
        mounted = subprocess.run(
            ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small], check=False
        )
        if mounted.returncode != 0:
            pytest.skip("this machine does not let its root mount anything")
        try:
            with pytest.raises(EmbeddedPostgresDiskFull, match="is full"):
                embedded.start(small)
        finally:
            subprocess.run(["/bin/umount", small], check=True)

    def test_a_socket_directory_that_belongs_to_others_is_refused(self, home: Path) -> None:
        embedded.start(home)
        embedded.stop(home)
        (home / "postgres" / "run").chmod(0o777)
        with pytest.raises(EmbeddedPostgresForbidden):
            embedded.start(home)

    @pytest.mark.parametrize(
        "said,refusal",
        [
            (
                "FATAL:  could not write lock file: No space left on device",
                EmbeddedPostgresDiskFull,
            ),
            ("pg_ctl: server did not start in time", EmbeddedPostgresSlow),
            (
                "initdb: error: could not access directory: Permission denied",
                EmbeddedPostgresForbidden,
            ),
            ("PANIC:  something new", EmbeddedPostgresFailed),
            ("", EmbeddedPostgresFailed),
        ],
    )
    def test_what_postgresql_says_becomes_one_sentence(
        self, said: str, refusal: type[Exception]
    ) -> None:
        answered = postgres_refusals.refusal_for(
            said, account="nobody", root="home/postgres", log="server.log", seconds=900
        )
        assert type(answered) is refusal
        assert str(answered).endswith(".")
        assert "{" not in str(answered)


@as_root
class TestAsRoot:
    def test_the_server_runs_as_nobody(self, shared_home: Path) -> None:
        embedded.start(shared_home)
        owner = (shared_home / "postgres" / "data").stat().st_uid
        embedded.stop(shared_home)
        assert pwd.getpwuid(owner).pw_name == "nobody"

    def test_a_home_that_is_closed_to_others_keeps_its_data_elsewhere(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        assert answer(embedded.start(closed).url, "SELECT 1") == 1
        embedded.stop(closed)
        data = (closed / "postgres").resolve()
        assert data.is_relative_to(postgres_wheel.ELSEWHERE)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        shutil.rmtree(data)
        with pytest.raises(EmbeddedPostgresFailed, match="which is gone"):
            embedded.start(closed)
        (closed / "postgres").unlink()

    def test_programs_in_a_closed_directory_are_copied_to_an_open_one(self, home: Path) -> None:
        nobody = postgres_wheel.account_for(home)
        assert nobody is not None
        installed = postgres_wheel.programs_for(None).directory
        copy = postgres_wheel.copied_to(home / "elsewhere", installed)
        assert nobody.reaches(copy / "postgres")
        made = postgres_wheel.Programs(directory=copy, version="").run(
            nobody, "postgres", "--version"
        )
        assert made.stdout.startswith("postgres (PostgreSQL) 18.")

    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    def test_an_ordinary_account_runs_the_server_itself(self, home: Path) -> None:
        own = home / "own"
        own.mkdir()
        account = postgres_wheel.account_for(own)
        assert account is not None
        os.chown(own, account.uid, account.gid)
        # A new interpreter may be out of that account's reach; a copy of this one is not.
        child = os.fork()
        if child == 0:
            os._exit(_exit_code_of_ordinary_run(account, own))
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert (own / "postgres").stat().st_uid == account.uid
        assert (own / "postgres.lock").stat().st_uid == account.uid


def _exit_code_of_ordinary_run(account: postgres_wheel.Account, home: Path) -> int:
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    try:
        embedded.start(home)
        embedded.stop(home)
    except BaseException:  # noqa: BLE001 - The child has nobody to tell but its exit code.
        traceback.print_exc()
        return 1
    return 0
