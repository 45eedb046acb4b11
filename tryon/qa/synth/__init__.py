"""Films of the base body in scripted motion, camera, light and colouring, with exact truth."""
