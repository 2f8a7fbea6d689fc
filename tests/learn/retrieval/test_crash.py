"""A fold that breaks at any step leaves the index as it was or as it should become; so does a kill at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from leadline.core.retrieval import Document
from leadline.learn.retrieval import Index, folding, postings, subjects, vectors


def texts(count: int, about: str = "pump") -> list[Document]:
    return [Document(f"{about}{n}", f"{about} number {n} of the {n % 7} kind") for n in range(count)]


class Stopped(RuntimeError):
    pass


@pytest.mark.parametrize("step", ["postings", "vectors", "subjects", "sync", "before the commit", "after the commit"])
def test_a_step_that_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with Index(tmp_path) as index:
        index.add(texts(200))
        index.fold()
        index.add(texts(50, "valve"))
        index.delete(["pump3"])
        with monkeypatch.context() as patch:
            where, name = {
                "postings": (postings, "together"),
                "vectors": (vectors, "write"),
                "subjects": (subjects, "write"),
                "sync": (folding, "_sync"),
                "before the commit": (index._shelf, "set_note"),
                "after the commit": (folding, "sweep"),
            }[step]
            patch.setattr(where, name, stop)
            with pytest.raises(Stopped):
                index.fold()
    with Index(tmp_path) as index:
        assert len(index) == 249
        assert index.search("valve number 7")[0].key == "valve7"
        assert index.search("pump number 8")[0].key == "pump8"
        assert "pump3" not in [hit.key for hit in index.search("pump number 3", 300)]
        index.fold()
        assert len(list(tmp_path.glob("folded-*"))) == 1
        assert len(index.search("pump valve number kind", 300)) == 249


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """A child adds in parts and folds after each; it is killed after so many lines of what it tells."""
    code = textwrap.dedent(
        f"""
        from pathlib import Path
        from leadline.core.retrieval import Document
        from leadline.learn.retrieval import Index
        with Index(Path({str(tmp_path)!r})) as index:
            for part in range(int(index.note("parts") or 0), 400):
                index.add([Document(f"k{{part}}-{{n}}", f"pump {{part}} {{n}}") for n in range(20)],
                          notes={{"parts": str(part + 1)}})
                print(part, flush=True)
                if part % 3 == 0:
                    index.fold()
        """
    )
    done = 0
    for lines in (1, 3, 4, 7, 2):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ) as child:
            assert child.stdout is not None
            for _ in range(lines):
                done = int(child.stdout.readline()) + 1
            child.send_signal(signal.SIGKILL)
        with Index(tmp_path) as index:
            parts = int(index.note("parts"))
            assert parts >= done
            assert len(index) >= 20 * parts  # the part after may be there without its note, whole
            assert len(index) % 20 == 0
            assert {hit.key for hit in index.search(f"pump {done - 1} 7", 3)}
            assert index._shelf.rows("PRAGMA integrity_check") == [("ok",)]
    with Index(tmp_path) as index:
        index.fold()
        assert len(list(tmp_path.glob("folded-*"))) == 1
