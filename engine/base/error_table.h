// The one table of error ids. To add an error: one enumerator, one row (same order), one golden
// text.
#pragma once

#include <array>
#include <string_view>

#include "engine/base/error.h"

namespace boostyard {

enum class ErrorId : std::uint16_t {
  // our own bugs
  kInternal,
  // hyperparameters
  kHyperparamMissing,
  kHyperparamUnknown,
  kHyperparamBadValue,
  kHyperparamOutOfRange,
  kHyperparamConflict,
  kHyperparamUnsupported,
  // job configuration and channels
  kConfigMissing,
  kConfigBadJson,
  kConfigBadValue,
  kChannelMissing,
  kChannelEmpty,
  kChannelContentType,
  kChannelPipe,
  // data
  kCsvBadNumber,
  kCsvBadLabel,
  kCsvBadWeight,
  kCsvColumnCount,
  kCsvBadQuote,
  kCsvOutOfRange,
  kCsvNoFeatures,
  kCsvNoRows,
  kCsvEncoding,
  kCsvDelimiter,
  kLibsvmBadLabel,
  kLibsvmBadWeight,
  kLibsvmBadQuery,
  kLibsvmBadPair,
  kLibsvmBadIndex,
  kLibsvmBadValue,
  kRecordioBadFrame,
  kRecordioBadRecord,
  kRecordioBadLabel,
  kRecordioBadFeatures,
  kRecordioBadValue,
  kDataCompressed,
  kDataDamaged,
  kDataFormat,
  kDataLabelRange,
  kDataColumnMismatch,
  kDataTooLarge,
  kDataTooFewRows,
  // model files
  kModelBad,
  kModelUnsupported,
  kCheckpointMismatch,
  // devices and engines
  kDeviceUnavailable,
  kDeviceFailed,
  kEngineUnavailable,
  kTrainFailed,
  // the world
  kUsage,
  kInputUnreadable,
  kIoRead,
  kIoWrite,
  kDiskFull,
  kOutOfMemory,
  kCount,
};

struct ErrorRow {
  ErrorId id;
  ErrorKind kind;
  std::string_view name;
  std::string_view summary;  // README row
};

inline constexpr std::array<ErrorRow, static_cast<std::size_t>(ErrorId::kCount)> kErrorTable{{
    {ErrorId::kInternal, ErrorKind::kInternal, "internal", "an invariant of ours does not hold"},
    {ErrorId::kHyperparamMissing, ErrorKind::kUser, "hyperparam-missing",
     "a required hyperparameter is not given"},
    {ErrorId::kHyperparamUnknown, ErrorKind::kUser, "hyperparam-unknown",
     "no hyperparameter has this name"},
    {ErrorId::kHyperparamBadValue, ErrorKind::kUser, "hyperparam-bad-value",
     "a value is not of the hyperparameter's type"},
    {ErrorId::kHyperparamOutOfRange, ErrorKind::kUser, "hyperparam-out-of-range",
     "a value is outside the hyperparameter's range"},
    {ErrorId::kHyperparamConflict, ErrorKind::kUser, "hyperparam-conflict",
     "two hyperparameters contradict each other"},
    {ErrorId::kHyperparamUnsupported, ErrorKind::kUser, "hyperparam-unsupported",
     "a setting of the reference that this container does not offer"},
    {ErrorId::kConfigMissing, ErrorKind::kUser, "config-missing",
     "a configuration file is not there"},
    {ErrorId::kConfigBadJson, ErrorKind::kUser, "config-bad-json",
     "a configuration file is not valid JSON"},
    {ErrorId::kConfigBadValue, ErrorKind::kUser, "config-bad-value",
     "a value in a configuration file is not usable"},
    {ErrorId::kChannelMissing, ErrorKind::kUser, "channel-missing",
     "an input channel is not there"},
    {ErrorId::kChannelEmpty, ErrorKind::kUser, "channel-empty", "an input channel holds no data"},
    {ErrorId::kChannelContentType, ErrorKind::kUser, "channel-content-type",
     "a content type is not known, or is not that of the data"},
    {ErrorId::kChannelPipe, ErrorKind::kUser, "channel-pipe",
     "a pipe is not there or nobody writes"},
    {ErrorId::kCsvBadNumber, ErrorKind::kUser, "csv-bad-number", "a cell is not a number"},
    {ErrorId::kCsvBadLabel, ErrorKind::kUser, "csv-bad-label",
     "a label is empty, not a number or not finite"},
    {ErrorId::kCsvBadWeight, ErrorKind::kUser, "csv-bad-weight",
     "a row weight is missing, negative or not a number"},
    {ErrorId::kCsvColumnCount, ErrorKind::kUser, "csv-column-count",
     "a row has more or fewer cells than the first"},
    {ErrorId::kCsvBadQuote, ErrorKind::kUser, "csv-bad-quote",
     "a quoted cell is not closed on its line"},
    {ErrorId::kCsvOutOfRange, ErrorKind::kUser, "csv-out-of-range",
     "a number is infinite or beyond the range of float32"},
    {ErrorId::kCsvNoFeatures, ErrorKind::kUser, "csv-no-features",
     "there is a label column and no other"},
    {ErrorId::kCsvNoRows, ErrorKind::kUser, "csv-no-rows", "there is a header and no row"},
    {ErrorId::kCsvEncoding, ErrorKind::kUser, "csv-encoding",
     "the text is UTF-16 or UTF-32, or holds NUL bytes"},
    {ErrorId::kCsvDelimiter, ErrorKind::kUser, "csv-delimiter",
     "the delimiter cannot be told, or decimal commas are used"},
    {ErrorId::kLibsvmBadLabel, ErrorKind::kUser, "libsvm-bad-label",
     "a line does not begin with a finite number"},
    {ErrorId::kLibsvmBadWeight, ErrorKind::kUser, "libsvm-bad-weight",
     "a weight is missing, negative or not a number"},
    {ErrorId::kLibsvmBadQuery, ErrorKind::kUser, "libsvm-bad-query",
     "a qid: is missing, misplaced or not an integer"},
    {ErrorId::kLibsvmBadPair, ErrorKind::kUser, "libsvm-bad-pair",
     "what follows the label is not index:value"},
    {ErrorId::kLibsvmBadIndex, ErrorKind::kUser, "libsvm-bad-index",
     "an index is not an integer from 0 on, is too large, or comes twice"},
    {ErrorId::kLibsvmBadValue, ErrorKind::kUser, "libsvm-bad-value",
     "a value is not a number or not finite"},
    {ErrorId::kRecordioBadFrame, ErrorKind::kUser, "recordio-bad-frame",
     "what should be a record has no magic number, is too long, or ends too early"},
    {ErrorId::kRecordioBadRecord, ErrorKind::kUser, "recordio-bad-record",
     "a frame holds no Record message, or bytes instead of numbers"},
    {ErrorId::kRecordioBadLabel, ErrorKind::kUser, "recordio-bad-label",
     "a record does not have one label, a finite number"},
    {ErrorId::kRecordioBadFeatures, ErrorKind::kUser, "recordio-bad-features",
     "keys, shape and values of a record do not fit together, or not to the other records"},
    {ErrorId::kRecordioBadValue, ErrorKind::kUser, "recordio-bad-value",
     "a value is not finite"},
    {ErrorId::kDataCompressed, ErrorKind::kUser, "data-compressed",
     "a file is compressed in a way that is not read"},
    {ErrorId::kDataDamaged, ErrorKind::kUser, "data-damaged",
     "a compressed file is damaged or ends too early"},
    {ErrorId::kDataFormat, ErrorKind::kUser, "data-format",
     "the bytes are not of the format that was declared"},
    {ErrorId::kDataLabelRange, ErrorKind::kUser, "data-label-range",
     "labels are outside what the objective allows"},
    {ErrorId::kDataColumnMismatch, ErrorKind::kUser, "data-column-mismatch",
     "two files or channels, or a model and a file, differ in columns"},
    {ErrorId::kDataTooLarge, ErrorKind::kUser, "data-too-large",
     "there are more rows or columns than the format can hold"},
    {ErrorId::kDataTooFewRows, ErrorKind::kUser, "data-too-few-rows",
     "there are fewer rows than folds, in all or of a class"},
    {ErrorId::kModelBad, ErrorKind::kUser, "model-bad", "a model file is damaged or not a model"},
    {ErrorId::kModelUnsupported, ErrorKind::kUser, "model-unsupported",
     "a model uses something that is not read here"},
    {ErrorId::kCheckpointMismatch, ErrorKind::kUser, "checkpoint-mismatch",
     "a checkpoint is of another job than the one that finds it"},
    {ErrorId::kDeviceUnavailable, ErrorKind::kUser, "device-unavailable",
     "a device was asked for that is not there"},
    {ErrorId::kDeviceFailed, ErrorKind::kPlatform, "device-failed",
     "a device reported an error while it was used"},
    {ErrorId::kEngineUnavailable, ErrorKind::kUser, "engine-unavailable",
     "the engine that could train this is not there"},
    {ErrorId::kTrainFailed, ErrorKind::kInternal, "train-failed", "training ended with an error"},
    {ErrorId::kUsage, ErrorKind::kUser, "usage", "the command line is not understood"},
    {ErrorId::kInputUnreadable, ErrorKind::kUser, "input-unreadable",
     "an input file or directory may not be read"},
    {ErrorId::kIoRead, ErrorKind::kPlatform, "io-read", "a file cannot be read"},
    {ErrorId::kIoWrite, ErrorKind::kPlatform, "io-write", "a file cannot be written"},
    {ErrorId::kDiskFull, ErrorKind::kPlatform, "disk-full", "there is no space left on the device"},
    {ErrorId::kOutOfMemory, ErrorKind::kPlatform, "out-of-memory", "there is too little memory"},
}};

consteval bool ErrorTableIsInOrder() {
  for (std::size_t i = 0; i < kErrorTable.size(); ++i) {
    if (static_cast<std::size_t>(kErrorTable[i].id) != i) return false;
  }
  return true;
}
static_assert(ErrorTableIsInOrder(), "rows of kErrorTable stand in the order of ErrorId");

}  // namespace boostyard
