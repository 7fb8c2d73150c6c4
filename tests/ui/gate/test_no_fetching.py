"""No value names a file that its sender did not upload."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio import processing_utils

from playground.ui.gate import fetching


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    for name in ("check_all_files_in_cache", "_check_allowed"):
        monkeypatch.setattr(processing_utils, name, getattr(processing_utils, name))  # put back afterwards
    for name in ("async_ssrf_protected_get", "async_ssrf_protected_download"):
        monkeypatch.setattr(processing_utils, name, getattr(processing_utils, name))
    fetching.close_off()
    return tmp_path


@pytest.mark.parametrize(
    "value",
    [
        {"path": "/etc/passwd"},
        [[{"value": {"path": "../../etc"}}]],
        {"path": "a\0b"},
        {"path": "x" * 5000},
        {"path": "http://127.0.0.1:1/x", "url": "http://127.0.0.1:1/x", "meta": {"_type": "gradio.FileData"}},
        {"meta": {"path": "/etc/passwd"}, "path": 5},
    ],
)
def test_an_event_that_names_a_file_is_refused_without_a_word_in_the_log(uploads: Path, value: Any) -> None:
    with pytest.raises(gr.Error, match="upload it first") as refused:
        processing_utils.check_all_files_in_cache(value)
    assert not refused.value.print_exception
    processing_utils.check_all_files_in_cache({"path": str(uploads / "mine.csv"), "other": [None, 5, {"path": ""}]})
