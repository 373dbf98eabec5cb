"""What `lakehouse new-model` points a fact at, without dbt."""

from argparse import Namespace

from lakehouse.scaffold.model import fact, load


def describe(project, folder, name, columns, key=()):
    """Write the YAML of a model; with a key, the one of its records too."""
    path = project / "models" / folder
    path.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"      - {{name: {c}, data_type: string}}\n" for c in columns)
    (path / f"{name}.yml").write_text(f"models:\n  - name: {name}\n    columns:\n{listed}")
    if key:
        (path / f"{name}__records.yml").write_text(
            f"models:\n  - name: {name}__records\n    config: {{meta: {{key: [{', '.join(key)}]}}}}\n"
        )


def test_a_fact_points_at_what_it_names_by_its_whole_key(tmp_path):
    silver, gold = "intermediate/hr", "marts/core"
    describe(
        tmp_path, silver, "int_payslips", ["employee_id", "month", "pay"], ["employee_id", "month"]
    )
    describe(tmp_path, silver, "int_departments", ["dept", "employee_id"], ["dept"])
    describe(
        tmp_path,
        silver,
        "int_lines",
        ["employee_id", "month", "line"],
        ["employee_id", "month", "line"],
    )
    describe(tmp_path, silver, "int_notes", ["employee_id", "note"], ["note"])
    describe(tmp_path, gold, "fct_payslips", ["payslip_key", "employee_id", "month", "pay"])
    # Its only id names the head of it; joined by that, a row of the fact would come twice.
    describe(tmp_path, gold, "dim_departments", ["department_key", "employee_id", "dept"])
    made = fact(tmp_path, load(tmp_path, "int_lines"), "lines", Namespace())
    assert [(link["dimension"], link["columns"]) for link in made["links"]] == [
        ("fct_payslips", ["employee_id", "month"])
    ]
    (column,) = [c for c in made["columns"] if c["name"] == "payslip_key"]
    # A fact has no unknown member: the key may be missing, and the unit test does not expect `unknown`.
    assert (column["expression"], column["is_optional"]) == ("payslips.payslip_key", True)
    assert "payslip_key" not in made["test"]["expected"][0]
    assert fact(tmp_path, load(tmp_path, "int_notes"), "notes", Namespace())["links"] == []
