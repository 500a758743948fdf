"""Files with wrong bytes in them: `python -m mutated` from the tests folder runs as many rounds as one likes."""
