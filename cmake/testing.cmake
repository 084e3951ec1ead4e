# boostyard_test(NAME SOURCES a.cc b.cc LIBS lib... [LABELS fast|slow|gpu|xgb|e2e ...])
# One GoogleTest binary and one ctest entry; the label defaults to fast.
function(boostyard_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} boostyard_options GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    BOOSTYARD_SOURCE_DIR="${PROJECT_SOURCE_DIR}" BOOSTYARD_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600)
endfunction()

# boostyard_fuzzer(NAME SOURCE x_fuzz.cc LIBS lib...): a file that defines LLVMFuzzerTestOneInput.
# With BOOSTYARD_FUZZ a libFuzzer binary; otherwise a fast test that replays
# tests/fuzz/corpus/NAME and deterministic mutations of it. The target `fuzzers` builds them all.
function(boostyard_fuzzer name)
  cmake_parse_arguments(arg "" "SOURCE" "LIBS" ${ARGN})
  if(BOOSTYARD_FUZZ)
    add_executable(${name} ${arg_SOURCE})
    target_link_libraries(${name} PRIVATE ${arg_LIBS} boostyard_options -fsanitize=fuzzer)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    if(NOT TARGET fuzzers)
      add_custom_target(fuzzers)
    endif()
    add_dependencies(fuzzers ${name})
  else()
    add_executable(${name} ${arg_SOURCE} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    target_link_libraries(${name} PRIVATE ${arg_LIBS} boostyard_options)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES LABELS fast TIMEOUT 300)
  endif()
endfunction()

# boostyard_uses_parquet(NAME): a test that needs the module for Parquet. Where it is not built the test
# counts as skipped.
function(boostyard_uses_parquet name)
  target_compile_definitions(${name} PRIVATE BOOSTYARD_ARROW_ROOT="${BOOSTYARD_ARROW_ROOT}")
  if(TARGET boostyard_parquet)
    add_dependencies(${name} boostyard_parquet)
  elseif(TEST ${name})
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED")
  endif()
endfunction()
