"""The files for several servers, read and compared with what the app understands; nothing is built.

`tests/test_hosts.py` starts what they say, where it may. Here it is seen everywhere that what the
files name exists, so that a renamed file or option does not break them unseen.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # comes with Dask

from model.engine.protocol import ANSWER, PRELOAD, TRAIN
from ui.style.fonts import FOLDERS, NAMES

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / ".github" / "deploy"
KNOWN = {
    *("FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"),
}

FONTS = {"fonts-wqy-microhei": Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")}
"""What Debian's packages of fonts bring, with the letters of the languages that the app speaks."""


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, in order."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_the_image_has_all_of_the_app_and_nothing_else() -> None:
    found = instructions()
    assert {name for name, _ in found} <= KNOWN
    assert found[0] == ("FROM", "python:3.11-slim")
    copied = [Path(rest.split()[0]) for name, rest in found if name == "COPY"]
    assert all((ROOT / path).exists() for path in copied)
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{path}" for path in copied} == {line for line in sent if line.startswith("!")}
    needed = {
        path.name for path in ROOT.iterdir() if path.name in ("app.py", "model", "ui", "pages")
    }
    assert needed | {".streamlit", "requirements.txt"} == {str(path) for path in copied}


def test_the_image_runs_as_somebody_who_is_not_root_and_says_how_it_is() -> None:
    found = instructions()
    users = [rest for name, rest in found if name == "USER"]
    assert users
    assert "root" not in users[-1]
    assert users[-1] != "0"
    names = [name for name, _ in found]
    assert names.index("USER") > max(n for n, name in enumerate(names) if name == "RUN")
    for name in ("CMD", "HEALTHCHECK"):
        rest = next(rest for each, rest in found if each == name)
        command = json.loads(rest.partition("CMD ")[2] if name == "HEALTHCHECK" else rest)
        assert command[0] == "python"
        if name == "HEALTHCHECK":
            compile(command[2], "health", "exec")
            assert "_stcore/health" in command[2]


def test_the_image_has_letters_for_the_pictures_that_are_saved_in_chinese() -> None:
    runs = " ".join(rest for name, rest in instructions() if name == "RUN")
    found = re.search(r"apt-get install((?: [^&]+)) &&", runs)
    assert found is not None
    installed = {word for word in found[1].split() if not word.startswith("-")}
    assert installed == set(FONTS)
    for file in FONTS.values():
        assert file.name.startswith(NAMES)
        assert any(file.is_relative_to(folder) for folder in FOLDERS)


def test_every_option_of_the_servers_is_one_of_streamlit() -> None:
    from streamlit import config

    known = config.get_config_options()
    commands = [compose()["services"]["app1"]["command"]]
    commands.append(json.loads(next(rest for name, rest in instructions() if name == "CMD")))
    for command in commands:
        options = [word[2:].partition("=")[0] for word in command if word.startswith("--")]
        assert options
        assert not [name for name in options if name not in known]
    (port,) = (int(rest) for name, rest in instructions() if name == "EXPOSE")
    assert all(f"--server.port={port}" in command for command in commands)


def test_workers_are_what_the_engine_expects() -> None:
    words = compose()["services"]["worker"]["command"]
    assert words[words.index("--preload") + 1] == PRELOAD
    assert words[words.index("--resources") + 1] == f"{ANSWER}=1 {TRAIN}=1"
    environment = compose()["services"]["app1"]["environment"]
    assert environment["DIGITSCOPE_SCHEDULER"].startswith("tls://")
    assert {"DIGITSCOPE_CACHE", "DIGITSCOPE_DATABASE"} <= set(environment)


def test_every_variable_is_one_that_the_app_reads() -> None:
    source = "".join(file.read_text() for file in (ROOT / "model").rglob("*.py"))
    source += "".join(file.read_text() for file in (ROOT / "ui").rglob("*.py"))
    environment = compose()["services"]["app1"]["environment"]
    ours = [name for name in environment if name.startswith("DIGITSCOPE_")]
    assert len(ours) == 3
    assert not [name for name in ours if f'"{name}"' not in source]


def test_the_rules_of_nginx_take_two_servers() -> None:
    program = shlex.split(f"sed -f {shlex.quote(str(DEPLOY / 'two_servers'))} nginx.conf")
    done = subprocess.run(program, cwd=DEPLOY, capture_output=True, text=True, check=True)
    servers = re.findall(r"^\s*server ([\w.]+:\d+)", done.stdout, re.MULTILINE)
    assert servers == ["app1:8501", "app2:8501"]
    assert "127.0.0.1" not in re.sub(r"#.*", "", done.stdout)


@pytest.mark.parametrize("name", ["certificate"])
def test_the_script_is_one_that_a_shell_understands(name: str) -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / name)], check=True)
    assert (DEPLOY / name).stat().st_mode & 0o111
