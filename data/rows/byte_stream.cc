#include "data/rows/byte_stream.h"

#include <algorithm>
#include <span>
#include <utility>

namespace boostyard {

Result<ByteStream> ByteStream::Open(InputFile input, const ReadOptions& options) {
  std::unique_ptr<ByteSource> source;
  if (input.pipe == nullptr && input.compression != Compression::kNone) {
    BOOSTYARD_ASSIGN_OR_RETURN(auto text,
                               OpenDecoded(input.file, input.compression, options.open_file));
    input.pipe = std::make_unique<PipeText>(std::move(text));
  }
  if (input.pipe == nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(source, options.open_file(input.file));
  }
  return ByteStream(std::move(input), std::move(source));
}

Result<std::string_view> ByteStream::Peek(std::uint64_t wanted) {
  if (input_.pipe != nullptr) {
    BOOSTYARD_RETURN_IF_ERROR(input_.pipe->FillTo(offset_ + wanted));
    return input_.pipe->text().substr(offset_ - input_.pipe->offset());
  }
  const std::uint64_t size = std::min(wanted, source_->size() - offset_);
  if (const std::size_t have = buffer_.size(); have < size) {
    buffer_.resize(size);
    BOOSTYARD_RETURN_IF_ERROR(ReadFully(*source_, input_.file.display_name, offset_ + have,
                                        std::span(buffer_).subspan(have)));
  }
  return std::string_view(buffer_);
}

void ByteStream::Skip(std::uint64_t count) {
  offset_ += count;
  if (input_.pipe != nullptr) {
    input_.pipe->Drop(offset_);
  } else {
    buffer_.erase(0, count);
  }
}

bool ByteStream::is_at_end() const {
  if (input_.pipe != nullptr) return input_.pipe->is_at_end();
  return offset_ + buffer_.size() >= source_->size();
}

}  // namespace boostyard
