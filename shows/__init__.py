"""Scripted fashion shows, staged with the try-on engine.

So far: the musical clock that every cue of a show is timed by.
"""

from shows.clock import Beat, Interval, MusicClock

__all__ = ["Beat", "Interval", "MusicClock"]
