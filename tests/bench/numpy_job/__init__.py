"""The bench's job as an engineer who knows only this plan would write it: numpy, pyarrow, no expcomp."""
