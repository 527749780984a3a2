"""Log lines: JSON with ids, and nothing that tells who somebody is."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from huitong.platform import logs, personal
from huitong.platform.settings import LogFormat, LogLevel

IDENTITY_NUMBER = "11010519491231002X"  # The example of GB 11643-1999.


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return what the process logs as JSON; the loggers of pytest are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    sink = io.StringIO()
    logs.configure(LogFormat.JSON, LogLevel.INFO, to=sink)
    yield sink
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


class TestLines:
    def test_a_line_has_its_event_fields_level_logger_and_time(self, written: io.StringIO) -> None:
        logs.logger("huitong.channels").info("page.applied", rows=500, refused_count=2)
        (line,) = lines(written)
        assert str(line.pop("timestamp")).endswith("Z")
        assert line == {
            "event": "page.applied",
            "rows": 500,
            "refused_count": 2,
            "level": "info",
            "logger": "huitong.channels",
        }

    def test_ids_of_the_context_are_on_every_line_inside_it(self, written: io.StringIO) -> None:
        with logs.context(request_id="r1", group_id=7):
            logs.logger("x").info("inside")
            logging.getLogger("library").warning("also %s", "inside")
        logs.logger("x").info("outside")
        first, second, third = lines(written)
        assert (first["request_id"], first["group_id"]) == ("r1", 7)
        assert (second["request_id"], second["event"]) == ("r1", "also inside")
        assert "request_id" not in third

    def test_lines_below_the_level_are_not_written(self, written: io.StringIO) -> None:
        logs.logger("x").debug("unseen")
        logging.getLogger("library").debug("unseen")
        assert lines(written) == []

    def test_an_exception_is_told_without_the_number_in_it(self, written: io.StringIO) -> None:
        try:
            raise ValueError("no member 13800138000")  # noqa: EM101, TRY003, TRY301
        except ValueError:
            logs.logger("x").exception("failed")
        (line,) = lines(written)
        assert "ValueError: no member [hidden]" in str(line["exception"])

    def test_a_line_for_people_hides_the_same(self, written: io.StringIO) -> None:
        sink = io.StringIO()
        logs.configure(LogFormat.CONSOLE, LogLevel.INFO, to=sink)
        logs.logger("x").info("called", phone="13800138000", order_id=5)
        assert "order_id=5" in sink.getvalue()
        assert "1380013" not in sink.getvalue()
        assert written.getvalue() == ""

    def test_a_library_that_logs_a_number_is_masked_too(self, written: io.StringIO) -> None:
        logging.getLogger("library").error("cannot reach %s", "ada@example.com")
        assert lines(written)[0]["event"] == "cannot reach [hidden]"


class TestHidden:
    @pytest.mark.parametrize(
        "name",
        ["phone", "buyer_mobile", "email", "receiver_address", "openid", "password", "birthday_on"],
    )
    def test_a_personal_name_hides_any_value(self, name: str) -> None:
        for value in ("secret", 42, ["a"], {"b": 1}):
            assert personal.hidden_fields({name: value}) == {name: personal.HIDDEN}

    @pytest.mark.parametrize(
        "text",
        ["13800138000", "+8613800138000", "+86 138-0013-8000", "a.b+c@mail.example.cn"],
    )
    def test_what_looks_personal_is_hidden_inside_a_text(self, text: str) -> None:
        told = personal.hidden_text(f"row 7: {text} is not known")
        assert told == "row 7: [hidden] is not known"

    def test_an_identity_number_is_told_from_an_order_number_by_its_check_digit(self) -> None:
        assert personal.hidden_text(IDENTITY_NUMBER) == personal.HIDDEN
        order_number = IDENTITY_NUMBER[:-1] + "7"
        assert personal.hidden_text(order_number) == order_number

    def test_nested_values_are_hidden_and_ids_stay(self) -> None:
        fields = {"rows": [{"order_id": 13800138000, "note": "call 13800138000"}, (13800138000,)]}
        assert personal.hidden_fields(fields) == {
            "rows": [{"order_id": 13800138000, "note": "call [hidden]"}, ["[hidden]"]]
        }

    def test_bytes_and_what_is_too_deep_to_look_at_are_hidden(self) -> None:
        deep: dict[str, object] = {"end": "x"}
        for _ in range(personal.NESTING_MAX):
            deep = {"inner": deep}
        assert "x" not in str(personal.hidden_fields(deep))
        assert personal.hidden_fields({"raw": b"138"}) == {"raw": personal.HIDDEN}

    @given(tail=st.integers(min_value=0, max_value=10**9 - 1), second=st.integers(3, 9))
    def test_no_mobile_number_gets_through(self, tail: int, second: int) -> None:
        number = f"1{second}{tail:09}"
        hidden = personal.hidden_fields({"text": f"<{number}>", "number": int(number)})
        assert number not in str(hidden)

    @given(st.integers(min_value=10**11, max_value=2**63 - 1))
    def test_our_own_ids_stay_readable(self, number: int) -> None:
        assert personal.hidden_fields({"order_id": number}) == {"order_id": number}


class TestTrace:
    def test_a_valid_header_hands_its_trace_on(self) -> None:
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        assert logs.trace_id_of(f"00-{trace}-00f067aa0ba902b7-01") == trace

    @pytest.mark.parametrize("header", [None, "", "00-xyz", f"00-{'0' * 32}-00f067aa0ba902b7-01"])
    def test_without_one_a_new_trace_begins(self, header: str | None) -> None:
        made = {logs.trace_id_of(header) for _ in range(3)}
        assert len(made) == 3
        assert {len(trace) for trace in made} == {32}

    def test_request_ids_differ(self) -> None:
        assert len({logs.new_request_id() for _ in range(100)}) == 100


def test_importing_logs_does_not_import_structlog() -> None:
    code = "import sys, huitong.platform.logs; sys.exit('structlog' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
