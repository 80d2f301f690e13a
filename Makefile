# One command each; the first use installs what is pinned in requirements*.txt into .venv.
PYTHON ?= python3
IN_VENV = @$(PYTHON) contactcenter/run/bootstrap.py exec --dev

.PHONY: run test check format faults drill bench requirements install

run:  ## start everything; READY tells the addresses
	@$(PYTHON) contactcenter/run/bootstrap.py run

install:  ## only make .venv, with what tests need
	@$(PYTHON) contactcenter/run/bootstrap.py install --dev

test:  ## run the tests; ARGS="-k name" chooses some
	$(IN_VENV) python -m contactcenter.checks.tools
	$(IN_VENV) python -m tests $(ARGS)

check:  ## format, lint, types, imports, sizes, migrations, translations, requirements
	$(IN_VENV) python -m contactcenter.checks

format:  ## put the code into its shape
	$(IN_VENV) ruff check --fix-only --quiet .
	$(IN_VENV) ruff format --quiet .

faults:  ## kill, pause and cut; F=1 chooses one, without it they are listed
	$(IN_VENV) env F="$(F)" KIND="$(KIND)" SECONDS="$(SECONDS)" MORE="$(MORE)" python -m tests.faults

drill:  ## lose a database and bring it back to a moment: RPO, RTO, every row compared; ROWS=10000000
	$(IN_VENV) env F=16 ROWS="$(ROWS)" python -m tests.faults

bench:  ## medians and ratios
	$(IN_VENV) python -m benchmarks

requirements:  ## pin the newest of everything in requirements*.in
	$(IN_VENV) python -m contactcenter.checks.requirements --upgrade
