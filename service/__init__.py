"""The web service around the engine: pages, sessions and live try-on in the browser."""
