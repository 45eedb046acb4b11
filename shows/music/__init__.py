"""Music: pieces written for the bundled shows, any file, where the beats are, and the mix of a show."""

from shows.music.beats import Beats, find_beats
from shows.music.mix import mixed
from shows.music.music import Music, bundled, open_music
from shows.music.pieces import BUNDLED
from shows.music.voices import RATE_HZ

BUNDLED_MUSIC = tuple(BUNDLED)
"""Names of the pieces that come with the project."""

__all__ = [
    "BUNDLED_MUSIC",
    "RATE_HZ",
    "Beats",
    "Music",
    "bundled",
    "find_beats",
    "mixed",
    "open_music",
]
