"""What the figures draw, against independent computations; what they leave out, and why."""

from dataclasses import replace

import numpy as np
import optuna
import pytest
import torch
from invented import record, study
from scipy import stats

from analysis.evidence.rows import rows_of
from analysis.figures import (
    Drawn,
    Left,
    draw_all,
    forest,
    maps,
    pictures,
    reliability,
    save,
    search,
    svg_text,
)
from analysis.figures import curves as curves_
from analysis.objects import Unknown
from records.choice import Outcome
from records.read import read_study
from search_spaces.base import Choice, Integers, LogUniform, Search, Uniform
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_NOISE,
    ON_MNIST,
    SMALL_ALONE,
    VAE,
    on_mnist_vae,
)
from search_spaces.rows.published import published
from study.planning.optuna_search import OptunaSearch
from trainables.artifacts.artifact import VaeArtifact
from trainables.artifacts.store import Saved, Store
from trainables.links import Dilation, Identity, Noise
from trainables.objectives import Distillation
from trainables.randomness import generator

ALONE = [0.79, 0.80, 0.80, 0.81, 0.80]
TAUGHT = [0.81, 0.81, 0.83, 0.82, 0.80]


def curve_of(run_id, metric):
    """A curve that says which run and metric it belongs to."""
    seed = float(run_id.rpartition("-")[2])
    shift = 100 if metric == "test/cross_entropy" else 0
    return {epoch: seed * 0.1 + epoch + shift for epoch in range(4)}


def drawn(found, name):
    return next(one for one in found if one.name == name)


def test_curves_are_mean_and_deviation_over_seeds():
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: TAUGHT}))
    figure = drawn(curves_.draw(rows, curve_of), "fig02").figure
    expected = np.array([[seed * 0.1 + epoch for epoch in range(4)] for seed in range(5)])
    for panel, shift in zip(figure.axes, (0, 100), strict=True):
        assert len(panel.lines) == 2
        assert panel.lines[0].get_ydata() == pytest.approx(expected.mean(0) + shift)
        (path,) = panel.collections[0].get_paths()
        highest = max(y for x, y in path.vertices if x == 4)
        assert highest == pytest.approx(expected[:, 3].mean() + expected[:, 3].std(ddof=1) + shift)


def test_curves_are_drawn_at_the_epochs_that_all_seeds_measured():
    """Records of before and after a change of what is measured stand in one figure."""

    def read(run_id, metric):
        every = range(40) if run_id.endswith("-0") else (0, 1, 2, 14, 39)
        return {epoch: float(epoch) for epoch in every}

    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: TAUGHT}))
    line = drawn(curves_.draw(rows, read), "fig02").figure.axes[0].lines[0]
    assert line.get_xdata().tolist() == [1, 2, 3, 15, 40]
    assert line.get_ydata().tolist() == [0, 1, 2, 14, 39]


def test_a_title_says_what_is_seen_and_when_it_is_nothing():
    vague = [v + 0.01 * (-1) ** i for i, v in enumerate(ALONE)]
    clear = [v + 0.05 + 0.001 * i for i, v in enumerate(ALONE)]
    for values, says in ((vague, "undecided (some "), (clear, "+0.052 [")):
        rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: values}))
        assert says in drawn(curves_.draw(rows, curve_of), "fig02").title


def test_a_title_speaks_of_the_small_vae_where_it_is_the_only_one():
    found = study({SMALL_ALONE: ALONE, on_mnist_vae("small"): TAUGHT})
    assert (
        "φ VAE (small): accuracy +0.014 ["
        in drawn(curves_.draw(rows_of(found), curve_of), "fig09").title
    )


def test_both_protocols_stand_under_each_other():
    rows = rows_of(study(dict.fromkeys((ON_BIG, SMALL_ALONE), ALONE) | {
        published(s): TAUGHT for s in (ON_BIG, SMALL_ALONE)}))  # fmt: skip
    one = drawn(curves_.draw(rows, curve_of), "fig02")
    assert len(one.figure.axes) == 4
    assert "drift" in one.caption


def test_what_is_missing_or_failed_is_left_out_with_its_command():
    found = study({SMALL_ALONE: ALONE, ON_BIG: TAUGHT[:4]}, 5, [record(ON_BIG, 4, 0, "it broke")])
    (left,) = curves_.draw(rows_of(found), curve_of)
    assert isinstance(left, Left)
    assert "it broke" in left.reason
    assert "python -m study.launch --space invented --retry-failed" in left.reason


def test_the_forest_s_interval_is_scipy_s():
    rows = rows_of(study({SMALL_ALONE: ALONE, ON_BIG: TAUGHT}))
    panel = drawn(forest.draw(rows), "forest").figure.axes[0]
    seeds, whisker = (line.get_xdata() for line in panel.lines[:2])
    expected = stats.ttest_rel(TAUGHT, ALONE).confidence_interval()
    assert whisker == pytest.approx([expected.low, expected.high])
    assert seeds == pytest.approx([b - a for a, b in zip(ALONE, TAUGHT, strict=True)])


