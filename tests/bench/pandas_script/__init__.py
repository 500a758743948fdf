"""The bench's job as an analyst would write it: read_csv, merges and groupby, money in floats."""
