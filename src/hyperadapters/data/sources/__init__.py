"""Sources: the formats that a run file can name, one file each; `all.py` lists them."""
