# Every target first makes .venv ready (tools/setup.sh: instant when it is). `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHONUTF8 := 1
# Where Python is told to keep nothing that it compiled, each of a hundred processes would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
export NO_MKDOCS_2_WARNING := 1
# Some machines have no home folder; browsers, mypy and pip want one.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/.venv/home
endif

.PHONY: help setup setup-test demo test house walks authz crash api bench-intake bench-worklist mutate release-procedures scene-cost docs locale format lock stop

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

setup: ## make .venv ready to run
	@sh tools/setup.sh

setup-test: ## make .venv ready to test: a browser, fonts, PDF tools too
	@sh tools/setup.sh test

demo: setup ## start the fictional county of Qingxi and print its addresses and log-ins
	@.venv/bin/tianping demo $(ARGS)

test: setup-test ## everything that must pass: house, docs, and all tests with coverage (under 6 minutes on two cores)
	@sh tools/test.sh $(ARGS)

house: setup ## the rules of the house, without running the project
	@$(PY) -m tools.house $(ARGS)

walks: setup-test ## walk every procedure at random and look for a broken promise
	@$(PY) tests/walks/run.py $(ARGS)

authz: setup-test ## every route, role and relation: who sees what
	@$(PY) tests/authz/run.py $(ARGS)

crash: setup-test ## kill the server, the worker and PostgreSQL under load; nothing acknowledged may be lost
	@$(PY) tests/crash/run.py $(ARGS)

api: setup-test ## drive every operation of the API with made-up requests
	@$(PY) tests/apifuzz/run.py $(ARGS)

bench-intake: setup-test ## reports a second, against what the same server can write at all
	@$(PY) bench/intake.py $(ARGS)

bench-worklist: setup-test ## the worklist at 10,000, 100,000 and 1,000,000 matters
	@$(PY) bench/worklist.py $(ARGS)

mutate: setup-test ## change the code on purpose and see the tests notice
	@$(PY) tests/mutate/run.py $(ARGS)

release-procedures: setup ## record the digests of the procedures in each scene's released.json (ARGS=--check: only look)
	@$(PY) -m tools.release_procedures $(ARGS)

scene-cost: setup ## lines of each scene, in its folder by kind and outside of it (ARGS=--list: each line outside)
	@$(PY) -m tools.scene_cost $(ARGS)

docs: setup ## build the documentation into site/
	@.venv/bin/mkdocs build --strict --quiet && echo "docs: ok, open site/index.html"

locale: setup ## merge the English of each part and compile it
	@$(PY) -m tools.house.locale merge

format: setup ## format the code
	@.venv/bin/ruff format -q . && .venv/bin/ruff check -q --fix .

lock: setup ## renew requirements.lock from pyproject.toml
	@sh tools/lock.sh

stop: ## stop the embedded servers that tests left running
	@[ ! -x $(PY) ] || $(PY) -m tools.stop_test_cluster
