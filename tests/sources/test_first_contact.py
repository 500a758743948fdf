"""What a user reads who has just dropped files into a folder: the message alone must be enough to go on."""

from openpyxl import Workbook

from expcomp.sources.advice import nearest_headers

from .conftest import NEEDS, Project, deals

MOVE = "or move it out of the data folder"
TABLES = "payees, accounts, deals, signals, subscriptions, …: expcomp manual D110 lists them"


def told(project: Project) -> list[tuple[str, str]]:
    """What is printed, and the help below it."""
    return [(str(finding), finding.help) for finding in project.refused()]


def test_a_folder_that_is_not_there_and_one_beside_it_that_has_files(project: Project) -> None:
    (project.root / "sample_data").rename(project.root / "exports")
    assert told(project) == [
        (
            "sample_data D100 no-data: there is no such data folder",
            (
                "put the exports there (.csv or .xlsx, at least payees and deals), or write in expcomp.yaml:  "
                "data: exports"
            ),
        )
    ]


def test_an_empty_folder(project: Project) -> None:
    (project.root / "sample_data/payees.csv").unlink()
    (project.root / "sample_data/report.pdf").write_bytes(b"%PDF")
    assert told(project) == [
        (
            "sample_data D100 no-data: the data folder holds no .csv or .xlsx file",
            (
                "put the exports there (.csv or .xlsx, at least payees and deals), or write in expcomp.yaml:  "
                "data: FOLDER"
            ),
        )
    ]


def test_one_wrong_file(project: Project) -> None:
    project.write("products.csv", "product,series,sales_price\nGTX Pro,GTX,4821\n")
    assert told(project) == [
        (
            (
                'sample_data/products.csv:1 D110 file-not-recognised: no table is recognised by the headers "product", '
                '"series", "sales_price"'
            ),
            (
                f"say in expcomp.yaml what it is:  sources: {{TABLE: {{file: products.csv, columns: {{…}}}}}}  "
                f"(TABLE: {TABLES}), {MOVE}"
            ),
        )
    ]


def test_a_file_without_a_single_word_we_know(project: Project) -> None:
    project.write("teams of 2017.csv", "sales_agent,boss,regional_office\nAnna,Dustin,Central\n")
    assert told(project) == [
        (
            (
                "sample_data/teams of 2017.csv D109 header-not-found: no header row is found in the first 30 rows; "
                'the first has "sales_agent", "boss", "regional_office"'
            ),
            (
                "say in expcomp.yaml what it is:  sources: {TABLE: {file: teams of 2017.csv, header_row: 1, "
                f"columns: {{…}}}}}}  (TABLE: {TABLES}), {MOVE}"
            ),
        )
    ]


def test_a_file_called_like_a_table_without_a_single_word_we_know(project: Project) -> None:
    """Its name says what it is: the line to write names the columns that look right, and leaves the others open."""
    header = "Opp Number,Client,Kind of deal,Annual Value,Closing,State,Rep"
    ((message, help),) = told(project.write("deals.csv", f"{header}\nD1,A1,tier,100.50,2027-01-05,Won,ana\n"))
    assert message.startswith("sample_data/deals.csv D109 header-not-found: no header row is found")
    line = (
        'sources: {deals: {header_row: 1, columns: {deal_id: "its header", account_id: "its header", '
        'close_date: "Closing", motion: "its header", acv: "Annual Value", stage: "State"}}}'
    )
    assert help == f"if its first row names the columns, write in expcomp.yaml:  {line}"
    for right in ("Opp Number", "Client", "Kind of deal"):
        line = line.replace("its header", right, 1)
    assert project.config(line).read()["deals"]["acv"].tolist() == [10_050]


def test_a_workbook_called_like_a_table_without_a_single_word_we_know(project: Project) -> None:
    book = Workbook()
    book.active.append(["Client", "Rep"])
    book.active.append(["A1", "ana"])
    book.save(project.root / "sample_data" / "accounts.xlsx")
    ((_, help),) = told(project)
    assert help.endswith('{accounts: {header_row: 1, columns: {account_id: "its header"}}}')


def test_nearest_headers_are_words_in_common_or_a_slip() -> None:
    """A blank to fill in is better than a wrong guess that somebody copies."""
    headers = ["Kind of deal", "Closing on", "Deal stge", "Accounts", "Total value"]
    found = {field: nearest_headers("deals", field, headers) for field in ("deal_id", "account_id", "stage")}
    assert found == {"deal_id": [], "account_id": ["Accounts"], "stage": ["Deal stge"]}