def test_the_forest_points_at_what_is_far_off():
    worse = [v - 0.4 + 0.01 * i for i, v in enumerate(ALONE)]
    rows = rows_of(
        study({SMALL_ALONE: ALONE, ON_BIG: TAUGHT, ON_BIG_NOISE: TAUGHT, ON_MNIST: worse})
    )
    panel = drawn(forest.draw(rows), "forest").figure.axes[0]
    assert panel.get_xlim()[0] > -0.2
    assert any("-0.380" in text.get_text() for text in panel.texts)


def searched(asked=()):
    base = replace(on_mnist_vae("all"), held_out=0.2)
    cells = {
        replace(base, objective=Distillation(hard_label_weight=w, temperature=t)): (w, t)
        for w in (0.0, 0.5)
        for t in (1.0, 4.0)
    }
    trials = [
        record(setting, s, 0.9 - 0.1 * w, **{"validation/accuracy": 0.5 + 0.1 * w + 0.01 * t})
        for setting, (w, t) in cells.items()
        for s in range(3)
    ]
    return study(dict.fromkeys(cells, ()), 3, trials, asked)


def test_the_map_s_ring_is_the_choice_of_validation_not_of_test():
    one = drawn(maps.draw(rows_of(searched())), "lambda_temperature")
    panel = one.figure.axes[0]
    (ring,) = panel.lines
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (1, 1)  # T = 4, λ = 0.5
    assert "λ 0.5, T 4" in one.title
    assert "test 0.850" in panel.get_title(loc="left")
    (image,) = panel.images
    assert np.asarray(image.get_array()) == pytest.approx(np.array([[0.51, 0.54], [0.56, 0.59]]))


def test_an_incomplete_grid_is_a_scatter_plot():
    found = searched()
    rows = list(rows_of(found))
    tuned = Distillation(hard_label_weight=0.3, temperature=2.5)
    extra = replace(on_mnist_vae("all"), held_out=0.2, objective=tuned)
    more = study(
        {extra: ()}, 3, [record(extra, s, 0.8, **{"validation/accuracy": 0.5}) for s in range(3)]
    )
    (one,) = maps.draw([*rows, *rows_of(more)])
    assert len(one.figure.axes[0].collections[0].get_offsets()) == 5


def test_a_map_needs_a_validation_score():
    found = {replace(ON_BIG, objective=Distillation(hard_label_weight=w, temperature=t)): ALONE
             for w in (0, 0.5) for t in (1.0, 2.0)}  # fmt: skip
    (left,) = maps.draw(rows_of(study(found)))
    assert "nothing was held out" in left.reason


def history(search, count, score):
    """A search's Optuna study, and what would be recorded of it: two seeds of each setting."""
    walker = OptunaSearch(search)
    asked = walker.ask(count)
    scores = [score(setting) for setting in asked]
    walker.tell([Outcome({"accuracy": one, "cross_entropy": 1 - one}) for one in scores])
    trials = [
        record(setting, seed, 0.8, **{"validation/accuracy": score(setting)})
        for setting in asked
        for seed in range(2)
    ]
    rows = rows_of(study(dict.fromkeys(asked, ()), 2, trials, asked))
    for row, searched in zip(rows, walker.searched(), strict=True):
        row.planned = replace(row.planned, searched=searched)
    return walker.study, rows


LAMBDA_T = {"objective.hard_label_weight": Uniform(0, 1), "objective.temperature": Uniform(1, 2)}


def test_a_search_s_history_and_what_mattered():
    tried = Search(base=on_mnist_vae("all"), over=LAMBDA_T, sampler="random")
    _, rows = history(tried, 12, lambda setting: setting.objective.hard_label_weight / 2)
    one = drawn(search.draw(rows), "search_search")
    points, best = one.figure.axes[0].lines[:2]
    scores = [row.number("lambda") / 2 for row in rows]
    assert points.get_ydata() == pytest.approx(scores)
    assert best.get_ydata() == pytest.approx(np.maximum.accumulate(scores))
    assert "λ matters most" in one.title
    bars = [tick.get_text() for tick in one.figure.axes[1].get_yticklabels()]
    assert bars == ["T", "λ"]
    (left,) = search.draw(rows[:3])
    assert "8 are needed" in left.reason
    assert list(search.draw(rows_of(study({SMALL_ALONE: ALONE})))) == []


