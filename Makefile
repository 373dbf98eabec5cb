# Everything there is to do here, one target each; `make` alone lists them.
# Variables, from the environment or behind the target (`make build LANDING_PATH=/data/drops`):
#   PYTHON        the interpreter that makes the environments (default: the first fitting one on the PATH)
#   LANDING_PATH  the folder of landed files (default: landing)
#   DUCKDB_PATH   the database file (default: medallion.duckdb)
#   ARGS          more options for the command behind `build`, `metrics` or `simulate`
#   DOCS_PORT     where `make docs` serves (default: 8080)
#   STATE         the folder of the base that `make slim` compares with
#   VERSION       the version that `make release` checks
#   DAG           the DAG that `make airflow` runs (default: medallion; the other: medallion_single)
#   BASE          the commit that `make pr-report` compares with (default: main)

SHELL := bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
DOCS_PORT ?= 8080
LANDING_PATH ?= landing
DUCKDB_PATH ?= medallion.duckdb
BASE ?= main
DAG ?= medallion
export LANDING_PATH DUCKDB_PATH
export DBT_PROFILES_DIR := profiles
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv does not compile what it installs. Where Python may not keep what it compiles, each dbt starts 2.5 seconds later.
unexport PYTHONDONTWRITEBYTECODE

# Each node's result, without the line that says it started. `pipefail` keeps dbt's exit code.
BUILD = set -o pipefail; $(BIN)/dbt build $(ARGS) | grep --line-buffered -v ' START '
SQL_FOLDERS = $(wildcard models analyses tests/singular package/models package/tests/singular)
PYTHON_FOLDERS = lakehouse tests benchmarks deploy/airflow
YAML_FILES = $$(git ls-files --cached --others --exclude-standard '*.yml' '*.yaml')

##@ Every day

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

.PHONY: build
build: $(VENV)/.base ## install, build the lakehouse from LANDING_PATH into DUCKDB_PATH, say what came out
	@$(BUILD)
	@$(BIN)/python -m lakehouse report

.PHONY: docs
docs: $(VENV)/.base ## make the documentation of models, columns and lineage and serve it on DOCS_PORT
	@test -f "$(DUCKDB_PATH)" || { $(BUILD); }
	@$(BIN)/dbt docs generate --quiet --static
	@mkdir -p target/docs && cp target/static_index.html target/docs/index.html
	@echo "Documentation: http://localhost:$(DOCS_PORT)  (Ctrl-C ends it)"
	@$(BIN)/python -m http.server $(DOCS_PORT) --bind 127.0.0.1 --directory target/docs >/dev/null 2>&1 \
		|| { code=$$?; [ $$code -eq 130 ] || { echo "Port $(DOCS_PORT) is taken? make docs DOCS_PORT=8081" >&2; exit $$code; }; }

.PHONY: publish
publish: .venv-publish/.installed ## write gold alone, masked, into publish/: a read-only DuckDB file and Delta tables
	@.venv-publish/bin/python -m lakehouse publish $(ARGS)

.PHONY: site
site: $(VENV)/.base .venv-site/.installed ## write the site about the lakehouse into target/site; open its index.html
	@test -f "$(DUCKDB_PATH)" || { $(BUILD); }
	@$(BIN)/dbt docs generate --quiet --static
	@$(BIN)/python -m lakehouse site $(ARGS)

.PHONY: simulate
simulate: $(VENV)/.base ## write a synthetic landing zone: make simulate ARGS="--out /tmp/drops --orders 100000"
	@$(BIN)/python -m lakehouse simulate $(ARGS)

# MetricFlow reads what dbt last parsed.
.PHONY: metrics
metrics: .venv-metrics/.installed ## list the metrics, or ask: make metrics ARGS="--metrics items_brl_sales --group-by metric_time__month"
	@$(if $(ARGS),test -f "$(DUCKDB_PATH)" || { echo "There is no $(DUCKDB_PATH): run make build." >&2; exit 1; })
	@.venv-metrics/bin/dbt --quiet parse
	@$(if $(ARGS),.venv-metrics/bin/mf query $(ARGS),.venv-metrics/bin/python -m lakehouse metrics)

##@ Before a pull request

# Two lists of targets side by side; fails when one of them does. Only what writes to other folders may stand beside another.
# `+`, because make does not see in a called text that it calls itself, and `make -n test` would not look inside.
beside = +@$(MAKE) --no-print-directory $(1) & one=$$!; $(MAKE) --no-print-directory $(2); two=$$?; wait $$one && exit $$two

.PHONY: test
test: $(VENV)/.dev ## everything CI runs, cheap things first; the double of Databricks is a job of its own
	$(call beside,environments compile-databricks,lint twice)
	$(call beside,checks,e2e)

