"""The table of settings: every name known, every bad value explained, every line documented."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from linkstead.errors import SettingError
from linkstead.settings import SETTINGS, Settings, as_markdown, read_settings, unknown_settings

ROOT = Path(__file__).parents[2]


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings({})
    assert (settings.bind, settings.port, settings.database) == ("127.0.0.1", 8420, "")
    assert settings.address == "http://127.0.0.1:8420"
    assert settings.allowed_private_networks == ()


def test_every_line_of_the_table_is_a_field_with_a_readable_default_and_example() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)} - {"given"}
    assert {setting.name.lower() for setting in SETTINGS} == fields
    for setting in SETTINGS:
        setting.read(setting.default)
        setting.read(setting.example)
        assert setting.help.endswith(".")
        assert setting.since


def test_the_page_of_settings_is_fresh() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "write it anew: python -m linkstead.settings > docs/settings.md"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("LINKSTEAD_PROT", "LINKSTEAD_PORT"),
        ("LINKSTEAD_HOSTDELAY", "LINKSTEAD_HOST_DELAY"),
        ("LINKSTEAD_PORT_FILE", ""),
    ],
)
def test_an_unknown_name_stops_the_start_and_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({name: "1"})
    assert name in str(caught.value)
    assert nearest in str(caught.value)
    assert unknown_settings({name: "1", "HOME": "/", "LINKSTEAD_PORT": "1"}) == (str(caught.value),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"), ("PORT", "0"), ("PORT", "65536"), ("PORT", "8_0"),
        ("PORT", "٣"), ("PORT", "1" * 500),
        ("WORKERS", "-1"), ("BIND", "localhost"), ("BASE_URL", "links.example.com"),
        ("BASE_URL", "https://example.com/links"), ("DATABASE", "mysql://x/y"), ("HOST_DELAY", "nan"),
        ("HOST_DELAY", "-1"), ("HOST_DELAY", "soon"), ("ALLOWED_PRIVATE_NETWORKS", "10.0.0.1/8"),
        ("ALLOWED_PRIVATE_NETWORKS", "everything"), ("TRUSTED_PROXY", "proxy"), ("ALLOWED_HOSTS", "*"),
        ("TIME_ZONE", "Mars/Base"), ("TIME_ZONE", "../etc/passwd"), ("DEBUG", "maybe"),
        ("CONTACT_EMAIL", "me"),
        ("MAX_UPLOAD_MB", "0"), ("CONTACT_URL", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_a_bad_value_is_explained_in_a_sentence_with_an_example(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({f"LINKSTEAD_{name}": value})
    told = str(caught.value)
    assert told.startswith(f"LINKSTEAD_{name}")
    assert "example" in told
    assert told.endswith(".")


def test_a_secret_is_never_repeated_in_an_error_or_a_repr() -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({"LINKSTEAD_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)
    given = {"LINKSTEAD_DATABASE": "postgresql://u:hunter2@db/x", "LINKSTEAD_SECRET_KEY": "hunter2" * 10}
    assert "hunter2" not in repr(read_settings(given))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("postgresql://u:p@db/x\n")
    assert read_settings({"LINKSTEAD_DATABASE_FILE": str(file)}).database == "postgresql://u:p@db/x"
    with pytest.raises(SettingError, match="both"):
        read_settings({"LINKSTEAD_DATABASE_FILE": str(file), "LINKSTEAD_DATABASE": "postgresql://x"})
    with pytest.raises(SettingError, match="cannot be read"):
        read_settings({"LINKSTEAD_DATABASE_FILE": str(tmp_path / "missing")})


def test_an_empty_value_means_the_default_and_the_tests_own_variable_is_no_setting() -> None:
    assert read_settings(
        {"LINKSTEAD_PORT": " ", "LINKSTEAD_SHARED_DATA": "/x", "OTHER": "1"}
    ) == read_settings({})


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"BASE_URL": "https://links.example.com/"}, "https://links.example.com"),
        ({"BIND": "0.0.0.0", "PORT": "80"}, "http://localhost:80"),
        ({"BIND": "::1"}, "http://[::1]:8420"),
    ],
)
def test_the_address_is_what_a_browser_needs(environ: dict[str, str], address: str) -> None:
    assert read_settings({f"LINKSTEAD_{name}": value for name, value in environ.items()}).address == address
