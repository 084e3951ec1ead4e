# Arrow's C++ for the module that reads Parquet (data/parquet/module), which alone links it.
#   .deps/arrow-26.0.1   what cmake/fetch_arrow.sh leaves there
# Sets BOOSTYARD_ARROW_FOUND and BOOSTYARD_ARROW_ROOT, and makes the target boostyard_arrow.
set(BOOSTYARD_ARROW_FOUND FALSE)
set(BOOSTYARD_ARROW_ROOT "${PROJECT_SOURCE_DIR}/.deps/arrow-26.0.1")
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  message(STATUS "Parquet is left out: there is no pinned Arrow for ${CMAKE_SYSTEM_PROCESSOR}")
elseif(NOT EXISTS "${BOOSTYARD_ARROW_ROOT}/.complete")
  message(STATUS "Parquet is left out: run cmake/fetch_arrow.sh .deps and configure again")
else()
  set(BOOSTYARD_ARROW_FOUND TRUE)
  add_library(boostyard_arrow INTERFACE)
  target_include_directories(boostyard_arrow SYSTEM INTERFACE
    "${BOOSTYARD_ARROW_ROOT}/pyarrow/include")
  target_link_libraries(boostyard_arrow INTERFACE
    "${BOOSTYARD_ARROW_ROOT}/pyarrow/libparquet.so.2600"
    "${BOOSTYARD_ARROW_ROOT}/pyarrow/libarrow.so.2600")
endif()
