"""`make check`: what a reader may rely on before reading."""
