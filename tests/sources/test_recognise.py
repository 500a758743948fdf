"""Which table a file is, by its headers; and what is told when that cannot be said."""

from zoneinfo import ZoneInfo

from expcomp.sources.book import Needs
from expcomp.sources.presets import presets
from expcomp.sources.tables import TABLES, Field, Kind

from .conftest import DEAL_HEADER, Project, deals

ROW = "D1,A1,tier,100.50,2027-01-05,true,ana"


def test_presets_name_only_tables_and_fields_there_are() -> None:
    assert next(iter(presets())) == "canonical"
    for preset in presets().values():
        for table, fields in preset.aliases.items():
            assert set(fields) <= {field.name for field in TABLES[table].fields}, (preset.name, table)


def test_a_file_of_another_name_is_known_by_its_headers(project: Project) -> None:
    account = project.write("q1 export.csv", deals(ROW)).account("q1 export.csv")
    assert (account.table, account.preset) == ("deals", "canonical")
    assert account.recognised_by == "7 of 7 headers are canonical deals"


def test_headers_are_compared_without_case_blanks_and_signs(project: Project) -> None:
    header = "DEAL ID,Account-Id,motion ↑,ACV,Close Date,Won?,owner"
    assert len(project.write("deals.csv", deals(ROW, header=header)).read()["deals"]) == 1


def test_vendors_are_told_apart(project: Project) -> None:
    project.write("sf.csv", deals(ROW, header="Opportunity ID,Account ID,Type,ACV,Close Date,Won,Opportunity Owner"))
    project.write("api.csv", deals(ROW.replace("D1", "D2"), header="Id,AccountId,Type,ACV__c,CloseDate,IsWon,OwnerId"))
    hub = "Record ID,Associated Company IDs,Deal Type,Annual contract value,Close Date,Is Closed Won,Deal owner"
    project.write("hub.csv", deals(ROW.replace("D1", "D3"), header=hub))
    project.write("cta.csv", "GSID,Company ID,Created Date\nS1,A1,2027-01-01T10:00:00Z\n")
    assert {account.path.split("/")[-1]: (account.table, account.preset) for account in project.read().files} == {
        "api.csv": ("deals", "salesforce-api"),
        "cta.csv": ("signals", "gainsight"),
        "hub.csv": ("deals", "hubspot"),
        "payees.csv": ("payees", "canonical"),
        "sf.csv": ("deals", "salesforce-report"),
    }


def test_a_copy_of_salesforce_in_a_warehouse_is_known_by_its_names(project: Project) -> None:
    project.write(
        "sf_account_data.csv", "id,is_deleted,name,account_number,jigsaw_company_id,owner_id\nA1,false,Acme,,,ana\n"
    )
    account = project.account("sf_account_data.csv")
    assert (account.table, account.preset) == ("accounts", "salesforce-api")


def test_an_unverified_preset_is_tried_only_where_one_of_its_signs_stands(project: Project) -> None:
    rows = "_id,name,owner\nA1,Acme,ana\n"
    project.write("companies of ours.csv", rows)
    assert [finding.code for finding in project.refused()] == ["D110"]
    project.write("companies of ours.csv", rows.replace("owner", "owner,lifecycle phase (*)").replace("ana", "ana,x"))
    account = project.account("companies of ours.csv")
    assert (account.table, account.preset, presets()["planhat"].verified) == ("accounts", "planhat", False)


def test_a_missing_column_gives_the_nearest_header_and_the_line_to_write(project: Project) -> None:
    header = DEAL_HEADER.replace("close_date", "Date of closing")
    (finding,) = project.write("deals.csv", deals(ROW, header=header)).refused()
    assert (
        str(finding) == "sample_data/deals.csv:1 D201 column-missing: no column for deals.close_date, which is required"
    )
    assert finding.help.endswith('sources: {deals: {columns: {close_date: "Date of closing"}}}')
    project.config('sources: {deals: {columns: {close_date: "Date of closing"}}}')
    assert len(project.read()["deals"]) == 1


def test_a_file_nobody_knows_is_an_error_that_names_what_was_seen(project: Project) -> None:
    (finding,) = project.write("things.csv", "colour,size\nred,1\n").refused()
    assert '"colour", "size"' in finding.message
    assert "sources:" in finding.help


def test_the_plans_value_must_be_a_column(project: Project) -> None:
    project.write("deals.csv", deals(ROW, header=DEAL_HEADER.replace("acv", "amount")))
    (finding,) = project.refused()
    assert finding.message == "the plan pays on acv and the file has only amount"
    assert len(project.read(Needs(ZoneInfo("UTC"), "USD", value="amount"))["deals"]) == 1


def test_unknown_columns_are_ignored_and_counted(project: Project) -> None:
    book = project.write("deals.csv", deals(ROW + ",x", header=DEAL_HEADER + ",Probability (%)")).read()
    assert [note.message for note in book.notes if note.code == "D230"] == ["1 of 8 columns are not used"]
    columns = next(account for account in book.files if account.table == "deals").columns
    assert (columns[0].header, columns[0].field, columns[0].samples) == ("deal_id", "deal_id", ("D1",))
    assert (columns[7].field, columns[7].how) == ("", "not used")


def test_columns_the_plan_declares_are_read_and_must_be_there(project: Project) -> None:
    needs = Needs(ZoneInfo("UTC"), "USD", fields={"deals": (Field("partner_tier", Kind.WORD),)})
    header = DEAL_HEADER + ",Partner Tier"
    assert project.write("deals.csv", deals(ROW + ",gold", header=header)).read(needs)["deals"][
        "partner_tier"
    ].tolist() == ["gold"]
    (finding,) = project.write("deals.csv", deals(ROW)).refused(needs)
    assert finding.message == "no column for deals.partner_tier, which the plan uses"


def test_two_columns_that_fit_one_amount_must_agree(project: Project) -> None:
    header = "Opportunity ID,Account ID,Type,ACV,Close Date,Won,Opportunity Owner,Annual Contract Value"
    assert len(project.write("sf.csv", deals(ROW + ",100.50", header=header)).read()["deals"]) == 1
    (finding,) = project.write("sf.csv", deals(ROW + ",99", header=header)).refused()
    assert str(finding).startswith("sample_data/sf.csv:2:8 D202 column-claimed-twice")


def test_several_files_feed_one_table(project: Project) -> None:
    project.write("a.csv", deals(ROW)).write("b.csv", deals(ROW.replace("D1", "D0")))
    assert project.read()["deals"]["deal_id"].tolist() == ["D0", "D1"]


def test_a_source_that_matches_no_file_is_an_error(project: Project) -> None:
    project.config("sources: {deals: {file: crm*.csv}}")
    assert [finding.name for finding in project.refused()] == ["source-matches-no-file"]


def test_a_wide_file_with_an_account_id_is_not_taken_for_accounts(project: Project) -> None:
    project.write("calls.csv", "account_id,when,who,how long,about\nA1,x,y,z,w\n")
    assert [finding.name for finding in project.refused()] == ["file-not-recognised"]


def test_beside_a_sources_block_a_file_that_is_no_table_is_warned_about(project: Project) -> None:
    project.config("sources: {deals: {file: deals.csv}}").write("deals.csv", deals(ROW))
    book = project.write("things.csv", "colour,size\nred,1\n").read()
    assert [note.severity for note in book.notes if note.code == "D109"] == ["warning"]
