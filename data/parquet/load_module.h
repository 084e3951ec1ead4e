// The module that reads Parquet, opened by the first job that needs it.
#pragma once

#include "data/parquet/module_api.h"
#include "engine/base/result.h"

namespace boostyard::parquet {

// Opens libboostyard_parquet.so once per process: $BOOSTYARD_PARQUET_MODULE if it is set, else next
// to the executable (../lib/, ./), else where the build left it. It stays open. Errors:
// kParquetUnavailable with the places that were tried.
Result<const BoostyardParquetApi*> LoadModule();

}  // namespace boostyard::parquet
