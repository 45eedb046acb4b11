"""A show that is run live: a stage manager calls the cues, and what was shown when is written down."""

from shows.live.conductor import Conductor
from shows.live.cues import DeskCue, Fired
from shows.live.journal import Journal
from shows.live.running import Command, RunState

__all__ = ["Command", "Conductor", "DeskCue", "Fired", "Journal", "RunState"]
