"""The SQL door: the Thrift service that databricks-sql-connector speaks to.

Every call is answered completely at once (`directResults`): the operation is finished and closed when the
answer leaves, so there is nothing to poll, fetch or cancel, and those calls are refused.
"""

import fnmatch
import time
import uuid
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes
from pyspark.sql import SparkSession
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from tests.databricks.double import dialect, rules
from tests.databricks.double.statement import CATALOG_SETTING
from tests.databricks.double.workspace import Refused, Workspace

# A warehouse's session parameters and Spark's names for them; query tags change nothing in a result.
PARAMETERS = {
    "QUERY_TAGS": None,
    "ANSI_MODE": "spark.sql.ansi.enabled",
    "TIMEZONE": "spark.sql.session.timeZone",
}
PROTOCOL = ttypes.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7
_TYPES: dict[str, Callable[[pa.DataType], bool]] = {
    "BOOLEAN_TYPE": pa.types.is_boolean,
    "TINYINT_TYPE": pa.types.is_int8,
    "SMALLINT_TYPE": pa.types.is_int16,
    "INT_TYPE": pa.types.is_int32,
    "BIGINT_TYPE": pa.types.is_int64,
    "FLOAT_TYPE": pa.types.is_float32,
    "DOUBLE_TYPE": pa.types.is_float64,
    "DECIMAL_TYPE": pa.types.is_decimal,
    "DATE_TYPE": pa.types.is_date,
    "TIMESTAMP_TYPE": pa.types.is_timestamp,
    "BINARY_TYPE": pa.types.is_binary,
    "STRING_TYPE": lambda type_: pa.types.is_string(type_) or pa.types.is_large_string(type_),
    "ARRAY_TYPE": pa.types.is_list,
    "MAP_TYPE": pa.types.is_map,
    "STRUCT_TYPE": pa.types.is_struct,
    "NULL_TYPE": pa.types.is_null,
}


def _ok() -> ttypes.TStatus:
    return ttypes.TStatus(ttypes.TStatusCode.SUCCESS_STATUS)


def _handle() -> ttypes.THandleIdentifier:
    return ttypes.THandleIdentifier(uuid.uuid4().bytes, uuid.uuid4().bytes)


def _column(position: int, field: pa.Field) -> ttypes.TColumnDesc:
    name = next((name for name, matches in _TYPES.items() if matches(field.type)), None)
    if name is None:
        raise Refused(f"no Thrift type for {field.type}")
    qualifiers = None
    if name == "DECIMAL_TYPE":
        numbers = {"precision": field.type.precision, "scale": field.type.scale}
        qualifiers = ttypes.TTypeQualifiers(
            {key: ttypes.TTypeQualifierValue(i32Value=number) for key, number in numbers.items()}
        )
    primitive = ttypes.TPrimitiveTypeEntry(getattr(ttypes.TTypeId, name), qualifiers)
    entry = ttypes.TTypeEntry(primitiveEntry=primitive)
    return ttypes.TColumnDesc(field.name, ttypes.TTypeDesc([entry]), position, None)


def _result(table: pa.Table) -> ttypes.TSparkDirectResults:
    columns = [_column(position, field) for position, field in enumerate(table.schema, start=1)]
    batches = [
        ttypes.TSparkArrowBatch(batch.serialize().to_pybytes(), batch.num_rows)
        for batch in table.to_batches()
        if batch.num_rows
    ]
    return ttypes.TSparkDirectResults(
        operationStatus=ttypes.TGetOperationStatusResp(
            _ok(), ttypes.TOperationState.FINISHED_STATE
        ),
        resultSetMetadata=ttypes.TGetResultSetMetadataResp(
            _ok(),
            ttypes.TTableSchema(columns),
            ttypes.TSparkRowSetType.ARROW_BASED_SET,
            False,
            table.schema.serialize().to_pybytes(),
            isStagingOperation=False,
        ),
        resultSet=ttypes.TFetchResultsResp(
            _ok(), False, ttypes.TRowSet(0, [], arrowBatches=batches)
        ),
        closeOperation=ttypes.TCloseOperationResp(_ok()),
    )


def _failure(error: Exception) -> ttypes.TSparkDirectResults:
    message = getattr(error, "_desc", None) or str(error) or repr(error)
    if cause := getattr(error, "java_exception", None):
        # What failed while rows were sent comes wrapped by what sent them; the innermost named error tells.
        while cause is not None:
            if str(cause.getMessage()).startswith("["):
                message = cause.getMessage()
            cause = cause.getCause()
    state = error.getSqlState() if hasattr(error, "getSqlState") else None
    return ttypes.TSparkDirectResults(
        operationStatus=ttypes.TGetOperationStatusResp(
            _ok(),
            ttypes.TOperationState.ERROR_STATE,
            sqlState=state,
            errorCode=0,
            errorMessage=message,
            displayMessage=message,
        )
    )


