# Everything a person needs is `make run` and `make test`; both work from a fresh clone.
# Node from .tools (if the set-up had to bring one) goes before the system's.
export PATH := $(CURDIR)/.tools/node_modules/node/bin:$(PATH)
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
WEB := server/web
SOAK ?= 3600
FUZZ ?= tests/fuzz

.PHONY: run test soak bench build web setup lint fuzz clean

## make run: a server, one edge unit and the simulated road; Ctrl-C stops them.
run: build
	$(TARGET)/debug/demo --dir run

## make test: every test: units, contract tests on SQLite and PostgreSQL, scenarios, the browser.
test: build
	cd $(WEB) && npm test --silent
	cargo test --workspace --locked

## make soak: the kill -9 scenario for SOAK seconds (an hour unless told).
soak: build
	E2E_SOAK_SECONDS=$(SOAK) cargo test --locked -p e2e --test e2e -- soak --nocapture --ignored

## make bench: every figure that README quotes, by optimised programs; PART=outbox measures that part alone.
bench: setup web
	cargo build --release --workspace --bins --locked --features plumewatch-edge/ort
	ORT_DYLIB_PATH=$$(deploy/setup/onnxruntime.sh) \
	  cargo bench --workspace --locked --features plumewatch-edge/ort --bench figures -- $(PART)

## make lint: what a commit should pass.
lint: setup web
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

## make fuzz TARGET_NAME=sealed: one fuzz target for a minute; pictures have a folder of their own (FUZZ=).
fuzz: setup
	cargo fuzz --version || cargo install cargo-fuzz --locked
	cd $(FUZZ) && RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir . $(or $(TARGET_NAME),sealed) -- -max_total_time=60

build: setup web
	cargo build --workspace --bins --locked

# The browser app is built only when its sources changed.
web: setup $(WEB)/dist/index.html
$(WEB)/dist/index.html: $(shell find $(WEB) -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print 2>/dev/null)
	cd $(WEB) && npm ci --no-fund --no-audit --loglevel=error && npm run build --silent
	@touch $@

setup:
	@deploy/setup/debian.sh

clean:
	cargo clean
	rm -rf $(WEB)/dist $(WEB)/node_modules run .tools
