from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mtl
from mtl.cli import main
from mtl.workflow import warm

JOB = """
import os, signal, sys, time
print("arguments", sys.argv[1:], os.getcwd(), os.environ.get("COLOUR"), os.getppid(), flush=True)
print("warning", file=sys.stderr)
assert "MTL_WARM" not in os.environ
if sys.argv[1] == "sleep":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    time.sleep(60)
if sys.argv[1] == "fail":
    raise KeyError("no such thing")
if sys.argv[1] == "die":
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(int(sys.argv[1]))
"""
ASK = "import sys; from mtl.workflow import warm; sys.exit(warm.run('job', sys.argv[1:]))"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "job.py").write_text(JOB)
    monkeypatch.setenv(warm.VARIABLE, "")
    process = warm.start(libraries=())
    assert process is not None
    assert process.stdin is not None
    yield process
    process.stdin.close()
    process.wait(10)


def ask(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    root = str(Path(mtl.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", ASK, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root, "COLOUR": "green"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def started(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().startswith("arguments")


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def sleeping(server: subprocess.Popen[bytes], folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A command that waits for its job, and the job."""
    process = ask(folder, "sleep")
    started(process)
    [job] = children(server.pid)
    return process, job


def status_of(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=20)
    return process.returncode


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def ends(process: int) -> bool:
    """Whether a process is gone within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not is_alive(process):
            return True
        time.sleep(0.02)
    return False


def test_a_job_has_the_folder_files_and_environment_of_its_command(
    server: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    process = ask(tmp_path, "3", "a b")
    out, err = process.communicate(timeout=20)
    assert out == f"arguments ['3', 'a b'] {tmp_path} green {server.pid}\n"
    assert err == "warning\n"
    assert process.returncode == 3


@pytest.mark.parametrize(
    ("what", "status", "said"), [("fail", 1, "no such thing"), ("die", 137, "")]
)
def test_a_job_that_fails_fails_its_command(
    server: subprocess.Popen[bytes], tmp_path: Path, what: str, status: int, said: str
) -> None:
    process = ask(tmp_path, what)
    _, err = process.communicate(timeout=20)
    assert process.returncode == status
    assert said in err


def test_jobs_run_beside_each_other(server: subprocess.Popen[bytes], tmp_path: Path) -> None:
    waiting = ask(tmp_path, "sleep")
    started(waiting)
    quick = ask(tmp_path, "0")
    assert status_of(quick) == 0
    assert waiting.poll() is None
    waiting.terminate()
    assert status_of(waiting) == 7


def test_a_killed_command_takes_its_job_along(
    server: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    process, job = sleeping(server, tmp_path)
    process.kill()
    assert status_of(process) == -signal.SIGKILL
    assert ends(job)


def test_jobs_end_with_the_process_and_their_commands_say_so(
    server: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    process, job = sleeping(server, tmp_path)
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(10) == 0
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "has ended; run it again" in err
    assert ends(job)
    address = Path(os.environ[warm.VARIABLE])
    assert not address.parent.exists()
    assert warm.run("job", ["0"]) is None


def test_the_process_ends_with_that_which_started_it(tmp_path: Path) -> None:
    code = (
        "from mtl.workflow import warm; import sys; p = warm.start(()); "
        "print(p.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(mtl.__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.communicate(timeout=10)
    assert ends(pid)


def test_trainings_alone_are_given_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(warm, "run", lambda *request: asked.append(request) or 5)
    assert main(["train", "celeba/etr/0123456789ab"]) == 5
    assert main(["methods"]) == 0
    assert asked == [("mtl", ["train", "celeba/etr/0123456789ab"])]


def test_without_the_process_the_command_does_its_work_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(warm.VARIABLE, raising=False)
    assert warm.run("job", ["0"]) is None
    monkeypatch.setenv(warm.VARIABLE, str(tmp_path / "nothing"))
    assert warm.run("job", ["0"]) is None


def test_a_place_that_is_too_deep_for_a_socket_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    monkeypatch.setenv(warm.VARIABLE, "")
    assert warm.start(()) is None
    assert list(deep.iterdir()) == []
