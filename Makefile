# Portail CPTS : deux commandes, `make run` et `make test`. Le reste est dans scripts/.
PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: help run test bench soak lint format lock reset

help:
	@echo "make run     démarre le portail et sa démonstration sur http://localhost:$(PORT) (Ctrl-C arrête tout)"
	@echo "make test    lance toutes les vérifications et tous les tests (ARGS=\"tests/core -x\" pour une partie)"
	@echo "make bench   mesure le portail, en rapports dans un même passage"
	@echo "make soak    répète au nombre entier les tests de concurrence, de coupure et d’altération (ARGS=\"-k f1\" pour une partie)"
	@echo "make lint    lance les vérifications sans les tests"
	@echo "make format  met le code en forme"
	@echo "make lock    recalcule les versions figées après un changement de requirements*.txt"
	@echo "make reset   efface la base et les fichiers de la démonstration (dossier var/)"

run:
	@$(PYTHON) scripts/run.py

test:
	@$(PYTHON) scripts/test.py $(ARGS)

bench:
	@$(PYTHON) scripts/bench.py

soak:
	@$(PYTHON) scripts/soak.py $(ARGS)

lint:
	@$(PYTHON) scripts/test.py --checks-only

format:
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

lock:
	@$(PYTHON) scripts/environment.py

reset:
	rm -rf var
