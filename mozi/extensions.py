"""The Flask extensions, unbound; create_app binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of the models; it names every constraint, so that migrations can change it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)
if TYPE_CHECKING:
    Model = Base  # a type checker does not know db.Model, which is made at run time
else:
    Model = db.Model
babel = Babel()
login = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)  # sign-ins
rates = Limiter(  # visitors (web/rates.py), at addresses without a page too
    get_remote_address, key_prefix="rates", request_identifier=lambda: request.endpoint or "none"
)
