"""The glossary of the Chinese catalogue: each term once, and where it was seen."""

import csv

from ui.locale import FOLDER

SOURCES = {
    "d2l": "动手学深度学习 (d2l-ai/d2l-zh): TERMINOLOGY.md and its chapters",
    "tf": "TensorFlow's Chinese documentation (tensorflow/docs-l10n, site/zh-cn)",
    "keras": "Keras' Chinese documentation (keras-team/keras-docs-zh)",
    "google": "Google's glossary of machine learning in Chinese, as darigovresearch keeps a copy",
    "sklearn": "scikit-learn's documentation in Chinese (apachecn/sklearn-doc-zh)",
    "pytorch": "PyTorch's documentation in Chinese (apachecn/pytorch-doc-zh)",
}


def test_each_term_has_one_word_and_known_sources():
    with (FOLDER / "zh_Hans" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = list(reader)
    assert reader.fieldnames == ["english", "chinese", "sources"]
    terms = [row["english"] for row in rows]
    assert [term for term in terms if terms.count(term) > 1] == []
    assert [row["english"] for row in rows if not row["chinese"].strip() or None in row] == []
    seen = {source for row in rows if row["sources"] for source in row["sources"].split("; ")}
    assert seen == set(SOURCES)