class Service:
    """The calls that the adapter makes; any other is an error of the protocol and stands in the log."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.sessions: dict[bytes, SparkSession] = {}
        self.processor = TCLIService.Processor(self)

    def answer(self, message: bytes) -> bytes:
        """One request, one response."""
        incoming, outgoing = TMemoryBuffer(message), TMemoryBuffer()
        self.processor.process(TBinaryProtocol(incoming), TBinaryProtocol(outgoing))
        return outgoing.getvalue()

    def __getattr__(self, name: str) -> Callable:
        """Refuse the calls that are not below."""

        def refuse(_request: Any) -> None:
            self.workspace.log(thrift=name, error="refused: the double does not know this call")
            raise Refused(f"the double does not know the Thrift call {name}")

        if not name[0].isupper():
            raise AttributeError(name)
        return refuse

    def _session(self, request: Any) -> SparkSession:
        return self.sessions[bytes(request.sessionHandle.sessionId.guid)]

    def OpenSession(self, request: Any) -> ttypes.TOpenSessionResp:  # noqa: N802 - Thrift's names
        namespace = request.initialNamespace
        self.workspace.log(thrift="OpenSession", configuration=request.configuration)
        try:
            session = self._new_session(request.configuration or {}, namespace)
        except Refused as refusal:
            failed = ttypes.TStatus(ttypes.TStatusCode.ERROR_STATUS, errorMessage=str(refusal))
            return ttypes.TOpenSessionResp(failed, PROTOCOL)
        handle = _handle()
        self.sessions[handle.guid] = session
        opened = ttypes.TSessionHandle(handle, PROTOCOL)
        return ttypes.TOpenSessionResp(_ok(), PROTOCOL, opened, {}, namespace, True)

    def _new_session(self, parameters: dict[str, str], namespace: Any) -> SparkSession:
        session = self.workspace.session.newSession()
        for key, value in parameters.items():
            if key.startswith("spark.thriftserver."):
                continue  # how results are to be sent: as Arrow, which they always are
            if key.upper() not in PARAMETERS:
                raise Refused(f"the double does not know the session parameter {key}")
            if setting := PARAMETERS[key.upper()]:
                session.conf.set(setting, value)
        if namespace is not None and namespace.catalogName:
            self.workspace.check_catalog(namespace.catalogName)
            session.conf.set(CATALOG_SETTING, namespace.catalogName.lower())
            schema = namespace.schemaName
            if schema and session.catalog.databaseExists(schema):
                session.catalog.setCurrentDatabase(schema)
        return session

    def CloseSession(self, request: Any) -> ttypes.TCloseSessionResp:  # noqa: N802
        self.sessions.pop(bytes(request.sessionHandle.sessionId.guid), None)
        return ttypes.TCloseSessionResp(_ok())

    def ExecuteStatement(self, request: Any) -> ttypes.TExecuteStatementResp:  # noqa: N802
        started = time.monotonic()
        entry: dict[str, Any] = {"statement": request.statement}
        if request.parameters:
            entry["parameters"] = [str(parameter) for parameter in request.parameters]
        try:
            if request.parameters:
                raise Refused("the double takes no statement parameters")
            table, statement = dialect.execute(
                self.workspace, self._session(request), request.statement
            )
            results = _result(table)
            entry |= {"rows": table.num_rows, "error": None}
        except Exception as error:
            statement = getattr(error, "statement", None)
            results = _failure(error)
            entry |= {"rows": None, "error": results.operationStatus.errorMessage}
        entry["executed"] = statement.executed if statement else []
        entry["rules"] = statement.rules if statement else []
        entry["milliseconds"] = round((time.monotonic() - started) * 1000)
        self.workspace.log(**entry)
        operation = ttypes.TOperationHandle(
            _handle(), ttypes.TOperationType.EXECUTE_STATEMENT, True
        )
        return ttypes.TExecuteStatementResp(_ok(), operation, results)

    def GetSchemas(self, request: Any) -> ttypes.TGetSchemasResp:  # noqa: N802
        pattern = (request.schemaName or "%").replace("%", "*")
        databases = self._session(request).catalog.listDatabases()
        names = [each.name for each in databases if fnmatch.fnmatch(each.name, pattern)]
        table = rules.strings(TABLE_SCHEM=names, TABLE_CATALOG=[request.catalogName] * len(names))
        self.workspace.log(thrift="GetSchemas", rows=len(names))
        operation = ttypes.TOperationHandle(_handle(), ttypes.TOperationType.GET_SCHEMAS, True)
        return ttypes.TGetSchemasResp(_ok(), operation, _result(table))

    def CloseOperation(self, _request: Any) -> ttypes.TCloseOperationResp:  # noqa: N802
        return ttypes.TCloseOperationResp(_ok())
