"""What of a profile stands on a page: what is coarse as it is, what names somebody masked; pure."""

from huitong.customers.model import Profile, ValueShown
from huitong.customers.rules.cities import known_city
from huitong.customers.rules.profiles import FIELDS, masked_name


def shown_values(profile: Profile) -> dict[str, ValueShown]:
    """Return the values of a profile by field, for whoever may not see it unmasked.

    Of a birthday the year and month, as `1990-05`; of free tags and attributes how many there are,
    as anything may stand in them. A city that is not known may be an address: it is masked.
    """
    shown = {name: _shown(name, profile) for name in FIELDS}
    return {name: value for name, value in shown.items() if value is not None}


def _shown(field: str, profile: Profile) -> ValueShown | None:
    if not getattr(profile, field):
        return None
    match field:
        case "gender" if profile.gender is not None:
            return ValueShown(profile.gender.value, is_masked=False)
        case "birthday_on" if profile.birthday_on is not None:
            return ValueShown(f"{profile.birthday_on:%Y-%m}", is_masked=True)
        case "city" if profile.city is not None:
            known = known_city(profile.city)
            masked = ValueShown(masked_name(profile.city), is_masked=True)
            return masked if known is None else ValueShown(known, is_masked=False)
        case "name" if profile.name is not None:
            return ValueShown(masked_name(profile.name), is_masked=True)
        case _:
            return ValueShown(str(len(getattr(profile, field))), is_masked=True)
