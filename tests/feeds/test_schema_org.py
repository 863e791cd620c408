"""What search engines read, and that nothing ends it early."""

from __future__ import annotations

import json

from mozi.feeds.schema_org import breadcrumbs, item_list, json_ld, web_site


def test_no_text_can_end_the_block_or_begin_a_comment() -> None:
    hostile = "</script><!--<script>&\u2028\u2029\"'\\"
    text = json_ld(web_site(hostile, "https://mozi.example/", language="hu"))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["@graph"][0]["name"] == hostile


def test_a_list_counts_its_entries_from_one() -> None:
    entries = [("Őz", "https://mozi.example/film/7-oz"), ("Vad", "https://mozi.example/film/8-vad")]
    node = item_list("Premierek", entries)
    assert node["numberOfItems"] == 2
    assert [each["position"] for each in node["itemListElement"]] == [1, 2]
    assert [each["url"] for each in node["itemListElement"]] == [address for _, address in entries]
    assert [each["item"] for each in breadcrumbs(entries)["itemListElement"]] == [
        address for _, address in entries
    ]
