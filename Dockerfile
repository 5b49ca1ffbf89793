# syntax=docker/dockerfile:1

# Builds the program; nothing of this stage but the binary reaches the image.
FROM rust:1.95.0-slim-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build
# Function names stay for the text of a panic, line tables go.
ENV CARGO_PROFILE_RELEASE_DEBUG=none \
    CARGO_PROFILE_RELEASE_STRIP=debuginfo

# The dependencies alone, from the manifests and a stub for each target: this layer is rebuilt only
# when a manifest changes.
COPY Cargo.toml Cargo.lock ./
COPY crates/numeric/Cargo.toml crates/numeric/
COPY crates/estimators/Cargo.toml crates/estimators/
COPY crates/embedding/Cargo.toml crates/embedding/
COPY crates/data/Cargo.toml crates/data/
COPY benchmark/linfa/Cargo.toml benchmark/linfa/
RUN for package in . crates/numeric crates/estimators crates/embedding crates/data benchmark/linfa; do \
        mkdir -p "$package/src" && printf '//! Stub.\n' > "$package/src/lib.rs"; \
    done \
    && printf '//! Stub.\nfn main() {}\n' > src/main.rs \
    && sed -n 's/^path = "\(.*\)"$/\1/p' Cargo.toml | while read -r target; do \
        mkdir -p "$(dirname "$target")" && cp src/main.rs "$target"; \
    done \
    && cargo build --release --locked --bin fashion-bench

# What .dockerignore lets through. Files keep their dates, which may be older than the stubs', so
# cargo is told that they are new.
COPY . .
ARG GIT_REVISION=""
RUN find src crates -type f -exec touch {} + \
    && if [ -n "$GIT_REVISION" ]; then export FASHION_BENCH_GIT_REVISION="$GIT_REVISION"; fi \
    && cargo build --release --locked --bin fashion-bench

# glibc rather than a static musl build: musl's allocator would show in the timings.
FROM debian:12.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin bench \
    && install --directory --owner=bench --group=bench /bench /bench/data /bench/results
COPY --from=build /build/target/release/fashion-bench /usr/local/bin/fashion-bench
COPY --from=build --chown=bench:bench /build/configs /bench/configs
COPY --from=build --chown=bench:bench /build/benchmark/reference /bench/benchmark/reference
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/fashion-bench/
# The prepared data set lies beside the files it was made from, so that a volume keeps both.
ENV XDG_CACHE_HOME=/bench/data/.cache
USER 10001:10001
WORKDIR /bench
VOLUME ["/bench/data", "/bench/results"]
ENTRYPOINT ["fashion-bench"]
CMD ["run", "configs/quick.json"]
