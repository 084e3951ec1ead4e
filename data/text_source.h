// Bytes that come once and in order: from a pipe, a file read from its beginning, a decoder.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "data/byte_source.h"
#include "engine/base/result.h"

namespace boostyard {

// A file from its first byte to its last one.
class FileText final : public TextSource {
 public:
  explicit FileText(std::shared_ptr<const ByteSource> source) : source_(std::move(source)) {}

  Result<std::size_t> ReadSome(std::span<char> out) override {
    if (offset_ >= source_->size()) return std::size_t{0};
    BOOSTYARD_ASSIGN_OR_RETURN(const std::size_t got, source_->ReadSome(offset_, out));
    offset_ += got;
    return got;
  }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::uint64_t offset_ = 0;
};

// Bytes that were read to be looked at, then the rest of the source that they come from, if any.
class PrefixedText final : public TextSource {
 public:
  PrefixedText(std::string prefix, std::unique_ptr<TextSource> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}

  Result<std::size_t> ReadSome(std::span<char> out) override {
    if (used_ == prefix_.size()) {
      if (rest_ == nullptr) return std::size_t{0};
      return rest_->ReadSome(out);
    }
    const std::size_t count = prefix_.copy(out.data(), out.size(), used_);
    used_ += count;
    return count;
  }

 private:
  std::string prefix_;
  std::size_t used_ = 0;
  std::unique_ptr<TextSource> rest_;
};

}  // namespace boostyard
