"""Scripted fashion shows, staged with the try-on engine.

A script is read by `shows.script`, becomes a show in `shows.sequencer`, whose `staging_at` says what is on
stage at any time, and is looked over by `shows.check`.
"""

from shows.clock import Beat, Interval, MusicClock

__all__ = ["Beat", "Interval", "MusicClock"]