.PHONY: checks
checks: rules policies metrics-check bundle-check star-check test-site ## what looks at what `make twice` left

.PHONY: environments
environments: $(VENV)/.dev .venv-databricks/.installed .venv-bouncer/.installed .venv-metrics/.installed .venv-site/.installed .venv-browser/.installed .venv-mlflow/.installed .venv-publish/.installed ## install all that `make test` needs

# Over what `make twice` built.
.PHONY: metrics-check
metrics-check: .venv-metrics/.installed $(VENV)/.dev ## compare every metric with hand-written SQL (after `make twice`)
	$(BIN)/python -m pytest tests/metrics -q

# Incremental models are read as their first build, whatever database happens to be there.
NO_DATABASE = DUCKDB_PATH=:memory:

.PHONY: lint
lint: $(VENV)/.dev ## check the style of Python, YAML and SQL
	$(BIN)/ruff check --quiet $(PYTHON_FOLDERS)
	$(BIN)/ruff format --quiet --check $(PYTHON_FOLDERS)
	@echo "$(BIN)/yamllint --strict (every YAML file)"
	@$(BIN)/yamllint --strict $(YAML_FILES)
	$(NO_DATABASE) $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar $(SQL_FOLDERS)

.PHONY: fix
fix: $(VENV)/.dev ## repair what the style checks can repair: ruff, sqlfluff
	$(BIN)/ruff check --fix --exit-zero $(PYTHON_FOLDERS)
	$(BIN)/ruff format $(PYTHON_FOLDERS)
	$(NO_DATABASE) $(BIN)/sqlfluff fix --processes 2 --disable-progress-bar $(SQL_FOLDERS)

SAMPLE = DUCKDB_PATH=target/test/medallion.duckdb LANDING_PATH=landing

# What a check needs to know of the models, without building them.
.PHONY: manifest
manifest: $(VENV)/.base
	@$(SAMPLE) $(BIN)/dbt parse --quiet

# Built from nothing, then once more over the same files: the second run must find nothing to do and nothing wrong.
.PHONY: twice
twice: $(VENV)/.dev ## build the sample from scratch and once more, in a database of its own
	@rm -rf target/test && mkdir -p target/test
	$(SAMPLE) $(BIN)/dbt build --quiet --full-refresh
	$(SAMPLE) $(BIN)/dbt build --quiet
	@$(SAMPLE) $(BIN)/python -m lakehouse report --no-next
	$(SAMPLE) $(BIN)/dbt docs generate --quiet --static
	$(SAMPLE) $(BIN)/python -m lakehouse questions --check

.PHONY: questions
questions: $(VENV)/.base ## write the answers of analyses/ into docs/questions.md (after `make twice`)
	$(SAMPLE) $(BIN)/dbt compile --quiet --select path:analyses
	$(SAMPLE) $(BIN)/python -m lakehouse questions

.PHONY: rules
rules: .venv-bouncer/.installed ## check lineage, names, documentation and contracts (after `make twice`)
	COLUMNS=200 .venv-bouncer/bin/dbt-bouncer run --config-file dbt-bouncer.yml --show-all-failures

.PHONY: compile-databricks
compile-databricks: .venv-databricks/.installed ## compile every model with the Databricks adapter, offline
	.venv-databricks/bin/python tests/databricks/compile_offline.py

# The Databricks jobs have a task a model, so they follow from the manifest. Parsing needs no workspace.
.PHONY: bundle-manifest
bundle-manifest: .venv-databricks/.installed
	@.venv-databricks/bin/dbt parse --quiet --target databricks_job --target-path target/bundle --log-path target/bundle

BUNDLE = .venv-databricks/bin/python -m lakehouse bundle
DASHBOARD = .venv-databricks/bin/python -m lakehouse dashboard

.PHONY: bundle
bundle: bundle-manifest ## write the jobs of the Databricks bundle, one task a model, from the manifest
	@$(BUNDLE)
	@$(DASHBOARD)

.PHONY: bundle-check
bundle-check: bundle-manifest $(VENV)/.dev ## check that the Databricks bundle is valid and not stale
	@$(BUNDLE) --check
	@$(DASHBOARD) --check
	$(BIN)/python -m pytest tests/databricks/test_bundle.py tests/databricks/test_dashboard.py -q -k "not dbt_builds"

.PHONY: policies
policies: manifest bundle-manifest ## check who may read what and what gold promises, on both engines' manifests
	$(BIN)/python -m lakehouse policies

.PHONY: parity-check
parity-check: $(VENV)/.dev manifest ## check that docs/parity.md lists every table
	$(BIN)/python -m tests.databricks.parity target/manifest.json

