"""SQL for the tests, through databricks-sql-connector: a line of JSON in, a line of JSON out.

A string is a statement; {"call": "tables"} is a method of the cursor.

It runs in .venv-databricks, where the connector is; pytest runs in .venv, where it is not.
"""

import json
import os
import sys

from databricks import sql


def main() -> None:
    """Answer until the input ends."""
    address = f"http://127.0.0.1:{os.environ['DOUBLE_PORT']}/sql/1.0/warehouses/double"
    connection = sql.connect(
        server_hostname="127.0.0.1",
        http_path="sql/1.0/warehouses/double",
        access_token=os.environ["DOUBLE_TOKEN"],
        catalog="main",
        schema="default",
        _connection_uri=address,
        use_cloud_fetch=False,
        enable_telemetry=False,
        _retry_stop_after_attempts_count=1,
    )
    for line in sys.stdin:
        try:
            with connection.cursor() as cursor:
                request = json.loads(line)
                if isinstance(request, str):
                    cursor.execute(request)
                else:
                    getattr(cursor, request["call"])()
                columns = [column[0] for column in cursor.description or []]
                rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            answer = {"rows": rows}
        except Exception as error:
            answer = {"error": str(error)}
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
