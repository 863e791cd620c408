"""The dashboard and the alert rules name metrics and labels that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
import yaml

from mozi import metrics
from mozi.posters.batch.worker_counts import OWN, WORKERS
from tests.conftest import MakeApp

MONITORING = Path(__file__).parents[1] / "docs/monitoring"
METRICS = [
    each
    for each in vars(metrics).values()
    if isinstance(each, prometheus_client.metrics.MetricWrapperBase)
]
LABELS = {each._name: set(each._labelnames) for each in METRICS}
LABELS |= {each._name.replace(OWN, WORKERS): set(each._labelnames) for each in metrics.BUILDING}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((MONITORING / "grafana.json").read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


def name_of(sample: str) -> str:
    return re.sub(r"_(total|bucket|count|sum)$", "", sample)


@pytest.mark.parametrize("expression", list(expressions()))
def test_an_expression_names_what_is_counted(expression: str) -> None:
    for sample, _, labels in re.findall(r"(mozi_\w+)(\{([^}]*)\})?", expression):
        assert name_of(sample) in LABELS
        used = set(re.findall(r"(\w+)(?:=~|!~|!=|=)", labels))
        assert used <= LABELS[name_of(sample)]
    for by in re.findall(r"by \(([^)]*)\)", expression):
        known = set().union(*(LABELS[name_of(s)] for s in re.findall(r"mozi_\w+", expression)))
        assert {label.strip() for label in by.split(",")} <= known | {"le", "instance"}
    assert expression.count("(") == expression.count(")")


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name_of(s) for e in expressions() for s in re.findall(r"mozi_\w+", e)}
    assert shown == set(LABELS)


def test_every_metric_and_alert_is_explained() -> None:
    text = (MONITORING / "README.md").read_text()
    assert set(LABELS) <= {name_of(s) for s in re.findall(r"mozi_\w+", text)}
    assert {rule["alert"] for rule in rules()} <= set(re.findall(r"`(Mozi\w+)`", text))


def test_every_alert_says_what_to_do() -> None:
    assert all({"summary", "action"} <= set(rule["annotations"]) for rule in rules())
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))


def test_panels_do_not_lie_upon_one_another() -> None:
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels()]
    assert len(places) == len(set(places))


def test_a_live_app_tells_every_sample_and_has_every_endpoint(
    make_app: MakeApp, redis_url: str
) -> None:
    app = make_app(REDIS_URL=redis_url)
    told = app.test_client().get("/metrics").text
    there = set(re.findall(r"^(mozi_\w+)", told, re.MULTILINE))
    assert {each for e in expressions() for each in re.findall(r"mozi_\w+", e)} <= there
    named = re.findall(r'endpoint(?:=~|!=|=)"([^"]+)"', " ".join(expressions()))
    assert {one for each in named for one in each.split("|")} <= {
        rule.endpoint.rpartition(".")[2] for rule in app.url_map.iter_rules()
    }
