"""A standalone Spark cluster on loopback: one master, some workers, each in a process group of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from linkstead.index.build import open_local

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: Settings of a driver of this cluster.
CONFIG = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
}


@dataclass(frozen=True)
class SlowOpener:
    """Opens archives of this machine slowly, and leaves a file for each that was begun."""

    begun: Path
    seconds: float

    @contextlib.contextmanager
    def __call__(self, address: str, /) -> Iterator[BinaryIO]:
        (self.begun / f"{Path(address).name}.{os.getpid()}").touch()
        time.sleep(self.seconds)
        with open_local(address) as stream:
            yield stream


class Cluster:
    """The cluster; `kill_worker` ends a worker with its executors at once."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self.port = _free_port()
        self._processes = [self._start("master", "--host", "127.0.0.1", "--port", str(self.port))]
        self.workers = []
        for _ in range(workers):
            self.workers.append(
                self._start("worker", "--cores", "1", "--memory", "1g", "--host", "127.0.0.1", self.master)
            )
        self._processes += self.workers

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 60) -> None:
        """Until every worker is registered with the master."""
        log = self._folder / "master-0.log"
        until = time.monotonic() + seconds
        while log.read_text(errors="replace").count("Registering worker") < len(self.workers):
            if time.monotonic() > until:
                raise AssertionError(
                    f"no cluster after {seconds} s: {log.read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.2)

    def is_busy(self, number: int, begun: Path, *, seconds: float) -> bool:
        """Whether a worker has begun an archive within the last seconds (`SlowOpener` leaves the files)."""
        fresh = (path for path in begun.iterdir() if time.time() - path.stat().st_mtime < seconds)
        return any(self._is_of(number, int(path.name.rpartition(".")[2])) for path in fresh)

    def _is_of(self, number: int, pid: int) -> bool:
        # Spark's Python has a process group of its own, but the session of its worker
        with contextlib.suppress(ProcessLookupError):
            return os.getsid(pid) == self.workers[number].pid
        return False

    def kill_worker(self, number: int) -> None:
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait(30)

    def stop(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        home = Path(pyspark.__file__).parent
        number = len(getattr(self, "workers", ()))
        ports = ["--webui-port", "0"] + (["--port", "0"] if kind == "worker" else [])
        places = ["--work-dir", str(self._folder / f"work-{number}")] if kind == "worker" else []
        name = f"org.apache.spark.deploy.{kind}.{kind.title()}"
        surroundings = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_SCALA_VERSION": "2.13",
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
        }
        with (self._folder / f"{kind}-{number}.log").open("wb") as log:
            return subprocess.Popen(
                [str(home / "bin" / "spark-class"), name, *ports, *places, *arguments],
                env=surroundings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A running cluster; skips the test where Spark or Java are missing."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, workers)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
