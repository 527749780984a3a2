"""The words of permissions and roles are the same wherever people read them."""

import json
from pathlib import Path

import pytest

from huitong import org
from huitong.platform.auth import NOT_GIVEN, OF_GUIDES, PERMISSION_NAMES, Permission

LOCALES = Path(__file__).parents[2] / "web" / "src" / "locales"


def texts(language: str, space: str) -> dict[str, dict[str, dict[str, str]]]:
    found = json.loads((LOCALES / language / f"{space}.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_console_names_permissions_as_the_server_does(language: str) -> None:
    shown = texts(language, "common")["permissions"]
    for permission, name in PERMISSION_NAMES.items():
        area, _, act = permission.partition(".")
        assert shown[area][act] == (name.chinese if language == "zh-CN" else name.english)


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_every_area_of_permissions_has_a_name(language: str) -> None:
    areas = {one.partition(".")[0] for one in set(Permission) - NOT_GIVEN}
    assert areas <= set(texts(language, "access")["areas"])


def test_the_standard_roles_are_those_that_the_group_needs_and_hold_what_can_be_given() -> None:
    assert {role.code for role in org.STANDARD_ROLES} == {
        "group_admin",
        "brand_operator",
        "approver",
        "analyst",
        "regional_supervisor",
        "dealer",
        "store_manager",
        "guide",
        "cashier",
        "customer_service",
        "finance",
        "integrator",
        "auditor",
    }
    for role in org.STANDARD_ROLES:
        assert role.permissions
        assert not role.permissions & NOT_GIVEN
        of_guides = role.permissions & OF_GUIDES
        assert bool(of_guides) == (role.code in {"guide", "group_admin"})
