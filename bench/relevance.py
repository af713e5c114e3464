"""Which text is about the same matter? `python -m bench.relevance [--pages FOLDER]`

86 real pages (shared data, boilerplate-readability). Each article's main text is cut in two at the middle
word: the first half stands for the text around a link, the second for the target. Every first half ranks
all second halves; the true one should come first. Then title against body, and what a link has in
practice: 40 words from the first half against the title and 25 words of the second. Both are done by the
product's TF-IDF (page counts of the first halves alone, so that the truth is not counted) and by
WordLlama (static embeddings in its wheel) where it is installed. Told: mean reciprocal rank, recall at 1,
area under the curve of same article against others, milliseconds a pair (texts read anew, median of
three), megabytes the method holds, and the likeness that 1% and 5% of foreign pairs reach.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from linkstead.page import read_page
from linkstead.quality.relevance import counts_of, likeness, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
    Ranker = Callable[[Sequence[str], Sequence[str]], Matrix]

DATA = Path(os.environ.get("LINKSTEAD_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
FEWEST_WORDS = 60
#: Pages of placeholder text are all about the same nothing: left out (see docs/decisions/0012-relevance.md).
PLACEHOLDER = {"lorem", "tempor", "consectetur"}


class Article(NamedTuple):
    """One article: its title and its words."""

    title: str
    words: list[str]


def articles(folder: Path) -> list[Article]:
    """The main texts, as the corpus gives them; very short ones have no halves."""
    found = []
    for page in sorted(folder.iterdir()):
        body = (page / "expected.html").read_bytes()
        title = json.loads((page / "expected-metadata.json").read_text(encoding="utf-8")).get("title") or ""
        words = read_page(body, url="https://page.example/").text.split()
        if len(words) >= FEWEST_WORDS and not PLACEHOLDER.intersection(word.lower() for word in words):
            found.append(Article(title, words))
    return found


def tasks(pages: list[Article]) -> dict[str, tuple[list[str], list[str]]]:
    """(referring texts, target texts) by name; the pair at the same place belongs together."""
    halves = [(page, len(page.words) // 2) for page in pages]
    titled = [page for page in pages if len(page.title.split()) > 1]
    return {
        "half against half": (
            [" ".join(page.words[:cut]) for page, cut in halves],
            [" ".join(page.words[cut:]) for page, cut in halves],
        ),
        "title against body": (
            [page.title for page in titled],
            [" ".join(page.words) for page in titled],
        ),
        "snippet against title and 25 words": (
            [" ".join(page.words[max(0, cut - 60) : cut - 20]) for page, cut in halves],
            [f"{page.title} {' '.join(page.words[cut : cut + 25])}" for page, cut in halves],
        ),
    }


def tf_idf(corpus: list[str]) -> Ranker:
    """The product's own likeness."""
    counts = counts_of(corpus)

    def rank(here: Sequence[str], there: Sequence[str]) -> Matrix:
        left, right = [terms(text) for text in here], [terms(text) for text in there]
        return np.array([[sum(w.part for w in likeness(a, b, counts)) for b in right] for a in left])

    return rank


def word_llama() -> Ranker | None:
    """WordLlama's 256 numbers a text, compared by the cosine; None where it is not installed."""
    try:
        import wordllama
        from wordllama import WordLlama
    except ImportError:
        return None
    # the tokeniser lies in the wheel too, where the package does not look by itself
    model = WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

    def rank(here: Sequence[str], there: Sequence[str]) -> Matrix:
        left, right = model.embed(list(here), norm=True), model.embed(list(there), norm=True)
        return np.asarray(left @ right.T, dtype=float)

    return rank


def told(scores: Matrix) -> str:
    """The measures of one table of likenesses, true pairs on its diagonal."""
    true = np.diag(scores)
    ranks = 1 + (scores > true[:, None]).sum(axis=1)
    others = scores[~np.eye(len(scores), dtype=bool)]
    above = (true[:, None] > others).mean() + 0.5 * (true[:, None] == others).mean()
    low, high = np.quantile(others, 0.95), np.quantile(others, 0.99)
    return (
        f"MRR {np.mean(1 / ranks):.3f}  recall@1 {np.mean(ranks == 1):.3f}  AUC {above:.4f}"
        f"  foreign 95% {low:.3f} 99% {high:.3f}"
        f"  true above {np.mean(true > low):.2f} {np.mean(true > high):.2f}"
        f"  median true {np.median(true):.3f}"
    )


def milliseconds(rank: Ranker, here: list[str], there: list[str]) -> float:
    """One pair read and compared, the median of three rounds over the first 30."""
    pairs = list(zip(here[:30], there[:30], strict=True))
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        for a, b in pairs:
            rank([a], [b])
        rounds.append((time.perf_counter() - start) * 1000 / len(pairs))
    return statistics.median(rounds)


def resident() -> float:
    """Megabytes that this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(name: str, rank: Ranker, held: float, work: dict[str, tuple[list[str], list[str]]]) -> None:
    print(f"{name}: holds {held:.0f} MB")
    for task, (here, there) in work.items():
        line = told(rank(here, there))
        print(f"  {task} ({len(here)}): {line}  {milliseconds(rank, here, there):.2f} ms a pair")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    pages = DATA / "boilerplate-readability" / "test" / "test-pages"
    parser.add_argument("--pages", type=Path, default=pages)
    work = tasks(articles(parser.parse_args().pages))
    before = resident()
    ours = tf_idf(work["half against half"][0])
    measure("TF-IDF", ours, resident() - before, work)
    before = resident()
    peer = word_llama()
    if peer is None:
        print("WordLlama: left out, it is not installed")
    else:
        measure("WordLlama", peer, resident() - before, work)


if __name__ == "__main__":
    main()
