#include "data/parquet/input.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/magic.h"
#include "engine/base/error_table.h"

namespace boostyard::parquet {
namespace {

// A whole file in memory.
class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(const Input& input)
      : bytes_(input.bytes), file_(std::string_view(*bytes_).substr(input.offset, input.size)) {}

  std::uint64_t size() const override { return file_.size(); }

  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= file_.size()) return std::size_t{0};
    return file_.copy(out.data(), out.size(), offset);
  }

 private:
  std::shared_ptr<const std::string> bytes_;
  std::string_view file_;
};

// Where the file that begins at `begin` ends. It ends with its metadata, their length in four bytes
// and PAR1; the next one begins with PAR1.
std::size_t EndOfFile(std::string_view bytes, std::size_t begin) {
  constexpr std::string_view kSeam = "PAR1PAR1";
  constexpr std::size_t kMagicBytes = 4;
  constexpr std::size_t kLengthBytes = 4;
  constexpr char kFirstOfMetadata = 0x15;  // Thrift: field 1 is an i32, the version
  for (std::size_t at = begin + kMagicBytes + kLengthBytes;
       (at = bytes.find(kSeam, at)) != std::string_view::npos; ++at) {
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) {
      length = length << 8 | static_cast<unsigned char>(bytes[at - kLengthBytes + i]);
    }
    if (length == 0 || length > at - kLengthBytes - begin - kMagicBytes) continue;
    if (bytes[at - kLengthBytes - length] == kFirstOfMetadata) return at + kMagicBytes;
  }
  return bytes.size();
}

// The files that a pipe held.
void AddPiped(const SourceFile& pipe, const std::shared_ptr<const std::string>& bytes,
              std::vector<Input>& inputs) {
  const std::size_t first = inputs.size();
  for (std::size_t begin = 0; begin < bytes->size();) {
    const std::size_t end = EndOfFile(*bytes, begin);
    inputs.push_back({pipe, bytes, begin, end - begin});
    begin = end;
  }
  if (inputs.size() - first == 1) return;
  for (std::size_t i = first; i < inputs.size(); ++i) {
    inputs[i].file.display_name += " file " + std::to_string(i - first + 1);
  }
}

Status CheckIsParquet(const InputFile& input) {
  const std::string& name = input.file.display_name;
  if (input.compression != Compression::kNone) {
    return MakeError(ErrorId::kDataCompressed, name + " is a Parquet file that was compressed",
                     "supply the Parquet file itself: its columns are compressed already");
  }
  if (input.head.starts_with(kParquetMagic)) return {};
  return MakeError(ErrorId::kChannelContentType,
                   name + " is no Parquet file: it does not begin with PAR1",
                   "give all files of the channel the same format, and its ContentType");
}

Result<std::shared_ptr<const std::string>> ReadPipe(PipeText& pipe, const ReadRequest& request,
                                                    const std::string& name) {
  constexpr std::uint64_t kStep = 1U << 20;
  const std::uint64_t limit = request.memory_limit_bytes;
  while (!pipe.is_at_end()) {
    BOOSTYARD_RETURN_IF_ERROR(pipe.FillTo(pipe.end() + kStep));
    if (limit > 0 && pipe.end() > limit / 2) {
      return MakeError(ErrorId::kOutOfMemory,
                       "the pipe " + name + " gives more than " + std::to_string(limit >> 21) +
                           " MiB, half the memory that there is: Parquet is read from its end, so "
                           "that all of a pipe must be kept",
                       "use TrainingInputMode File or FastFile");
    }
  }
  return std::make_shared<const std::string>(pipe.text());
}

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenBytes(const Input& input, const ReadOptions& options) {
  if (input.bytes == nullptr) return options.open_file(input.file);
  return Result<std::unique_ptr<ByteSource>>(std::make_unique<MemoryBytes>(input));
}

Result<std::vector<Input>> GatherInputs(const ReadRequest& request, const ReadOptions& options,
                                        std::vector<InputFile> opened) {
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    BOOSTYARD_ASSIGN_OR_RETURN(const InputFile input, TakeInput(opened, i, request, options));
    if (input.is_empty()) continue;
    BOOSTYARD_RETURN_IF_ERROR(CheckIsParquet(input));
    if (input.pipe != nullptr) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> bytes,
                                 ReadPipe(*input.pipe, request, input.file.display_name));
      AddPiped(input.file, bytes, inputs);
    } else {
      inputs.push_back({.file = input.file, .bytes = nullptr});
    }
  }
  return inputs;
}

}  // namespace boostyard::parquet
