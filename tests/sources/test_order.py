"""The order of rows, columns and files cannot matter: frames come back sorted by their keys."""

import random

import pandas as pd

from .conftest import DEAL_HEADER, Project, deals

ROWS = [f"D{number:03d},A{number % 7},tier,{number}.50,2027-01-{number % 28 + 1:02d},true,ana" for number in range(60)]
USAGE = [f"A{number % 7},2027-01-{number // 7 + 1:02d},{number}" for number in range(60)]
PLACES = ["input_file", "input_row"]


def frames(project: Project) -> dict[str, pd.DataFrame]:
    book = project.read()
    return {table: frame.drop(columns=PLACES) for table, frame in book.frames.items()}


def assert_same(first: dict[str, pd.DataFrame], second: dict[str, pd.DataFrame]) -> None:
    for table, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[table])


def written(project: Project, rows: list[str], usage: list[str]) -> dict[str, pd.DataFrame]:
    project.write("usage.csv", "account_id,date,seats_active\n" + "\n".join(usage) + "\n")
    return frames(project.write("deals.csv", deals(*rows)))


def test_shuffled_rows_give_equal_frames(project: Project) -> None:
    plain = written(project, ROWS, USAGE)
    shuffle = random.Random(1)
    for _ in range(3):
        assert_same(plain, written(project, shuffle.sample(ROWS, 60), shuffle.sample(USAGE, 60)))


def test_columns_in_another_order_give_equal_frames(project: Project) -> None:
    plain = written(project, ROWS, USAGE)
    order = [3, 6, 0, 5, 1, 4, 2]
    turned = [",".join(row.split(",")[index] for index in order) for row in (DEAL_HEADER, *ROWS)]
    assert_same(plain, frames(project.write("deals.csv", "\n".join(turned) + "\n")))


def test_a_table_split_over_files_gives_equal_frames(project: Project) -> None:
    plain = written(project, ROWS, USAGE)
    project.write("deals.csv", deals(*ROWS[40:])).write("a.csv", deals(*ROWS[:20])).write("z.csv", deals(*ROWS[20:40]))
    assert_same(plain, frames(project))


def test_a_row_repeated_in_another_file_is_dropped_wherever_it_stands(project: Project) -> None:
    plain = written(project, ROWS, USAGE)
    assert_same(plain, frames(project.write("again.csv", deals(*ROWS[10:30]))))
    assert dict(project.account("deals.csv").dropped) == {"repeated row": 20}
