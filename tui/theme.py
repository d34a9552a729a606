"""The two themes: calm grounds, colour only where something is to be seen."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="oadp-dark",
    primary="#5fa8d3",
    secondary="#8fb8de",
    accent="#7cc4c0",
    warning="#e3b341",
    error="#f47067",
    success="#6cc07a",
    foreground="#d7dde4",
    background="#12161b",
    surface="#171c22",
    panel="#1f262e",
    dark=True,
    variables={
        "text-muted": "#8a96a3",
        "text-disabled": "#5b6673",
        "border": "#39434e",
        "border-blurred": "#2b333c",
        "block-cursor-background": "#2c5777",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "footer-key-foreground": "#8fc7ea",
        "footer-background": "#171c22",
        "input-selection-background": "#2c5777",
    },
)
LIGHT: Final = Theme(
    name="oadp-light",
    primary="#1f6f9f",
    secondary="#35618a",
    accent="#0f7a75",
    warning="#8a5a00",
    error="#b3261e",
    success="#1d7a36",
    foreground="#1c2329",
    background="#fbfbf9",
    surface="#f3f3f0",
    panel="#e7e8e4",
    dark=False,
    variables={
        "text-muted": "#5c6770",
        "text-disabled": "#98a1a8",
        "border": "#b9bec2",
        "border-blurred": "#d5d8da",
        "block-cursor-background": "#cfe3f1",
        "block-cursor-foreground": "#0b1c28",
        "block-cursor-text-style": "bold",
        "footer-key-foreground": "#1f6f9f",
        "footer-background": "#f3f3f0",
        "input-selection-background": "#cfe3f1",
    },
)
THEMES: Final = (DARK, LIGHT)
