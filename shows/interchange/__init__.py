"""Shows in other programs' files: captions, edit lists, timelines, tables and sheets."""
