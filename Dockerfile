# A static binary in an empty image.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends musl-tools make \
 && rm -rf /var/lib/apt/lists/* \
 && rustup target add "$(uname -m)-unknown-linux-musl"
WORKDIR /domock
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY scripts scripts
# The manifest names the test targets, so that their files must be there.
COPY tests tests
COPY examples examples
RUN mkdir -p /image/seed && cp "$(scripts/build-static)" /image/domock

FROM scratch
COPY --from=build /image/ /
USER 65532:65532
ENV DOMOCK_HOST=0.0.0.0
EXPOSE 3666
VOLUME /seed
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --start-interval=100ms --retries=3 \
  CMD ["/domock", "health"]
ENTRYPOINT ["/domock"]
