"""The spam model on the shared lists: the shipped command, its figures, and its pass lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from linkstead.cli import main
from linkstead.journey.judging import default_model
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any], Path]:
    """The model and figures that `linkstead quality fit` makes of the shared lists."""
    lists = (
        shared("spam-matomo-referrer", "spammers.txt"),
        shared("majestic-million-excerpt", "majestic_million.csv"),
        shared("topsites-opendns-2014", "opendns-top-domains.txt"),
        shared("topsites-opendns-2014", "opendns-random-domains.txt"),
    )
    folder = tmp_path_factory.mktemp("fit")
    names = ["--to", str(folder / "model.json"), "--figures", str(folder / "figures.json")]
    asked = [
        "--bad",
        str(lists[0]),
        "--good",
        *map(str, lists[1:]),
        *names,
        "--svg",
        str(folder / "curve.svg"),
    ]
    assert main(["quality", "fit", *asked]) == 0
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return model, json.loads((folder / "figures.json").read_text(encoding="utf-8")), folder


def test_reputable_domains_are_flagged_in_one_of_two_hundred_at_most(fitted: tuple[Any, Any, Path]) -> None:
    by_list = fitted[1]["flagged_by_list"]
    for name in ("majestic_million.csv", "opendns-top-domains.txt"):
        assert by_list[name]["domains"] > 3_000
        assert by_list[name]["share"] <= 0.005


def test_likelihoods_are_true_on_the_half_that_was_not_fitted(fitted: tuple[Any, Any, Path]) -> None:
    figures = fitted[1]
    assert figures["cases"] > 15_000
    assert figures["calibration_error"] <= 0.03
    assert figures["calibration_error_interval"][1] <= 0.03
    assert figures["brier"] < figures["brier_of_the_base_rate"]
    assert figures["above_0.9"]["observed"] >= 0.85


def test_host_names_alone_tell_seven_of_ten_pairs(fitted: tuple[Any, Any, Path]) -> None:
    """The recall that names without countries reach is far below the 60% that one would wish for."""
    figures = fitted[1]
    assert figures["read"] == "host names only"
    assert figures["auc"] >= 0.70
    assert figures["at_half_percent_false_positives"]["recall"] >= 0.20


def test_no_country_is_flagged_more_than_one_in_fifty(fitted: tuple[Any, Any, Path]) -> None:
    by_suffix = fitted[1]["false_positives_by_suffix"]
    countries = {name: row for name, row in by_suffix.items() if len(name) == 2 and row["good"] >= 50}
    assert len(countries) > 10
    assert all(row["flagged"] <= 0.02 * row["good"] for row in countries.values())


def test_the_shipped_model_is_that_of_the_shared_lists(fitted: tuple[Any, Any, Path]) -> None:
    model, _, folder = fitted
    shipped = default_model()
    assert model["learnt_from"] == shipped.learnt_from
    for name, weight in shipped.weights.items():
        assert model["weights"][name]["log_odds"] == pytest.approx(weight.log_odds, abs=0.01)
    assert (folder / "curve.svg").read_text(encoding="utf-8").startswith("<svg")
