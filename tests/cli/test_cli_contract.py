import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SEGFAULT_FREE = 'time="2026-11-23T10:00:00Z" level=info msg="all is well"\n'
MISSING_SECRET = (
    'time="2026-11-23T10:00:00Z" level=error msg="[is-backup] Error getting '
    "UdistributionTransportForLocation: errors getting registryenv: secrets "
    '\\"oadp-dpa-1-aws-registry-secret\\" not found" backup=openshift-adp/nightly\n'
)
SCENARIO = "imagestream-registry-secret-missing"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TMPDIR": str(tmp_path),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
    }


def run(
    environment: dict[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_version_and_help(environment: dict[str, str]) -> None:
    assert run(environment, "--version").stdout.startswith("oadp-doctor ")
    help_text = run(environment, "--help").stdout
    for word in ("diagnose", "scan", "knowledge", "sessions", "practice", "--read-only"):
        assert word in help_text


def test_help_imports_nothing_heavy(environment: dict[str, str]) -> None:
    code = (
        "import sys\nfrom tui.__main__ import main\n"
        "try:\n main(['--version'])\nexcept SystemExit: pass\n"
        "heavy = {'kubernetes', 'textual', 'yaml', 'msgspec', 'aiohttp', 're2', 'asyncio'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["nonsense"],
        ["diagnose", "--practice", "-n", "x"],
        ["diagnose", "--practice", "--must-gather", "x"],
        ["diagnose", "--fail-on", "sometimes"],
        ["diagnose", "--must-gather", "x"],
        ["diagnose", "--practice", "no-such-scenario"],
        ["scan"],
        ["scan", "no-such-file"],
        ["knowledge", "show", "no-such-issue"],
        ["knowledge", "check", "no-such-folder"],
        ["practice", "serve", "no-such-scenario"],
        ["sessions", "show", "../../etc/passwd"],
        ["knowledge", "list", "--knowledge", "no-such-folder"],
        ["--must-gather", "x"],
        [],
    ],
)
def test_bad_usage_is_2_and_one_message(environment: dict[str, str], arguments: list[str]) -> None:
    done = run(environment, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "oadp-doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_scan_finds_nothing(environment: dict[str, str]) -> None:
    done = run(environment, "scan", "-", stdin=SEGFAULT_FREE)
    assert (done.returncode, done.stderr) == (0, "")


def test_scan_finds_a_signature_in_a_log_of_unknown_origin(environment: dict[str, str]) -> None:
    done = run(environment, "scan", "-", "-o", "json", stdin=MISSING_SECRET)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert document["source"]["type"] == "files"
    assert document["complete"] is True
    finding = next(each for each in document["findings"] if each["issue"] == SCENARIO)
    assert finding["verdict"] == "likely"
    assert finding["missing"]
    evidence = next(each for each in finding["evidence"] if each["type"] == "log")
    assert evidence["line"] == 1
    assert "oadp-dpa-1-aws-registry-secret" in evidence["text"]


@pytest.mark.parametrize(("level", "code"), [("confirmed", 0), ("likely", 1), ("never", 0)])
def test_fail_on(environment: dict[str, str], level: str, code: int) -> None:
    assert (
        run(environment, "scan", "-", "--fail-on", level, stdin=MISSING_SECRET).returncode == code
    )


def test_scan_of_several_files(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(SEGFAULT_FREE)
    (tmp_path / "b.log").write_text(MISSING_SECRET)
    done = run(environment, "scan", str(tmp_path / "a.log"), str(tmp_path / "b.log"))
    assert done.returncode == 1
    assert "b.log:1" in done.stdout


@pytest.mark.parametrize("output", ["text", "json", "yaml", "markdown"])
def test_nothing_that_a_terminal_acts_upon(environment: dict[str, str], output: str) -> None:
    hostile = MISSING_SECRET.rstrip("\n") + " note=\x1b[2J\x9b31m\u202egnp\n"
    done = run(environment, "scan", "-", "-o", output, stdin=hostile)
    assert done.returncode == 1
    assert not {"\x1b", "\x9b", "\u202e"} & set(done.stdout)
    if output == "json":
        assert "\x1b" in json.loads(done.stdout)["findings"][0]["evidence"][0]["text"]


def test_diagnose_without_any_cluster_is_3(environment: dict[str, str]) -> None:
    done = run(environment, "diagnose")
    assert (done.returncode, done.stdout) == (3, "")
    assert "oc login" in done.stderr


def test_message_in_japanese_by_locale_and_by_option(environment: dict[str, str]) -> None:
    by_option = run(environment, "--lang", "ja", "diagnose")
    by_locale = run(environment | {"LC_ALL": "ja_JP.UTF-8"}, "diagnose")
    assert by_option.stderr == by_locale.stderr
    assert "見つかりません" in by_option.stderr


def test_diagnose_the_practice_cluster(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, "diagnose", "--practice", SCENARIO, "-o", "json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {"schema", "source", "complete", "unread", "findings"}
    assert document["schema"] == "oadp-doctor/diagnosis/v1"
    source = document["source"]
    assert (source["type"], source["name"]) == ("practice", SCENARIO)
    assert source["namespace"] == "openshift-adp"
    assert set(source["versions"]) == {"oadp", "velero", "openshift"}
    finding = document["findings"][0]
    assert set(finding) == {
        "issue",
        "cause",
        "verdict",
        "severity",
        "title",
        "subjects",
        "evidence",
        "missing",
        "procedure",
    }
    assert (finding["issue"], finding["verdict"]) == (SCENARIO, "confirmed")
    assert not list(tmp_path.glob("oadp-doctor-*")), "the practice kubeconfig stays behind"


def test_diagnose_a_healthy_cluster_is_0(environment: dict[str, str]) -> None:
    done = run(environment, "diagnose", "--practice", "-o", "yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load(done.stdout)["findings"] == []


def test_closed_pipe_is_quiet(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "knowledge", "list"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM])
def test_practice_serve_until_interrupted(
    environment: dict[str, str], tmp_path: Path, kill: signal.Signals
) -> None:
    path = tmp_path / "kubeconfig"
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "practice", "serve", "healthy", "--kubeconfig", str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "127.0.0.1" in process.stdout.readline()
    assert path.stat().st_mode & 0o077 == 0
    done = run(environment, "diagnose", "--kubeconfig", str(path), "-o", "json")
    assert json.loads(done.stdout)["source"] | {"versions": 0} == {
        "type": "cluster",
        "name": "practice",
        "namespace": "openshift-adp",
        "versions": 0,
    }
    process.send_signal(kill)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_knowledge(environment: dict[str, str]) -> None:
    assert SCENARIO in run(environment, "knowledge", "list").stdout
    assert run(environment, "knowledge", "show", SCENARIO).stdout.startswith("# ")
    found = run(environment, "knowledge", "search", "registry", "secret").stdout
    assert found.startswith(SCENARIO)
    assert run(environment, "knowledge", "search", "zzzz-nothing").returncode == 1


def test_knowledge_check_of_a_folder_with_a_broken_file(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "broken.yaml").write_text("id: [")
    done = run(environment, "knowledge", "check", str(folder))
    assert done.returncode == 1
    assert "broken.yaml" in done.stdout


def test_sessions_and_scenarios_are_listed(environment: dict[str, str]) -> None:
    assert run(environment, "sessions", "list").returncode == 0
    listed = run(environment, "practice", "list")
    assert listed.returncode == 0
    assert listed.stdout.startswith("healthy")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_program_that_cannot_run_commands_is_said_before_the_screen(
    environment: dict[str, str],
) -> None:
    import pty

    parent, child = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "--practice", SCENARIO, "--oc", "/nowhere/oc"],
            env=environment,
            stdin=child,
            stdout=child,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(child)
        os.close(parent)
    assert done.returncode == 2
    assert "/nowhere/oc is not an executable file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["knowledge", "list"], ["scan", "-"]])
def test_knowledge_files_that_cannot_be_used_are_named(
    environment: dict[str, str], tmp_path: Path, arguments: list[str]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "bad.yaml").write_text("title: [", encoding="utf-8")
    done = run(environment, *arguments, "--knowledge", str(folder), stdin=SEGFAULT_FREE)
    assert done.returncode == 0
    assert "bad.yaml:" in done.stderr


def test_a_folder_of_knowledge_files_is_checked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = run(environment, "knowledge", "check", str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a folder" in done.stderr
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "broken.yaml").write_text("id: broken\nseverity: awful\n", encoding="utf-8")
    done = run(environment, "knowledge", "check", str(pack))
    assert done.returncode == 1
    assert f"{pack}/broken.yaml:2: severity:" in done.stdout
    (pack / "broken.yaml").unlink()
    done = run(environment, "knowledge", "check", "--coverage", str(pack))
    assert done.returncode == 0, done.stderr
    assert "0 of 0 causes" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="handles are closed by a shell")
@pytest.mark.parametrize("closed", ["2>&-", "<&-", "2>&- <&-"])
def test_closed_streams_do_not_hide_what_was_found(
    environment: dict[str, str], tmp_path: Path, closed: str
) -> None:
    (tmp_path / "velero.log").write_text(MISSING_SECRET)
    command = f'"{sys.executable}" -m tui scan velero.log {closed}'
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert "imagestream-registry-secret-missing" in done.stdout
