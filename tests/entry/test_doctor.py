"""What the doctor makes of what it sees."""

from pathlib import Path

import pytest

from huitong.entry.doctor import disk_finding, proxies_finding, queue_finding, skew_finding
from huitong.entry.findings import Finding, State
from huitong.platform.jobs import QueueState
from huitong.platform.settings import Environment, Settings

GIB = 1 << 30


@pytest.mark.parametrize(
    "finding, state",
    [
        (disk_finding(Path("/"), 6 * GIB), State.WELL),
        (disk_finding(Path("/"), 4 * GIB), State.LOOK),
        (disk_finding(Path("/"), GIB // 2), State.BROKEN),
        (skew_finding(-1.9), State.WELL),
        (skew_finding(-2.1), State.LOOK),
        (skew_finding(31.0), State.BROKEN),
        (proxies_finding(Settings()), State.WELL),
        (proxies_finding(Settings(environment=Environment.PRODUCTION)), State.LOOK),
        (
            proxies_finding(
                Settings(environment=Environment.PRODUCTION, trusted_proxies=("10.0.0.5",))
            ),
            State.WELL,
        ),
        (queue_finding("jobs", QueueState(9, 120, 2, 0)), State.WELL),
        (queue_finding("jobs", QueueState(0, 0, 2, 1)), State.LOOK),
        (queue_finding("jobs", QueueState(9, 121, 0, 0)), State.BROKEN),
    ],
    ids=lambda given: given.found if isinstance(given, Finding) else given,
)
def test_a_finding_has_a_state_and_a_remedy_when_it_is_not_well(
    finding: Finding, state: State
) -> None:
    assert finding.state is state
    assert bool(finding.remedy) is (state is not State.WELL)
