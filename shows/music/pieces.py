"""The music of the bundled shows, written for them: nobody's licence is needed to play it."""

from __future__ import annotations

from shows.music.score import Chord, Note, Score, Section

_FM9 = Chord(29, (56, 60, 63, 67))
_DBMAJ9 = Chord(25, (56, 60, 63, 65))
_BBM9 = Chord(34, (56, 60, 61, 65))
_C7SUS = Chord(24, (55, 58, 60, 65))
_EB69 = Chord(27, (55, 58, 60, 65))

NOIR = Score(
    name="noir",
    tempo_bpm=112.0,
    sections=(
        Section(
            "intro", 8, bright=(0.0, 0.4), riser_bars=2,
            tracks={"pad": (0.6, 1.0), "arp": (0.0, 0.5), "rim": (0.4, 0.7), "kick": (0.3, 0.6)},
        ),
        Section(
            "build", 8, bright=(0.2, 0.7), impact=True, riser_bars=4,
            tracks={"pad": (0.7, 0.9), "arp": (0.4, 0.8), "kick": (0.9, 0.9), "hat": (0.4, 1.0),
                    "bass": (0.8, 0.9), "rim": (0.6, 0.6), "open": (0.0, 0.6)},
        ),
        Section(
            "drop", 16, bright=(0.5, 0.8), impact=True, riser_bars=2,
            tracks={"kick": (1.0, 1.0), "clap": (1.0, 1.0), "hat": (1.0, 1.0), "open": (0.9, 1.0),
                    "bass": (1.0, 1.0), "arp": (0.7, 1.0), "pad": (0.8, 0.9), "rim": (0.4, 0.4)},
        ),
        Section(
            "break", 8, bright=(0.2, 0.6), impact=True,
            tracks={"pad": (0.9, 1.0), "keys": (0.9, 1.0), "lead": (0.6, 0.8), "arp": (0.15, 0.45),
                    "rim": (0.3, 0.5)},
        ),
        Section(
            "rise", 4, bright=(0.4, 1.0), riser_bars=4,
            tracks={"pad": (0.8, 1.0), "arp": (0.6, 1.0), "roll": (0.3, 1.0), "hat": (0.3, 0.9),
                    "kick": (0.5, 0.9)},
        ),
        Section(
            "peak", 16, bright=(0.7, 1.0), impact=True, riser_bars=2,
            tracks={"kick": (1.0, 1.0), "clap": (1.0, 1.0), "hat": (1.0, 1.0), "open": (1.0, 1.0),
                    "bass": (1.0, 1.0), "arp": (0.9, 1.0), "pad": (0.8, 0.9), "lead": (0.7, 0.8)},
        ),
        Section(
            "finale", 8, bright=(0.9, 1.0), impact=True,
            tracks={"kick": (1.0, 1.0), "clap": (1.0, 1.0), "hat": (1.0, 0.8), "open": (1.0, 0.8),
                    "bass": (1.0, 1.0), "arp": (1.0, 0.8), "pad": (1.0, 1.0), "lead": (0.9, 1.0),
                    "keys": (0.5, 0.7)},
        ),
        Section("coda", 2, bright=(0.5, 0.1), impact=True, tracks={"pad": (1.0, 0.6), "keys": (0.8, 0.3)}),
    ),
    chords=(_FM9, _DBMAJ9, _BBM9, _C7SUS, _FM9, _DBMAJ9, _EB69, _C7SUS),
    chord_bars=2,
    drums={
        "kick": "9...9...9...9...",
        "clap": "....9.......9... ....9.......9..2",
        "hat": "2473247324732475",
        "open": "..9...9...9...9.",
        "rim": "...7..5....7..6. ...7..5....7.5.8",
        "roll": "5...5...5...5... 5...5...6...6... 6.6.6.6.7.7.7.7. 7.7.8.8.78789899",
    },
    bass="..1...1.1..1..8. ..1...1.1..17.5.",
    arpeggio="aBcdbCadBcdAcbDc aCbdcBadBcAdcDbC",
    melody=(
        Note(0, 84, 6), Note(6, 82, 2), Note(8, 79, 8), Note(22, 75, 4), Note(26, 77, 4),
        Note(32, 80, 6), Note(38, 79, 2), Note(40, 75, 14), Note(64, 84, 6), Note(70, 87, 4),
        Note(76, 84, 4), Note(80, 82, 10), Note(96, 79, 6), Note(102, 80, 4), Note(108, 79, 16),
    ),
    resolution=_FM9,
    seed=7,
)  # fmt: skip
"""150 s of dark house in F minor at a catwalk's pace: a step on each beat."""