def test_importances_are_those_of_the_search_s_own_optuna_study():
    """From the records alone, of numbers and choices, also where only some settings have them."""
    tried = Search(
        base=ON_BIG,
        over={
            "link": Choice(Identity(), Noise(), Dilation()),
            "link.std": LogUniform(0.01, 1),
            "link.draws": Integers(1, 50, log=True),
            "student.hidden": Choice((8,), (16,)),
            "schedule.weight_decay": LogUniform(1e-5, 1e-2),
        },
        sampler="random",
    )

    def score(setting):
        return (0.5 if setting.link.name == "noise" else 0.3) + 10 * setting.schedule.weight_decay

    told, rows = history(tried, 40, score)
    found = search.importances(rows)
    assert found == pytest.approx(optuna.importance.get_param_importances(told))
    assert sum(found.values()) == pytest.approx(1)
    assert found.keys() == {*tried.over}
    one = drawn(search.draw(rows), "search_search")
    bars = [tick.get_text() for tick in one.figure.axes[1].get_yticklabels()]
    assert {*bars} == {"link", "std", "draws", "hidden", "weight decay"}
    assert bars[-1] in ("link", "weight decay")
    assert f"{bars[-1]} matters most" in one.title


def test_reliability_is_pooled_by_objects():
    bins = [
        {"objects": [10, 30], "confidence": [0.2, 0.8], "accuracy": [0.1, 0.9]},
        {"objects": [30, 10], "confidence": [0.4, 0.6], "accuracy": [0.5, 0.5]},
    ]
    row = rows_of(study({SMALL_ALONE: ALONE[:2]}, 2))[0]
    for seed, one in enumerate(bins):
        text = str(one).replace("'", '"')
        row.finished[seed] = replace(row.finished[seed], tags={"reliability.student": text})
    objects, confidence, accuracy = reliability.pooled(row, "student")
    assert objects.tolist() == [40, 40]
    assert confidence == pytest.approx([0.35, 0.75])
    assert accuracy == pytest.approx([0.4, 0.8])
    assert reliability.calibration_error(
        np.array([objects, confidence, accuracy])
    ) == pytest.approx(0.05)
    assert reliability.pooled(row, "teacher") is None


def stored_vae(store, **recipe):
    artifact = VaeArtifact(recipe=replace(VAE, **recipe), seed=0)
    vae = artifact.recipe.build(generator("test", 0))
    from trainables.identity import canonical

    store.save("vae", artifact.key, Saved(vae.state_dict(), {}), canonical(artifact))
    return artifact, vae


def test_pictures_show_the_link_s_and_the_vae_s_own_output(tmp_path):
    store = Store(tmp_path)
    rows = rows_of(study({ON_BIG_NOISE: ALONE, on_mnist_vae("all"): ALONE}))
    found = list(pictures.draw(rows, store))
    assert [type(one) for one in found] == [Drawn, Left, Left]
    assert "VAE" in found[1].reason
    assert "python -m study.launch --space paper_table" in found[2].reason

    artifact, _ = stored_vae(store)
    _, flat = stored_vae(store, latent_size=2)
    row = next(row for row in rows if row["link"] == "VAE")
    row.finished[0] = replace(row.finished[0], tags={"artifact.vae": artifact.key})
    fig03, fig07, fig08 = pictures.draw(rows, store)
    garments = fig03.figure.axes[0].images[0].get_array()
    assert garments.shape == (28, 280)
    noise = np.asarray(fig03.figure.axes[1].images[0].get_array()) - np.asarray(garments)
    assert 0.02 < abs(noise).mean() < 0.1
    assert len(fig07.figure.axes) == 4
    plane = fig08.figure.axes[0].images[0].get_array()
    corner = stats.norm.ppf([0.5 / 12, 1 - 0.5 / 12])  # top left: z₁ lowest, z₂ highest
    z = torch.tensor([[corner[1], corner[0]]], dtype=torch.float32)
    expected = flat.counterpart_logits(z).sigmoid().detach().reshape(28, 28)
    assert np.asarray(plane[:28, :28]) == pytest.approx(expected.numpy(), abs=1e-5)


def test_the_same_records_give_the_same_svg(golden_client, tmp_path):
    found = read_study(golden_client, "smoke")
    texts = []
    for _ in range(2):
        figures, left = draw_all(
            found, rows_of(found), golden_client, None, Unknown("no data here")
        )
        texts.append([svg_text(one) for one in figures])
    assert texts[0] == texts[1]
    assert {"forest", "lambda_temperature", "curves_search", "fig03", "reliability"} <= {
        one.name for one in figures
    }
    assert {one.name for one in left} >= {"search_search", "fig07"}
    paths = save(figures[:2], tmp_path)
    assert [path.suffix for path in paths] == [".png", ".svg"] * 2
    assert all(path.stat().st_size > 5_000 for path in paths)
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_is_drawn_that_does_not_apply():
    rows = rows_of(study({SMALL_ALONE: ALONE}))
    assert (
        list(forest.draw(rows)) == list(maps.draw(rows)) == list(pictures.draw(rows, None)) == []
    )
