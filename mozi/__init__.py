"""Mozi, a premieres calendar with posters on S3 and cached pages."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.local import LocalProxy

from mozi import clock, commands, metrics, web
from mozi.calendar.weeks import week_of
from mozi.catalogue.desk import CatalogueDesk
from mozi.database import engine_options, prepare
from mozi.extensions import db
from mozi.logs import configure_logging
from mozi.logs.reporting import start_reporting
from mozi.pagecache.cache import PageCache
from mozi.pagecache.counters import PageCounters
from mozi.pagecache.release import release_of
from mozi.pagecache.store import PageStore
from mozi.posters.batch.queue import PosterQueue
from mozi.posters.batch.selection import Selection
from mozi.posters.build.pipeline import PosterPipeline
from mozi.posters.demand.answers import PosterAnswers
from mozi.posters.demand.builds import OnDemandBuilds
from mozi.posters.demand.schedule import BuildSchedule
from mozi.posters.extras.idle import IdleExtras, IdleThread
from mozi.posters.extras.machine import MachineTime
from mozi.posters.source import new_sources
from mozi.server.capacity import POSTER_WAITERS
from mozi.services import Services, install
from mozi.settings import Settings
from mozi.storage import Storage
from mozi.storage.local import LocalStorage
from mozi.storage.s3 import S3Storage
from mozi.web import layers
from mozi.web.middleware import headers, observing, timing
from mozi.web.middleware.headers import SecurityHeaders

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return the app with all of its parts.

    settings: from the environment if None; raises SettingsError.
    """
    settings = settings or Settings.from_env()
    configure_logging(settings)
    release = release_of(ROOT, settings)
    start_reporting(settings, release=release)
    app = Flask(
        __name__,
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
    )
    _bind_database(app, settings)
    services = make_services(app, settings, release=release)
    install(app, services)
    new_sources.connect(services.schedule.offer_new_sources, sender=app)  # as long as both live
    web.register(app, settings)
    security = SecurityHeaders(services.storage, headers.picture_origins(settings))
    commands.register(app)
    headers.add_security_headers(app, security)
    timing.add_server_timing(app)
    observing.leave_endpoint_names(app)
    metrics.start_at_zero()
    layers.put_in_front(app, services, security)
    return app


def make_services(app: Flask, settings: Settings, *, release: str) -> Services:
    """Return the services of the app."""
    storage = make_storage(settings)
    pipeline = PosterPipeline.from_settings(settings, storage)
    builds = OnDemandBuilds(pipeline, app.app_context, waiters=POSTER_WAITERS)
    queue = make_queue(settings)
    schedule = BuildSchedule(builds, queue)
    extras = IdleExtras(pipeline, lambda: _shown(settings), in_context=app.app_context)
    idle = IdleThread(extras, may_build=schedule.may_build_extras, is_free=MachineTime().is_free)
    pages = PageCache(
        PageStore(app, settings, release=release),
        life_s=settings.page_cache_seconds,
        coalesce_s=settings.page_cache_coalesce_seconds,
    )
    return Services(
        settings=settings,
        storage=storage,
        pipeline=pipeline,
        builds=builds,
        posters=PosterAnswers(builds),
        schedule=schedule,
        idle=idle,
        pages=pages,
        counters=PageCounters(app.app_context),
        catalogue=CatalogueDesk(settings),
        queue=queue,
    )


def _shown(settings: Settings) -> Selection:
    return Selection(shown_from=week_of(clock.today(settings)).first)


def make_storage(settings: Settings) -> Storage:
    """Return S3 if S3_BUCKET is set, else the folder DATA_DIR/media."""
    if settings.s3_bucket is None:
        return LocalStorage(settings.data_dir / "media")
    return S3Storage(
        settings.s3_bucket,
        endpoint_url=settings.s3_endpoint_url,
        public_url=settings.s3_public_url,
        acl=settings.s3_acl,
        prefix=settings.s3_prefix,
    )


def make_queue(settings: Settings) -> PosterQueue | None:
    """Return the queue of posters to build, None without Redis."""
    if settings.redis_url is None:
        return None
    return PosterQueue(settings.redis_url, secret_key=settings.secret_key)


def _bind_database(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    app.extensions["migrate"] = LocalProxy(lambda: _migrations(app))
    with app.app_context():
        prepare(db.engine)


def _migrations(app: Flask) -> object:
    """Return Flask-Migrate's object, made at its first use: Alembic is 8 MB a worker."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    return app.extensions["migrate"]
