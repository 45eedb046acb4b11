"""Shows in a real picture: on a printed board, or on the floor beside somebody."""
