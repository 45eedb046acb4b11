"""Parts of a run become one playlist."""

from __future__ import annotations

from shows.live.playlist import joined

PART = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:1
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXTINF:1.000000,
000000.m4s
#EXTINF:1.400000,
000001.m4s
#EXT-X-ENDLIST
"""


def test_a_run_of_one_part_goes_on_until_it_has_ended() -> None:
    going = joined([("part-1", PART)], ended=False)
    assert "#EXT-X-ENDLIST" not in going
    assert going.count("#EXT-X-DISCONTINUITY") == 0
    assert 'URI="part-1/init.mp4"' in going
    assert "part-1/000001.m4s" in going.splitlines()
    assert joined([("part-1", PART)], ended=True).endswith("#EXT-X-ENDLIST\n")


def test_a_part_after_a_crash_begins_with_a_discontinuity_and_its_own_head() -> None:
    lines = joined([("part-1", PART), ("part-2", PART)], ended=False).splitlines()
    cut = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[cut - 1] == "part-1/000001.m4s"
    assert lines[cut + 1] == '#EXT-X-MAP:URI="part-2/init.mp4"'
    assert "#EXT-X-TARGETDURATION:1" in lines


def test_a_part_without_a_segment_is_left_out() -> None:
    assert joined([("part-1", PART), ("part-2", "")], ended=False) == joined(
        [("part-1", PART)], ended=False
    )
    assert "#EXTINF" not in joined([], ended=False)
