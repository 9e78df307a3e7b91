# A static binary in an empty image. Builds with BuildKit and without it, from Docker 20.10 on; scripts/try-image shows that it does.
ARG RUST_IMAGE=rust:1.95-slim-bookworm
FROM ${RUST_IMAGE} AS build
WORKDIR /domock
# fat optimises over all crates at once: 7 GB of memory, and eight minutes after each change. off is 3 MB larger and hardly slower.
ARG LTO=fat
ENV CARGO_PROFILE_RELEASE_LTO=${LTO}

# The dependencies have a layer of their own, which only Cargo.toml and Cargo.lock change. Cargo wants a file for each target
# that Cargo.toml names: here they are empty programs, and only src is ever copied.
COPY Cargo.toml Cargo.lock ./
COPY scripts/build-static scripts/
RUN mkdir -p src tests/it tests/golden benches \
 && touch src/lib.rs \
 && echo 'fn main() {}' | tee src/main.rs tests/it/main.rs tests/golden/main.rs benches/parts.rs \
 && scripts/build-static

COPY src src
# Cargo compares timestamps, and the files that were copied are older than the empty program's build.
RUN touch src/lib.rs src/main.rs \
 && mkdir -p /image/seed \
 && cp "$(scripts/build-static)" /image/domock

FROM scratch
LABEL org.opencontainers.image.title="domock" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.description="A local Domo for tests: the Datasets API with real state, real CSV uploads and real SQL" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.source="https://github.com/domock/domock"
COPY --from=build /image/ /
# A number, because an image without /etc/passwd has no names, and Kubernetes' runAsNonRoot wants one.
USER 65532:65532
ENV DOMOCK_HOST=0.0.0.0
EXPOSE 3666
# Without --start-interval: engines before 25 refuse the whole file for it. An interval of a second does nearly as well.
HEALTHCHECK --interval=1s --timeout=3s --start-period=5s --retries=3 CMD ["/domock", "health"]
ENTRYPOINT ["/domock"]