# What a change touches, and what reads that, in a copy of a base's database; `--defer` takes everything else from there.
# The base is the folder STATE with its manifest.json and medallion.duckdb, which `make twice` leaves in target/ and
# target/test/. What is selected is built from scratch, because over old rows an incremental model hides its change.
SLIM = DUCKDB_PATH=target/slim/medallion.duckdb $(BIN)/dbt build --target-path target/slim

.PHONY: slim
slim: $(VENV)/.base ## build what differs from a base, and its children: make slim STATE=folder
	@rm -rf target/slim && mkdir -p target/slim
	@if [ -f "$(STATE)/manifest.json" ] && [ -f "$(STATE)/medallion.duckdb" ]; then \
		cp "$(STATE)/medallion.duckdb" target/slim/; \
		$(SLIM) --select state:modified+ --state "$(STATE)" --defer --full-refresh; \
	else \
		echo "No base (manifest.json and medallion.duckdb) in STATE=$(STATE): building everything."; \
		$(SLIM); \
	fi

.PHONY: pr-report
pr-report: $(VENV)/.base ## say how the tables differ from those of another commit: make pr-report BASE=main
	@$(BIN)/python -m lakehouse pr-report --base $(BASE)

# The committed page of the star schema follows from the manifest, which `make twice` leaves in target/.
.PHONY: star
star: manifest ## write docs/star.md and the relationships for Power BI
	@$(BIN)/python -m lakehouse site --star

.PHONY: star-check
star-check: manifest ## check that what `make star` writes is not stale
	@$(BIN)/python -m lakehouse site --star --check

# A browser reads every page. It is the machine's own: CHROMIUM, or a chromium or google-chrome on the PATH.
.PHONY: test-site
test-site: .venv-site/.installed .venv-browser/.installed .venv-databricks/.installed ## test the site in headless Chromium (after `make twice`)
	@test -f target/test/medallion.duckdb -a -f target/static_index.html || $(MAKE) twice
	$(SAMPLE) $(BIN)/python -m lakehouse site --out target/test/site
	$(SAMPLE) .venv-browser/bin/python -m pytest tests/site -q

.PHONY: e2e
e2e: $(VENV)/.dev .venv-mlflow/.installed .venv-publish/.installed ## test the laws of the lakehouse and its tools with pytest
	$(BIN)/python -m pytest tests/e2e -q -n 2 --dist loadfile --no-loadscope-reorder

# The adapter as it is, against tests/databricks/double, which runs everything on a local Spark.
.PHONY: test-databricks
test-databricks: spark $(VENV)/.dev parity-check ## test the Databricks target on a double of a workspace (needs Java 17 and Maven)
	$(BIN)/python -m pytest tests/databricks -q

.PHONY: parity
parity: spark $(VENV)/.dev ## compare both engines in every scenario and write docs/parity.md
	$(BIN)/python -m pytest tests/databricks/test_parity.py -q --long

# Of the environment's own; no file of another Airflow is touched. Where it lies: deploy/airflow/environment.
AIRFLOW = source deploy/airflow/environment && .venv-airflow/bin

.PHONY: airflow-manifest
airflow-manifest: $(VENV)/.base ## write dbt's manifest for the DAGs, one task a model
	@$(BIN)/dbt --quiet parse --target duckdb --target-path target/airflow/target

.PHONY: test-airflow
test-airflow: .venv-airflow/.installed $(VENV)/.dev airflow-manifest ## run a part of the DAGs for real and compare them with the manifest
	$(BIN)/python -m pytest tests/airflow -q

##@ Now and then

.PHONY: airflow
airflow: .venv-airflow/.installed airflow-manifest ## run the Airflow DAG once, for real: make airflow DAG=medallion_single
	@$(AIRFLOW)/airflow db migrate >/dev/null
	@$(AIRFLOW)/airflow dags test $(DAG)
	@$(BIN)/python -m lakehouse report

.PHONY: spark
spark: .venv-spark/.installed .venv-databricks/.installed ## make the environments of the Databricks target and its double

.PHONY: bench
bench: $(VENV)/.base .venv-bench/.installed ## measure against hand-written SQL: make bench ARGS="--orders 100000 1000000"
	$(BIN)/python benchmarks/bench.py $(ARGS)
	.venv-bench/bin/python benchmarks/report.py

.PHONY: hooks
hooks: $(VENV)/.dev ## run the style checks before every commit
	$(BIN)/pre-commit install

