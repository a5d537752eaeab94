# syntax=docker/dockerfile:1
# kpol alone: docker build -t kpol . && docker run --rm -v "$PWD:/work:ro" kpol test deploy/
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo install --locked --path crates/cli --root /out

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/bin/kpol /usr/local/bin/kpol
WORKDIR /work
# A cache would not outlive the container.
ENV KPOL_CACHE_DIR=""
ENTRYPOINT ["/usr/local/bin/kpol"]
CMD ["--help"]
