# The verbs of this project. CI calls the same ones.

# Build every binary for development.
build:
    cargo build --locked --workspace --bins

# Everything that can be tested, the real client included (it is installed from npm under target/).
test:
    cargo test --locked --workspace
    cargo test --locked -p govern --features parquet --test log parquet

# Formatting, lints and the dependency policy; warnings are errors.
check:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
    cargo deny --all-features check --hide-inclusion-graph bans licenses sources

# What is published, below target/dist, and tried: archive, sums, installer, npm packages. --verify: two builds, the same bytes.
dist *OPTIONS:
    ./hooks-config/release/dist.sh {{OPTIONS}}

# Start-up cost of every hook against an empty process; fails beyond the budgets.
startup:
    ./hooks-config/build-release.sh
    cargo run --locked --quiet -p governance-tests --bin startup

# Recall and false positives over the labelled cases beside the project: secrets, commands, unicode, injection; speed is
# what a megabyte of text costs.
corpus NAME *OPTIONS:
    cargo run --locked --quiet --release -p governance-tests --bin corpus -- {{NAME}} {{OPTIONS}}

# Fuzz one target (unicode, injection, secrets, commands) for so many seconds; needs nightly Rust. Tests hold a bounded form of each.
fuzz TARGET SECONDS="600":
    mkdir -p fuzz/corpus/{{TARGET}}
    cd fuzz && RUSTFLAGS="{{fuzz_flags}}" cargo +nightly run --release --target {{arch()}}-unknown-linux-gnu --bin {{TARGET}} -- corpus/{{TARGET}} -max_total_time={{SECONDS}}

# What `cargo fuzz` passes: coverage counters and compared values, checks as in a debug build.
fuzz_flags := "--cfg fuzzing -Cdebug-assertions -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"

# Install the hooks for this user.
install TIER="standard":
    ./hooks-config/install-global-hooks.sh {{TIER}}