def test_unmapped_columns_give_one_line_to_write_that_does(project: Project) -> None:
    header = "opportunity_id,sales_agent,product,account,deal_stage,created_at,close_date,Deal value (ACV)"
    rows = "\n".join([header, "D1,ana,tier,A1,Won,2027-01-02,2027-01-05,100.50"]) + "\n"
    ((message, help),) = told(project.write("pipeline.csv", rows))
    assert message.startswith(
        "sample_data/pipeline.csv:1 D110 file-not-recognised: no table is recognised by the headers"
    )
    line = (
        'sources: {deals: {file: pipeline.csv, columns: {deal_id: "opportunity_id", account_id: "account", '
        'motion: "its header", acv: "Deal value (ACV)"}}}'
    )
    assert help == f"if it is deals, write in expcomp.yaml:  {line}; if it is no table, move it out of the data folder"
    project.config(line.replace("its header", "product"))
    assert project.read()["deals"]["acv"].tolist() == [10_050]


def test_the_first_of_several_missing_columns_gives_the_line_for_all(project: Project) -> None:
    header = "deal_id,Client,Kind of expansion,acv,close_date,won,owner"
    project.write("deals.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana", header=header))
    assert told(project) == [
        (
            "sample_data/deals.csv:1 D201 column-missing: no column for deals.account_id, which is required",
            (
                'the file has "deal_id", "Client", "Kind of expansion", "acv", "close_date", "won", "owner"; write in '
                'expcomp.yaml:  sources: {deals: {columns: {account_id: "its header", motion: "its header"}}}'
            ),
        ),
        (
            "sample_data/deals.csv:1 D201 column-missing: no column for deals.motion, which is required",
            'the file has "deal_id", "Client", "Kind of expansion", "acv", "close_date", "won", "owner"',
        ),
    ]


def test_the_line_to_write_names_a_file_whose_name_says_nothing(project: Project) -> None:
    """Without its name the line would be about `deals.*`, and change nothing."""
    header = "Opportunity ID,Client,Type,ACV,Close Date,Won,Owner"
    project.write("opportunities.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana", header=header))
    ((_, help),) = told(project)
    line = 'sources: {deals: {file: opportunities.csv, columns: {account_id: "its header"}}}'
    assert help.endswith(f"write in expcomp.yaml:  {line}")
    assert project.config(line.replace("its header", "Client")).read()["deals"]["account_id"].tolist() == ["A1"]


def test_settings_of_a_file_that_is_not_there_are_told(project: Project) -> None:
    """They would be lost: here the time zone, and with it the day that the deal was created on."""
    project.write("opportunities.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana"))
    assert told(project.config("sources: {deals: {timezone: Asia/Tokyo}}")) == [
        (
            'expcomp.yaml D113 source-matches-no-file: sources.deals: no file in sample_data is called "deals.*"',
            'say with  file:  which it is; there are "opportunities.csv", "payees.csv"',
        )
    ]


def test_a_further_file_of_a_table_whose_files_are_named_is_not_read_unasked(project: Project) -> None:
    """Last year's deals left would be paid again; those of a second CRM would not be paid if it were ignored."""
    project.write("deals.csv", deals("D1,A1,tier,100.50,2027-01-05,true,ana"))
    project.write("old.csv", deals("D0,A1,tier,900,2026-01-05,true,ana"))
    assert project.read()["deals"]["deal_id"].tolist() == ["D0", "D1"]
    assert told(project.config("sources: {deals: {file: deals.csv}}")) == [
        (
            (
                "sample_data/old.csv D124 file-not-named: the file is deals (7 of 7 headers are canonical deals), and "
                "sources.deals names other files"
            ),
            ("name it there too, as one of a list:  deals: [{file: …}, {file: …}]; or move it out of the data folder"),
        )
    ]
    project.config("sources: {deals: [{file: deals.csv}, {file: old.csv}]}")
    assert project.read()["deals"]["deal_id"].tolist() == ["D0", "D1"]


def test_a_file_that_a_vendor_calls_so_is_told_about_as_what_it_is(project: Project) -> None:
    project.write("opportunities.csv", "id,account_name,close_date,amount,is_won\no1,Acme,2027-01-05,5,true\n")
    codes = [(finding.code, finding.message) for finding in project.refused()]
    assert codes == [
        ("D201", "no column for deals.account_id, which is required"),
        ("D201", "no column for deals.motion, which is required"),
        ("D206", f"the plan pays on {NEEDS.value} and the file has only amount"),
    ]


def test_all_words_that_mean_nothing_are_mapped_by_one_line(project: Project) -> None:
    rows = ["D1,A1,GTX Pro,1,2027-01-05,true,ana", "D2,A1,Upsel,2,2027-01-05,true,ana"]
    assert [help for _, help in told(project.write("deals.csv", deals(*rows)))] == [
        'map them in expcomp.yaml:  values: {deal.motion: {"GTX Pro": …, "Upsel": …}}',
        'did you mean "upsell"?',
    ]
