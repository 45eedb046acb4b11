"""The script of a show, `show.1`: read from YAML, and expanded from a page into cues."""

from shows.script.errors import ScriptError
from shows.script.expand import expanded
from shows.script.places import Moment, Span
from shows.script.read import ScriptFile, read_script
from shows.script.schema import Cue, Script, schema_text

__all__ = [
    "Cue",
    "Moment",
    "Script",
    "ScriptError",
    "ScriptFile",
    "Span",
    "expanded",
    "read_script",
    "schema_text",
]
