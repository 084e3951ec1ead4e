# One interface target that every library of ours links: warnings, sanitizers, floating point rules.
set(BOOSTYARD_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
add_library(boostyard_options INTERFACE)
target_include_directories(boostyard_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(boostyard_options INTERFACE BOOSTYARD_VERSION="${PROJECT_VERSION}")
# Warnings are the C++ compiler's; nvcc has its own words for them (engine/cuda/CMakeLists.txt).
set(boostyard_cxx_options -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  # A product and a sum are two roundings on every target: decisions must not depend on the tier.
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of overlapping copies in its own std::string (GCC bug 105651).
  list(APPEND boostyard_cxx_options -Wno-restrict)
endif()
target_compile_options(boostyard_options INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${boostyard_cxx_options}>")
if(BOOSTYARD_SANITIZE)
  target_compile_options(boostyard_options INTERFACE
    -fsanitize=${BOOSTYARD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(boostyard_options INTERFACE -fsanitize=${BOOSTYARD_SANITIZE})
endif()
