# Compiles for arm64 with Debian's g++-aarch64-linux-gnu against the packages that
# scripts/arm64_sysroot.sh puts into .deps (or $BOOSTYARD_ARM64_SYSROOT), and runs tests under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# GCC 10.1 changed how some structures are passed: nothing here was compiled by an older one.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)
if(DEFINED ENV{BOOSTYARD_ARM64_SYSROOT})
  set(CMAKE_SYSROOT "$ENV{BOOSTYARD_ARM64_SYSROOT}")
else()
  set(CMAKE_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../.deps/arm64-sysroot")
endif()
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L "${CMAKE_SYSROOT}")
