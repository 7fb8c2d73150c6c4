"""How the page looks: one accent, the system's fonts, and what is put into the page's head."""

from pathlib import Path
from typing import Any

import gradio as gr

from playground.settings import Settings
from playground.ui.gate.fair_queue import PAGE_AT_ONCE
from playground.ui.handlers.event_options import EXPERIMENTS
from playground.ui.widgets import parts_script, script

HERE = Path(__file__).parent
SHARED = ("widgets", "setup_form", "run_view")  # folders whose look all tabs build on, the first before the others
# What belongs to no part of the page alone.
PAGE = [HERE / "widgets" / name for name in ("window_drafts.js", "page.js", "keyboard.js", "numbers.js")]
ACCENT = gr.themes.Color(
    name="indigo ink",
    c50="#f1f2fd", c100="#e3e5fb", c200="#c9cdf6", c300="#a7adf0", c400="#8790ea", c500="#4f5bd5", c600="#444fc0",
    c700="#3941a0", c800="#2f367f", c900="#272d64", c950="#191c3f",
)  # fmt: skip
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace")


def theme() -> Any:
    """Gradio's plain theme with our accent. Nothing is fetched: all fonts are the system's."""
    return gr.themes.Base(
        primary_hue=ACCENT,
        secondary_hue=ACCENT,
        neutral_hue=gr.themes.colors.zinc,
        radius_size=gr.themes.sizes.radius_md,
        font=SANS,
        font_mono=MONO,
    ).set(
        body_background_fill="#f7f7f9",
        body_background_fill_dark="#131318",
        body_text_color="#1b1b22",
        body_text_color_dark="#ececf1",
        body_text_color_subdued="#5c5d69",
        body_text_color_subdued_dark="#a3a4b1",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1b1b22",
        background_fill_secondary="#f1f1f5",
        background_fill_secondary_dark="#23232b",
        border_color_primary="#dcdce4",
        border_color_primary_dark="#34343f",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_padding="0px",
        block_label_text_color="*body_text_color",
        block_title_text_color="*body_text_color",
        block_title_text_weight="600",
        block_title_text_size="13px",
        block_info_text_color="*body_text_color_subdued",
        block_info_text_color_dark="*body_text_color_subdued",
        block_info_text_size="12px",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1b1b22",
        input_border_color="#c4c5d0",
        input_border_color_dark="#4a4b58",
        input_border_width="1px",
        input_placeholder_color="#6b6c79",
        input_placeholder_color_dark="#94959f",
        button_primary_background_fill="*primary_500",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="*background_fill_primary",
        button_secondary_background_fill_dark="*background_fill_primary",
        button_secondary_background_fill_hover="*background_fill_secondary",
        button_secondary_background_fill_hover_dark="*background_fill_secondary",
        button_secondary_text_color="*body_text_color",
        button_secondary_text_color_dark="*body_text_color",
        checkbox_border_color="#75768a",
        checkbox_border_color_dark="#9a9bab",
        checkbox_border_width="1px",
        checkbox_border_width_dark="1px",
        checkbox_label_background_fill="*background_fill_primary",
        checkbox_label_background_fill_dark="*background_fill_primary",
        checkbox_label_background_fill_hover="*background_fill_secondary",
        checkbox_label_background_fill_hover_dark="*background_fill_secondary",
        checkbox_label_background_fill_selected="#ecedfb",
        checkbox_label_background_fill_selected_dark="#282b4d",
        checkbox_label_text_color_selected="*body_text_color",
        checkbox_label_text_color_selected_dark="*body_text_color",
        checkbox_label_border_width="1px",
        checkbox_label_border_width_dark="1px",
        checkbox_label_border_color="*border_color_primary",
        checkbox_label_border_color_dark="*border_color_primary",
        checkbox_label_padding="5px 10px",
        checkbox_label_text_size="13px",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        slider_color="*primary_500",
        slider_color_dark="*primary_400",
        layout_gap="14px",
        form_gap_width="14px",
    )


def stylesheets() -> list[Path]:
    """All there are: what is for the whole page, what tabs share, then what belongs to one."""

    def order(path: Path) -> tuple[bool, int, Path]:
        folder = path.parent.name
        return path.stem != "page", SHARED.index(folder) if folder in SHARED else len(SHARED), path

    return sorted(HERE.glob("*/*.css"), key=order)


def launch_options(settings: Settings) -> dict[str, Any]:
    """Everything of `launch` that belongs to the page, which is built by then, and to its safety."""
    return {
        "theme": theme(),
        "css": "\n".join(path.read_text("utf-8") for path in stylesheets()),
        "head": "".join(f"<script>{text}</script>" for text in (*map(script, PAGE), parts_script())),
        "footer_links": ["api"],
        "run_history": False,  # Gradio's own, which would keep keys too; the Playground's keeps runs
        "allowed_paths": [],
        "max_file_size": f"{settings.file_megabytes}mb",  # own data; other files have caps of their own
        "enable_monitoring": False,
        "show_error": False,
        "max_threads": settings.max_users + EXPERIMENTS + PAGE_AT_ONCE,
        "share": settings.share,
        "server_name": settings.host,
        "server_port": settings.port or None,  # 0: the first free one from 7860
        "ssr_mode": False,
        "mcp_server": False,
    }
