// What stands before the compressed data of a gzip member (RFC 1952), byte by byte.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace boostyard {

// ISA-L reads it too, but takes a header with a checksum of its own for damaged where it comes in
// pieces.
class GzipHeader {
 public:
  // Takes bytes of the header from the beginning of `in`; returns how many.
  std::size_t Take(std::span<const char> in);

  bool is_whole() const { return field_ == Field::kEnd; }
  // Not empty: this is no header, and why. Nothing is taken any more.
  std::string_view problem() const { return problem_; }

 private:
  enum class Field { kFixed, kExtraLength, kExtra, kName, kComment, kChecksum, kEnd };

  void TakeByte(std::uint8_t byte);
  void TakeFixed(std::uint8_t byte);
  void TakeChecksum(std::uint8_t byte);
  // To the next field that the flags announce.
  void GoOn();

  Field field_ = Field::kFixed;
  std::uint32_t taken_ = 0;  // bytes of the field
  std::uint32_t flags_ = 0;
  std::uint32_t extra_length_ = 0;
  std::uint32_t crc_ = 0;         // the CRC-32 of all bytes so far
  std::uint32_t header_crc_ = 0;  // the 16 bits that the checksum has to have
  std::string_view problem_;
};

}  // namespace boostyard
