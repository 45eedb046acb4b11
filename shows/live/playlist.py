"""One playlist out of those of a run's parts: a run that was taken up after a crash has several.

Playlists are those of RFC 8216. Each part lies in a folder of its own beside the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = (
    "#EXTM3U", "#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-PLAYLIST-TYPE", "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-ENDLIST",
)  # fmt: skip


def joined(parts: Sequence[tuple[str, str]], *, ended: bool) -> str:
    """The playlist of a whole run.

    parts: (folder, playlist) in the order in which they were shown; a part without a segment yet may
    be empty; ended: whether nothing more will come.
    """
    bodies = [body for folder, text in parts if (body := _body(folder, text))]
    longest_s = max((_longest_s(body) for body in bodies), default=1.0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, round(longest_s))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for number, body in enumerate(bodies):
        if number:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += body
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _body(folder: str, text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        if not line.strip() or line.startswith(_HEAD):
            continue
        if line.startswith("#"):
            lines.append(re.sub(r'URI="([^"]+)"', rf'URI="{folder}/\1"', line))
        else:
            lines.append(f"{folder}/{line}")
    return lines if any(not line.startswith("#") for line in lines) else []


def _longest_s(body: Sequence[str]) -> float:
    return max(float(line[8:].split(",")[0]) for line in body if line.startswith("#EXTINF:"))
