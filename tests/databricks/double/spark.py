"""The local Spark session with Delta, set as a SQL warehouse is."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from pyspark.sql import SparkSession

JARS = Path(sys.prefix) / "jars"
CHECKSUMS = Path(__file__).parent.parent / "jars" / "SHA256SUMS"

SETTINGS = {
    # As a SQL warehouse has them.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.default": "delta",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Small data on two cores.
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    # Many small statements: compiling them, and planning them well, costs more than it gives.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.databricks.delta.stats.skipping": "false",
    # The quick compiler's own limit is 48 MB of code, and when they are full the rest is interpreted. Spark analyses by
    # recursion, and interpreted frames are large: the usual 1 MB of stack holds no union of hundreds of queries.
    "spark.driver.extraJavaOptions": (
        "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=512m -XX:+UseSerialGC -Xss64m"
    ),
    # Loopback only, and nothing to look at.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
    "spark.ui.retainedTasks": "10",
    "spark.sql.maxPlanStringLength": "1000",
}


def checked_jars() -> list[str]:
    """Delta's jars, each with the checksum that the project has pinned."""
    jars = []
    for line in CHECKSUMS.read_text().splitlines():
        checksum, name = line.split()
        jar = JARS / name
        if not jar.exists():
            sys.exit(f"{name} is missing: run `make spark`.")
        if hashlib.sha256(jar.read_bytes()).hexdigest() != checksum:
            sys.exit(f"{name} is not the file that {CHECKSUMS.name} lists.")
        jars.append(str(jar))
    return jars


def start(work: Path, memory: str) -> SparkSession:
    """One session for the whole workspace; each connection gets a session of its own from it."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        sys.exit("Spark needs Java: install openjdk 17 (apt install openjdk-17-jre-headless).")
    builder = SparkSession.builder.master("local[2]").appName("workspace-double")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        builder.config("spark.jars", ",".join(checked_jars()))
        .config("spark.driver.memory", memory)
        .config("spark.sql.warehouse.dir", (work / "warehouse").as_uri())
        .config("spark.local.dir", str(work / "spark-local"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session
