# The training image: the program, XGBoost's library, the C and C++ runtimes they need, and nothing
# else. Without an ENTRYPOINT: `docker run IMAGE` trains, `docker run IMAGE train` too, as the
# service does it.
FROM debian:bookworm-slim AS build
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      g++ cmake ninja-build nlohmann-json3-dev libfast-float-dev libarchive-dev zlib1g-dev \
      libisal-dev libzstd-dev libcli11-dev python3 python3-pip patchelf ca-certificates && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Does nothing where ./dev deps has left the library in the build context.
RUN cmake/fetch_xgboost.sh .deps
RUN cmake --preset release -DBOOSTYARD_BENCH=OFF && \
    cmake --build --preset release --target boostyard && \
    scripts/image_root.sh build/release/boostyard .deps /image

FROM scratch
COPY --from=build /image /
ENV PATH=/usr/bin
LABEL org.opencontainers.image.title="boostyard" \
      org.opencontainers.image.description="Gradient-boosting training container for tabular data" \
      org.opencontainers.image.licenses="Apache-2.0"
CMD ["train"]
