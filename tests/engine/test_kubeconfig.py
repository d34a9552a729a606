import json
import os
from pathlib import Path

import pytest

from tui.engine.kubeconfig import ClusterChoice, contexts, paths, resolve, shown
from tui.engine.problem import Problem


def config(
    current: str = "lab", *, server: str = "https://api.lab:6443", user: str = "token"
) -> dict:
    return {
        "current-context": current,
        "clusters": [
            {"name": "c", "cluster": {"server": server, "certificate-authority": "ca.crt"}}
        ],
        "users": [{"name": "u", "user": {"token": user}}],
        "contexts": [
            {"name": current, "context": {"cluster": "c", "user": "u", "namespace": "mine"}}
        ],
    }


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def problem(choice: ClusterChoice, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(Problem) as raised:
        resolve(choice, environ or {"HOME": "/nonexistent"})
    assert raised.value.message.ja
    return raised.value.message.en


def test_explicit_file(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config())
    login = resolve(ClusterChoice(kubeconfig=str(path)), {})
    assert (login.context, login.server, login.namespace) == ("lab", "https://api.lab:6443", "mine")
    assert login.kubeconfig == str(path)
    assert login.cluster_entry["certificate-authority"] == str(tmp_path / "ca.crt")


def test_default_is_in_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    write(tmp_path / ".kube" / "config", config())
    login = resolve(ClusterChoice(), {"HOME": str(tmp_path)})
    assert login.context == "lab"
    assert login.kubeconfig == ""


def test_first_file_of_the_list_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "first", config("one", server="https://one"))
    second = write(tmp_path / "second", config("two", server="https://two"))
    environ = {"KUBECONFIG": os.pathsep.join([str(tmp_path / "missing"), str(first), str(second)])}
    assert resolve(ClusterChoice(), environ).context == "one"
    # Both files name a cluster `c`: the first one's is taken, as oc does.
    assert resolve(ClusterChoice(context="two"), environ).server == "https://one"
    assert contexts(ClusterChoice(), environ) == ("one", "two")


def test_explicit_file_is_the_only_one(tmp_path: Path) -> None:
    explicit = ClusterChoice(kubeconfig=str(tmp_path / "a"))
    assert paths(explicit, {"KUBECONFIG": "/b"}) == (tmp_path / "a",)


def test_nothing_there() -> None:
    assert "oc login" in problem(ClusterChoice())


def test_missing_explicit_file(tmp_path: Path) -> None:
    assert "cannot be read" in problem(ClusterChoice(kubeconfig=str(tmp_path / "none")))


@pytest.mark.parametrize("content", ["a: [", "just text", "- a list", "\x00\x01", "a: &a [*a, *a]"])
def test_broken_file(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "config", content)
    assert problem(ClusterChoice(kubeconfig=str(path)))


def test_empty_file_has_no_context(tmp_path: Path) -> None:
    path = write(tmp_path / "config", "")
    assert "no current context" in problem(ClusterChoice(kubeconfig=str(path)))


def test_unknown_context_names_those_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config())
    message = problem(ClusterChoice(kubeconfig=str(path), context="prod"))
    assert "'prod'" in message
    assert "lab" in message


def test_context_without_cluster(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config() | {"clusters": []})
    assert "server" in problem(ClusterChoice(kubeconfig=str(path)))


def test_context_with_unknown_user(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config() | {"users": []})
    assert "'u'" in problem(ClusterChoice(kubeconfig=str(path)))


def test_credentials_are_not_in_the_representation(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config(user="s3cret"))
    assert "s3cret" not in repr(resolve(ClusterChoice(kubeconfig=str(path)), {}))


def test_shown_server_has_no_credentials() -> None:
    assert shown("http://user:pw@127.0.0.1:8443/t0ken") == "http://127.0.0.1:8443"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "not a file" in problem(ClusterChoice(kubeconfig=str(path)))