_DMAJ9 = Chord(38, (57, 61, 64, 66))
_BM7 = Chord(35, (57, 59, 62, 66))
_GMAJ9 = Chord(31, (55, 59, 62, 66))
_A6SUS = Chord(33, (57, 59, 62, 64))
_EM9 = Chord(28, (55, 59, 62, 66))

PORCELAIN = Score(
    name="porcelain",
    tempo_bpm=108.0,
    sections=(
        Section(
            "intro", 6, bright=(0.2, 0.5),
            tracks={"arp": (0.6, 0.9), "pad": (0.2, 0.5), "rim": (0.0, 0.5), "kick": (0.25, 0.5)},
        ),
        Section(
            "build", 12, bright=(0.3, 0.6), impact=True, riser_bars=2,
            tracks={"arp": (0.9, 0.9), "pad": (0.5, 0.7), "rim": (0.7, 0.7), "kick": (0.7, 0.8),
                    "hat": (0.3, 0.8), "bass": (0.7, 0.9)},
        ),
        Section(
            "drop", 12, bright=(0.5, 0.8), impact=True,
            tracks={"arp": (1.0, 1.0), "pad": (0.7, 0.8), "rim": (0.6, 0.6), "kick": (0.9, 0.9),
                    "hat": (0.9, 1.0), "bass": (1.0, 1.0), "clap": (0.6, 0.7), "open": (0.5, 0.6),
                    "lead": (0.45, 0.6)},
        ),
        Section(
            "break", 8, bright=(0.3, 0.7), impact=True, riser_bars=4,
            tracks={"keys": (1.0, 1.0), "pad": (0.6, 0.9), "lead": (0.5, 0.6), "arp": (0.2, 0.8),
                    "rim": (0.3, 0.7)},
        ),
        Section(
            "finale", 14, bright=(0.6, 1.0), impact=True,
            tracks={"arp": (1.0, 1.0), "pad": (0.8, 0.9), "rim": (0.6, 0.6), "kick": (1.0, 1.0),
                    "hat": (1.0, 1.0), "bass": (1.0, 1.0), "clap": (0.8, 0.8), "open": (0.7, 0.7),
                    "lead": (0.6, 0.7), "keys": (0.4, 0.5)},
        ),
        Section("coda", 2, bright=(0.4, 0.1), impact=True, tracks={"pad": (0.8, 0.5), "keys": (0.9, 0.3)}),
    ),
    chords=(_DMAJ9, _BM7, _GMAJ9, _A6SUS, _EM9, _BM7, _GMAJ9, _A6SUS),
    chord_bars=1,
    drums={
        "kick": "9...9...9...9...",
        "clap": "....9.......9...",
        "hat": "..6...6...6...64",
        "open": "..9...9...9...9.",
        "rim": "6..5..6...5.6... 6..5..6...5.6.4.",
    },
    bass="1..1..5...1..58. 1..1..8...5..17.",
    arpeggio="aCbDcBdAcDbCdBaC abCdBcDbAcdBCdbD",
    melody=(
        Note(0, 81, 4), Note(4, 78, 4), Note(8, 85, 6), Note(18, 83, 4), Note(22, 81, 8),
        Note(36, 78, 4), Note(40, 81, 4), Note(44, 83, 10), Note(64, 86, 6), Note(70, 85, 4),
        Note(76, 81, 6), Note(84, 78, 8), Note(98, 81, 4), Note(104, 83, 6), Note(112, 81, 14),
    ),
    voice="tine",
    swing=0.12,
    resolution=_DMAJ9,
    seed=11,
)  # fmt: skip
"""120 s of light music for a table: a kalimba in D major over a soft kick."""

BUNDLED = {score.name: score for score in (NOIR, PORCELAIN)}
