# The training image: the program, XGBoost's library, the C and C++ runtimes they need, and nothing
# else. Without an ENTRYPOINT: `docker run IMAGE` trains, `docker run IMAGE train` too, as the
# service does it. Targets: `cpu`, the default; `full` (docker build --target full), the same with the module
# that reads Parquet and Arrow's libraries for it; and `cuda`, as `cpu` with
# the CUDA backend: the driver comes from the machine (docker run --gpus all), the runtime is inside
# the program. The commit is no argument but a flag of scripts/image.sh (--label): podman 4.3 takes
# a cached layer for one of another argument's value.
ARG VERSION=0.1.0

FROM debian:bookworm-slim AS sources
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      g++ cmake ninja-build nlohmann-json3-dev libfast-float-dev libarchive-dev zlib1g-dev \
      libisal-dev libzstd-dev protobuf-compiler libprotobuf-dev libcli11-dev python3 python3-pip patchelf \
      ca-certificates && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Does nothing where ./dev deps has left the library in the build context.
RUN cmake/fetch_xgboost.sh .deps

FROM sources AS build
RUN cmake --preset release -DBOOSTYARD_BENCH=OFF && \
    cmake --build --preset release --target boostyard && \
    scripts/image_root.sh build/release/boostyard .deps/xgboost-[0-9]*/lib/libxgboost.so /image

# In the same build folder, because nothing but the backend's own files differs.
FROM build AS build-cuda
# Does nothing where ./dev image build cuda has left the compiler in the build context.
RUN cmake/fetch_cuda.sh .deps
RUN export CUDACXX=/src/.deps/cuda-13.0/bin/nvcc && \
    cmake --preset release -DBOOSTYARD_CUDA=ON && \
    cmake --build --preset release --target boostyard && \
    rm -rf /image && \
    scripts/image_root.sh build/release/boostyard .deps/xgboost-[0-9]*/lib/libxgboost.so /image

FROM scratch AS cuda
COPY --from=build-cuda /image /
# Where NVIDIA's container runtime puts the driver's library, and what it is asked for.
ENV PATH=/usr/bin LD_LIBRARY_PATH=/usr/lib64:/usr/lib/x86_64-linux-gnu \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
ARG VERSION
LABEL org.opencontainers.image.title="boostyard-cuda" \
      org.opencontainers.image.description="Gradient-boosting training container for tabular data, CUDA" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
CMD ["train"]

FROM build AS build-full
# Does nothing where ./dev image build full has left Arrow in the build context.
RUN cmake/fetch_arrow.sh .deps
RUN cmake --preset release -DBOOSTYARD_BENCH=OFF && \
    cmake --build --preset release --target boostyard boostyard_parquet && \
    rm -rf /image && \
    scripts/image_root.sh build/release/boostyard .deps/xgboost-[0-9]*/lib/libxgboost.so /image \
      build/release/libboostyard_parquet.so .deps/arrow-[0-9]*

FROM scratch AS full
COPY --from=build-full /image /
ENV PATH=/usr/bin
ARG VERSION
LABEL org.opencontainers.image.title="boostyard-full" \
      org.opencontainers.image.description="Gradient-boosting training container for tabular data, with Parquet" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
CMD ["train"]

FROM scratch AS cpu
COPY --from=build /image /
ENV PATH=/usr/bin
ARG VERSION
LABEL org.opencontainers.image.title="boostyard" \
      org.opencontainers.image.description="Gradient-boosting training container for tabular data" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
CMD ["train"]
