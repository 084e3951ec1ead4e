# Every third-party package, and who may use it (tests/layering checks the includes):
#   XGBoost        engine/xgb (headers only; the library is opened at run time), bench/peers
#   nlohmann_json  engine/model (reader), container/job_config, container/report, hyperparams/describe
#   fast_float     data/number.h
#   LibArchive     container/archive
#   ISA-L          data/decode/gzip_*
#   libzstd        data/decode/zstd_decoder.cc
#   protobuf       data/recordio/record_reader.cc (the lite runtime; protoc runs while building)
#   Arrow          data/parquet/module (a library that is opened at run time)
#   CLI11          container/main
#   GTest          tests
#   CUDA           engine/cuda, where BOOSTYARD_CUDA is set: nvcc, its runtime linked statically, CUB's headers
find_package(nlohmann_json 3.11 REQUIRED)
find_package(FastFloat QUIET CONFIG)
find_path(FAST_FLOAT_INCLUDE fast_float/fast_float.h REQUIRED)
find_package(LibArchive REQUIRED)
include(static_libarchive)
include(decoders)
include(protobuf)
include(arrow)
find_package(CLI11 REQUIRED)
find_package(Threads REQUIRED)
if(BOOSTYARD_CUDA)
  # Code for these, and PTX for what comes after them.
  set(CMAKE_CUDA_ARCHITECTURES "80-real;90-real;90-virtual" CACHE STRING "CUDA architectures")
  enable_language(CUDA)
  # CMake 3.25 does not know that nvcc 13 has it.
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 13)
    message(FATAL_ERROR "nvcc is ${CMAKE_CUDA_COMPILER_VERSION}; 13 is needed: cmake/fetch_cuda.sh .deps")
  endif()
  # By hand: CMake 3.25's FindCUDAToolkit stumbles over a toolkit that is no more than compiler and runtime.
  find_library(BOOSTYARD_CUDART NAMES cudart_static HINTS ${CMAKE_CUDA_IMPLICIT_LINK_DIRECTORIES}
    "${CMAKE_CUDA_COMPILER_TOOLKIT_ROOT}/lib64" REQUIRED)
  add_library(boostyard_cudart INTERFACE)
  target_include_directories(boostyard_cudart SYSTEM INTERFACE
    ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
  target_link_libraries(boostyard_cudart INTERFACE "${BOOSTYARD_CUDART}" Threads::Threads rt
    ${CMAKE_DL_LIBS})
endif()
if(BOOSTYARD_TESTS)
  find_package(GTest REQUIRED)
endif()
