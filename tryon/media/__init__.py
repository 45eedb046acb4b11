"""Still pictures, clips and sound as files, without knowing what is in them: the home of PyAV.

Names are imported from the modules, so that reading a photo does not load FFmpeg.
"""
