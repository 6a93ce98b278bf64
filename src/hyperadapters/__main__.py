"""`python -m hyperadapters` is the command `hyperadapters`: for launchers of several processes."""

from hyperadapters.cli import main

__all__ = ()

if __name__ == "__main__":
    main()
