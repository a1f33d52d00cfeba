"""`python -m ccpolicy`."""

from ccpolicy.cli import main

if __name__ == "__main__":
    main()
