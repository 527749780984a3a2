"""The list of every domain's routes, in the order in which OpenAPI shows them."""

from collections.abc import Sequence

from huitong.channels import routes as channels_routes
from huitong.customers import routes as customers_routes
from huitong.entry import (
    model_result_routes,
    model_routes,
    refresh_routes,
    tag_history_routes,
    tag_import_routes,
    tag_routes,
)
from huitong.entry.console import account as console_account
from huitong.entry.console import (
    auditing,
    guide_phones,
    home_routes,
    naming,
    openings_routes,
    person_routes,
    rehearsal_routes,
    suggestion_routes,
    unmasking_routes,
    uploads_waiting,
)
from huitong.entry.console import customers as console_customers
from huitong.entry.console import keys as console_keys
from huitong.entry.console import roles as console_roles
from huitong.entry.console import sessions as console_sessions
from huitong.entry.console import users as console_users
from huitong.entry.doors import guides as guide_door
from huitong.entry.doors import members as member_door
from huitong.entry.guide import routes as guide_routes
from huitong.entry.my import data_routes as my_data_routes
from huitong.entry.my import routes as my_routes
from huitong.entry.rights import policy_routes, request_routes
from huitong.entry.rights import routes as rights_routes
from huitong.identity import routes as identity_routes
from huitong.loyalty import routes as loyalty_routes
from huitong.metrics import routes as metrics_routes
from huitong.orders import routes as orders_routes
from huitong.org import routes as org_routes
from huitong.platform import routes as platform_routes
from huitong.platform.http import Router
from huitong.segments import routes as segments_routes
from huitong.signals import routes as signals_routes

ROUTERS: Sequence[Router] = (
    platform_routes.router,
    *org_routes.ROUTERS,
    guide_phones.router,
    *channels_routes.ROUTERS,
    *customers_routes.ROUTERS,
    rights_routes.router,
    policy_routes.router,
    request_routes.router,
    *identity_routes.ROUTERS,
    person_routes.router,
    rehearsal_routes.router,
    suggestion_routes.router,
    orders_routes.router,
    signals_routes.router,
    *segments_routes.ROUTERS,
    *loyalty_routes.ROUTERS,
    metrics_routes.router,
    model_routes.router,
    model_result_routes.router,
    tag_routes.router,
    tag_history_routes.router,
    tag_import_routes.router,
    refresh_routes.router,
    openings_routes.router,
    uploads_waiting.router,
    home_routes.router,
    auditing.router,
    naming.router,
    unmasking_routes.router,
    *console_customers.ROUTERS,
    console_sessions.router,
    console_account.router,
    console_users.router,
    console_roles.router,
    console_keys.router,
    guide_door.router,
    member_door.router,
    guide_routes.router,
    my_routes.router,
    my_data_routes.router,
)
