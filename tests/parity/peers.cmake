# Beside XGBoost's own library; without it these tests skip visibly.
if(NOT TARGET bench_peers)
  add_subdirectory(${PROJECT_SOURCE_DIR}/bench/peers ${PROJECT_BINARY_DIR}/bench/peers)
endif()
find_package(ZLIB REQUIRED)
boostyard_test(xgboost_parity_test SOURCES xgboost_parity_test.cc
  LIBS boostyard_native boostyard_model bench_peers ZLIB::ZLIB LABELS xgb)
