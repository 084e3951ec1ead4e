# The decoders of compressed input: boostyard_isal (gzip; Debian has no static library of it) and
# boostyard_zstd, static where it can be.
find_path(BOOSTYARD_ISAL_INCLUDE isa-l/igzip_lib.h REQUIRED)
find_library(BOOSTYARD_ISAL_LIBRARY NAMES isal REQUIRED)
find_path(BOOSTYARD_ZSTD_INCLUDE zstd.h REQUIRED)
find_library(BOOSTYARD_ZSTD_LIBRARY NAMES libzstd.a zstd REQUIRED)
foreach(decoder isal zstd)
  string(TOUPPER ${decoder} upper)
  add_library(boostyard_${decoder} INTERFACE)
  target_include_directories(boostyard_${decoder} SYSTEM INTERFACE "${BOOSTYARD_${upper}_INCLUDE}")
  target_link_libraries(boostyard_${decoder} INTERFACE "${BOOSTYARD_${upper}_LIBRARY}")
endforeach()
