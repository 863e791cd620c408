"""Moments as the desk shows them: in the site's time zone, to the minute."""

from __future__ import annotations

from datetime import datetime

from mozi.services import services
from mozi.web.admin.base import blueprint
from mozi.web.i18n.languages import current, dates_in
from mozi.web.rendering import today


@blueprint.app_template_filter("moment")
def moment(at: datetime) -> str:
    """Return "ma, 15:02" or "nov. 24., 15:02" (English: "today, 15:02", "24 Nov, 15:02")."""
    local, dates = at.astimezone(services().settings.site_timezone), dates_in(current())
    day = local.date()
    name = dates.near_day(day, today=today()) or dates.short_day(day, today=today())
    return f"{name}, {local:%H:%M}"
