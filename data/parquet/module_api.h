/* What the module that reads Parquet (libboostyard_parquet.so) and the program say to each other:
   plain C, so that neither sees the other's C++ library, exceptions or allocations.

   The program opens the module and calls BoostyardParquetGetApi. A file is opened, its columns are
   looked at, then its row groups are read in any order, each from its first row on. No function
   throws or prints. A file's functions may be called by one thread at a time, but for read_values,
   which threads may call at once for different columns. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BOOSTYARD_PARQUET_API_VERSION 1

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of a file, provided by the program. */
typedef struct BoostyardParquetSource {
  void* context;
  uint64_t size_bytes;
  /* Fills `out` with `bytes` bytes from `offset` on, all of them within the file. Not 0: it failed.
     Called by any thread. */
  int (*read)(void* context, uint64_t offset, uint64_t bytes, void* out);
} BoostyardParquetSource;

typedef struct BoostyardParquetFile BoostyardParquetFile;

/* What a function returns. */
enum {
  kBoostyardParquetOk = 0,
  kBoostyardParquetDamaged = 1, /* the bytes are no such file, or not a whole one */
  kBoostyardParquetUnknown = 2, /* whole, but of a kind that is not read: a codec, encryption */
  kBoostyardParquetRead = 3,    /* the program's `read` failed */
  kBoostyardParquetMemory = 4
};

/* Why a function did not return kBoostyardParquetOk: one line, ends with 0. */
typedef struct BoostyardParquetProblem {
  char text[256];
} BoostyardParquetProblem;

typedef struct BoostyardParquetColumn {
  const char* name; /* of a top-level field; lives as long as the file */
  const char* type; /* "double", "string", "list"...; static */
  int is_numeric;   /* whether its values can be read */
} BoostyardParquetColumn;

/* A value that is not finite, or not as float32. */
typedef struct BoostyardParquetFault {
  uint32_t row;  /* of those that are read by the call, from 0 */
  char text[40]; /* the value */
} BoostyardParquetFault;

typedef struct BoostyardParquetApi {
  uint32_t version;
  const char* library; /* "Arrow 26.0.1"; static */

  /* Reads the metadata. `source` is copied; its context must outlive the file. `memory_bytes`: what
     the file's pages may take in memory; 0: as much as there is. */
  int (*open)(const BoostyardParquetSource* source, uint64_t memory_bytes,
              BoostyardParquetFile** file, BoostyardParquetProblem* problem);
  void (*close)(BoostyardParquetFile* file);

  uint32_t (*column_count)(const BoostyardParquetFile* file);
  BoostyardParquetColumn (*column)(const BoostyardParquetFile* file, uint32_t column);
  uint32_t (*group_count)(const BoostyardParquetFile* file);
  uint64_t (*group_rows)(const BoostyardParquetFile* file, uint32_t group);
  uint64_t (*group_bytes)(const BoostyardParquetFile* file, uint32_t group); /* decoded, encoded */

  /* Goes to the first row of a group. All columns must be numeric. */
  int (*start_group)(BoostyardParquetFile* file, uint32_t group, BoostyardParquetProblem* problem);

  /* The next rows of a column of the group: `row_count` nearest float32, missing is NaN, -0 is 0.
     Of values without a float32, which become NaN, the first `*fault_count` are told; it is set to
     how many were. */
  int (*read_values)(BoostyardParquetFile* file, uint32_t column, uint32_t row_count, float* out,
                     BoostyardParquetFault* faults, uint32_t* fault_count,
                     BoostyardParquetProblem* problem);
} BoostyardParquetApi;

/* The one function that the module exports. */
const BoostyardParquetApi* BoostyardParquetGetApi(void);
typedef const BoostyardParquetApi* (*BoostyardParquetGetApiFunction)(void);

#ifdef __cplusplus
}
#endif
