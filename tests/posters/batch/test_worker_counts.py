"""What all workers count, in /metrics of every web server."""

from __future__ import annotations

import re

import redis
from flask import Flask

from mozi.jobs import work
from mozi.posters.batch.queue import PosterQueue
from tests.conftest import MakeApp


def test_every_web_server_shows_what_the_workers_have_counted(
    app: Flask, queue: PosterQueue, movies: list[int]
) -> None:
    client, thumbs = (
        app.test_client(),
        'mozi_worker_poster_builds_total{media="thumb",result="built"}',
    )
    assert f"{thumbs} 0.0" in client.get("/metrics").text
    queue.enqueue(movies[:1])
    queue.enqueue(movies[1:])
    work(queue, burst=True)
    told = client.get("/metrics").text
    assert f"{thumbs} 3.0" in told
    assert 'mozi_worker_poster_build_seconds_count{stage="decode"} 3.0' in told
    assert 'mozi_worker_source_fetches_total{result="ok"} 3.0' in told


def test_metrics_leave_out_invalid_counts(app: Flask, queue: PosterQueue, redis_url: str) -> None:
    made_up = [
        '["mozi_worker',
        "[1, 2]",
        '["mozi_poster_builds_total", {"a}b": "1"]}',
        "\xff",
        "{}",
    ]
    made_up += ['["mozi_poster_builds_total", {"x y": "1"}]', '["mozi_poster_builds_total", 7]']
    with redis.from_url(redis_url) as client:
        client.hset(f"{queue.name}-counts", mapping=dict.fromkeys(made_up, "1"))
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert not {"x y", "a}b"} & set(re.findall(r"[{,]([^=]+)=", answer.text))


def test_metrics_do_without_the_workers_where_redis_is_gone(make_app: MakeApp) -> None:
    answer = make_app(REDIS_URL="redis://127.0.0.1:1/0").test_client().get("/metrics")
    assert answer.status_code == 200
    assert "mozi_poster_builds_total" in answer.text
    assert "mozi_worker_" not in answer.text