# MLflow asks for the word before it writes files; it would rather have a database.
# What Python models log goes into files below mlruns/. To a server: make tracked MLFLOW_TRACKING_URI=https://...
.PHONY: tracked
tracked: .venv-mlflow/.installed ## build what the Python models need and them, their runs logged with MLflow into mlruns/
	MLFLOW_ALLOW_FILE_STORE=true MLFLOW_DISABLE_TELEMETRY=true MLFLOW_TRACKING_URI="$${MLFLOW_TRACKING_URI:-file:$(CURDIR)/mlruns}" \
		.venv-mlflow/bin/dbt build --select +tag:learning $(ARGS)

# base and metrics are compiled against dev's pins, so that what is installed is what was tested.
.PHONY: lock
lock: $(VENV)/.uv ## compile requirements/*.in into pinned, hashed *.txt
	@for name in dev base databricks bouncer spark bench metrics publish mlflow site browser airflow uv; do \
		constraint=$$([[ $$name = base || $$name = metrics ]] && echo "--constraint requirements/dev.txt" || true); \
		$(BIN)/uv pip compile requirements/$$name.in $$constraint --output-file requirements/$$name.txt \
			--universal --python-version 3.10 --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
			--quiet $(ARGS) || exit 1; \
		echo "requirements/$$name.txt"; \
	done

# What is tried follows from requirements/base.in; see lakehouse/newest.py.
.PHONY: newest
newest: $(VENV)/.base ## try the newest releases of what base needs, also beyond its bounds; target/newest/report.md
	@$(BIN)/python -m lakehouse newest --uv $(BIN)/uv $(ARGS)

.PHONY: release
release: $(VENV)/.python ## check that a version may be tagged, and print its notes: make release VERSION=1.2.0
	@$(BIN)/python -m lakehouse release "$(VERSION)"

.PHONY: clean
clean: ## remove the database, dbt's output and the environments
	rm -rf $(VENV) .venv-* target logs medallion.duckdb medallion.duckdb.* .pytest_cache .ruff_cache .hypothesis

# The environments. A stamp per requirements file: nothing is installed twice, and a changed file is installed anew.
# uv takes an eighth of pip's time; where it does not get what it needs (it does not read pip's settings), pip installs.
# Without dependencies: a requirements file names them all, and pip can take minutes to find that out by itself.
# Argument: the environment's folder.
install = echo "Installing $< into $(1)"; $(BIN)/uv pip install --quiet --no-deps --python $(1) --require-hashes -r $< \
	|| { echo "Without uv:" >&2; $(1)/bin/pip install --quiet --no-deps --require-hashes -r $<; }

$(VENV)/.python:
	@python=; for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10); do \
		if $$candidate -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Medallion needs Python 3.10 to 3.13; $(or $(PYTHON),python3) is" \
			"$$($(or $(PYTHON),python3) --version 2>&1 | tail -n 1)." >&2; \
		echo "Install one of them and name it: make $(or $(MAKECMDGOALS),build) PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	[ -x $(BIN)/python ] || { echo "Creating $(VENV) with $$($$python --version)"; \
		$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }; \
	command -v $$python > $@

$(VENV)/.uv: requirements/uv.txt | $(VENV)/.python
	@$(BIN)/pip install --quiet --require-hashes -r $< || echo "There is no uv for this machine: pip installs, and takes minutes." >&2
	@touch $@

$(VENV)/.base: requirements/base.txt | $(VENV)/.uv
	@$(call install,$(VENV))
	@touch $@

# dev contains base.
$(VENV)/.dev: requirements/dev.txt | $(VENV)/.uv
	@$(call install,$(VENV))
	@touch $(VENV)/.base $@

.venv-%/.installed: requirements/%.txt | $(VENV)/.uv
	@"$$(cat $(VENV)/.python)" -m venv $(@D)
	@$(call install,$(@D))
	@touch $@

# Delta's jars are Maven's to fetch, from where its own settings say; their checksums are the project's.
.venv-spark/.installed: requirements/spark.txt tests/databricks/jars/pom.xml tests/databricks/jars/SHA256SUMS | $(VENV)/.uv
	@command -v java >/dev/null || [ -x "$$JAVA_HOME/bin/java" ] || { \
		echo "Spark needs Java: install openjdk 17 (apt install openjdk-17-jre-headless)." >&2; exit 1; }
	@command -v mvn >/dev/null || { echo "Delta's jars come by Maven: apt install maven." >&2; exit 1; }
	@"$$(cat $(VENV)/.python)" -m venv $(@D)
	@$(call install,$(@D))
	@mvn --quiet --batch-mode --file tests/databricks/jars/pom.xml dependency:copy-dependencies \
		-DoutputDirectory="$(CURDIR)/.venv-spark/jars"
	@.venv-spark/bin/python -c 'from tests.databricks.double import spark; spark.checked_jars()'
	@touch $@
