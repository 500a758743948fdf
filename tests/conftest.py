"""Property tests draw the same examples on every machine; `--hypothesis-profile=search` looks for more."""

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile("suite")
