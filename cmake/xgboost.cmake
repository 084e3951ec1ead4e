# XGBoost: its C header to compile against, its library to open at run time (never linked).
#   .deps/xgboost-3.2.0           what cmake/fetch_xgboost.sh leaves there
#   BOOSTYARD_SYSTEM_XGBOOST=ON   the system's instead
# Sets BOOSTYARD_XGBOOST_FOUND and BOOSTYARD_XGBOOST_LIBRARY, and makes the target
# boostyard_xgboost_api (include directory).
set(BOOSTYARD_XGBOOST_FOUND FALSE)
if(BOOSTYARD_SYSTEM_XGBOOST)
  find_path(BOOSTYARD_SYSTEM_XGBOOST_INCLUDE xgboost/c_api.h REQUIRED)
  find_library(BOOSTYARD_SYSTEM_XGBOOST_LIBRARY xgboost REQUIRED)
  set(xgboost_include "${BOOSTYARD_SYSTEM_XGBOOST_INCLUDE}")
  set(BOOSTYARD_XGBOOST_LIBRARY "${BOOSTYARD_SYSTEM_XGBOOST_LIBRARY}")
  set(BOOSTYARD_XGBOOST_FOUND TRUE)
else()
  set(xgboost_root "${PROJECT_SOURCE_DIR}/.deps/xgboost-3.2.0")
  set(xgboost_include "${xgboost_root}/include")
  set(BOOSTYARD_XGBOOST_LIBRARY "${xgboost_root}/lib/libxgboost.so")
  if(EXISTS "${xgboost_root}/.complete")
    set(BOOSTYARD_XGBOOST_FOUND TRUE)
  else()
    message(STATUS "XGBoost is not there: run cmake/fetch_xgboost.sh .deps and configure again")
  endif()
endif()
if(BOOSTYARD_XGBOOST_FOUND AND NOT TARGET boostyard_xgboost_api)
  add_library(boostyard_xgboost_api INTERFACE)
  target_include_directories(boostyard_xgboost_api SYSTEM INTERFACE "${xgboost_include}")
endif()
