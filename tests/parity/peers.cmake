# Beside XGBoost's own library; without it these tests skip visibly.
if(NOT TARGET bench_peers)
  add_subdirectory(${PROJECT_SOURCE_DIR}/bench/peers ${PROJECT_BINARY_DIR}/bench/peers)
endif()
find_package(ZLIB REQUIRED)
set(peer_libraries boostyard_native boostyard_model bench_peers ZLIB::ZLIB)
boostyard_test(xgboost_parity_test SOURCES xgboost_parity_test.cc LIBS ${peer_libraries} LABELS xgb)
boostyard_test(accuracy_test SOURCES accuracy_test.cc LIBS ${peer_libraries} LABELS slow xgb)
boostyard_test(scale_test SOURCES scale_test.cc LIBS ${peer_libraries} LABELS slow xgb)
boostyard_test(settled_scale_test SOURCES settled_scale_test.cc LIBS ${peer_libraries} LABELS xgb)
target_compile_definitions(settled_scale_test PRIVATE BOOSTYARD_ROUNDS=10 BOOSTYARD_ROWS=10000
  BOOSTYARD_LABEL_TABLES=1 BOOSTYARD_WEIGHT_TABLES=1)
boostyard_test(settled_scale_slow_test SOURCES settled_scale_test.cc LIBS ${peer_libraries}
  LABELS slow xgb)
target_compile_definitions(settled_scale_slow_test PRIVATE BOOSTYARD_ROUNDS=30
  BOOSTYARD_ROWS=10000 BOOSTYARD_LABEL_TABLES=32 BOOSTYARD_WEIGHT_TABLES=32)
boostyard_test(settled_scale_large_test SOURCES settled_scale_test.cc LIBS ${peer_libraries}
  LABELS slow xgb)
target_compile_definitions(settled_scale_large_test PRIVATE BOOSTYARD_ROUNDS=30
  BOOSTYARD_ROWS=100000 BOOSTYARD_LABEL_TABLES=2 BOOSTYARD_WEIGHT_TABLES=1)
set_tests_properties(accuracy_test scale_test settled_scale_slow_test settled_scale_large_test
  PROPERTIES TIMEOUT 1800)

add_executable(importance_tool importance_tool.cc)
target_link_libraries(importance_tool PRIVATE ${peer_libraries})
target_compile_definitions(importance_tool PRIVATE BOOSTYARD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME importance_test COMMAND Python3::Interpreter -B
    "${CMAKE_CURRENT_SOURCE_DIR}/importance_test.py" $<TARGET_FILE:importance_tool>
    "${PROJECT_BINARY_DIR}/model_versions")
  set_tests_properties(importance_test PROPERTIES
    LABELS "slow;xgb" TIMEOUT 600 SKIP_RETURN_CODE 77)
endif()
