"""Still pictures and clips as files: decoding and encoding, without knowing what is in them."""
