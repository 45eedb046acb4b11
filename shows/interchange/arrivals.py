"""Files of other programs, by their suffix, as changes of a script."""

from __future__ import annotations

from pathlib import Path

from shows.interchange.captions import read_captions, with_captions
from shows.interchange.edl import read_edl, with_cuts
from shows.interchange.otio import read_otio, script_of
from shows.interchange.table import read_table
from shows.script.read import read_script
from shows.script.schema import Script
from shows.sequencer import compile_show
from tryon import InputError

TIMELINES = (".otio", ".otioz")
CAPTIONS = (".vtt", ".srt")


def arrived(
    file: Path, *, script: str | None = None, chinese: Path | None = None, rate: int = 25
) -> Script:
    """The script with what a file says.

    script: the script that the file belongs to, which a timeline brings itself; chinese: a second file
    of captions. Raises InputError for a file that cannot be read, ScriptError for the script.
    """
    kind = file.suffix.lower()
    if kind in TIMELINES:
        return script_of(read_otio(file), name=str(file))
    if kind not in (*CAPTIONS, ".edl", ".csv"):
        raise InputError(
            f"{file} is of no kind that can be brought in.",
            remedy="Give a file that ends in .otio, .otioz, .edl, .vtt, .srt or .csv.",
        )
    if script is None:
        raise InputError(
            f"{file} does not say which script it belongs to.", remedy="Add --script SCRIPT."
        )
    own = read_script(script)
    text = _text(file)
    if kind == ".csv":
        return read_table(text, own.script, name=str(file))
    if kind == ".edl":
        cuts = read_edl(text, rate=rate, name=str(file))
        return with_cuts(own.script, compile_show(own), cuts, rate=rate)
    english = read_captions(text, name=str(file))
    second = read_captions(_text(chinese), name=str(chinese)) if chinese else ()
    return with_captions(own.script, english, second)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as text.", remedy="Save it as UTF-8.") from error
