#include "data/decode/gzip_header.h"

#include <isa-l/crc.h>

namespace boostyard {
namespace {

constexpr std::uint32_t kHasChecksum = 1U << 1;
constexpr std::uint32_t kHasExtra = 1U << 2;
constexpr std::uint32_t kHasName = 1U << 3;
constexpr std::uint32_t kHasComment = 1U << 4;
constexpr std::uint32_t kReserved = 0xE0;
constexpr std::uint32_t kFixedBytes = 10;
constexpr std::uint8_t kDeflate = 8;

}  // namespace

std::size_t GzipHeader::Take(std::span<const char> in) {
  std::size_t taken = 0;
  while (taken < in.size() && !is_whole() && problem_.empty()) {
    TakeByte(static_cast<std::uint8_t>(in[taken++]));
  }
  return taken;
}

void GzipHeader::TakeByte(std::uint8_t byte) {
  if (field_ != Field::kChecksum) crc_ = crc32_gzip_refl(crc_, &byte, 1);
  switch (field_) {
    case Field::kFixed:
      TakeFixed(byte);
      return;
    case Field::kExtraLength:
      extra_length_ |= static_cast<std::uint32_t>(byte) << (8 * taken_);
      if (++taken_ == 2) GoOn();
      return;
    case Field::kExtra:
      if (++taken_ == extra_length_) GoOn();
      return;
    case Field::kName:
    case Field::kComment:
      if (byte == 0) GoOn();
      return;
    case Field::kChecksum:
      TakeChecksum(byte);
      return;
    case Field::kEnd:
      return;
  }
}

void GzipHeader::TakeFixed(std::uint8_t byte) {
  const std::uint32_t at = taken_++;
  if ((at == 0 && byte != 0x1F) || (at == 1 && byte != 0x8B)) problem_ = "no gzip header";
  if (at == 2 && byte != kDeflate) problem_ = "an unknown method of compression";
  if (at == 3) flags_ = byte;
  if (at == 3 && (flags_ & kReserved) != 0) problem_ = "an unknown kind of gzip header";
  if (taken_ == kFixedBytes) GoOn();
}

void GzipHeader::TakeChecksum(std::uint8_t byte) {
  header_crc_ |= static_cast<std::uint32_t>(byte) << (8 * taken_);
  if (++taken_ < 2) return;
  if (header_crc_ != (crc_ & 0xFFFFU)) problem_ = "a wrong checksum of the gzip header";
  GoOn();
}

void GzipHeader::GoOn() {
  taken_ = 0;
  switch (field_) {
    case Field::kFixed:
      field_ = Field::kExtraLength;
      if ((flags_ & kHasExtra) != 0) return;
      [[fallthrough]];
    case Field::kExtraLength:
      field_ = Field::kExtra;
      if (extra_length_ > 0) return;
      [[fallthrough]];
    case Field::kExtra:
      field_ = Field::kName;
      if ((flags_ & kHasName) != 0) return;
      [[fallthrough]];
    case Field::kName:
      field_ = Field::kComment;
      if ((flags_ & kHasComment) != 0) return;
      [[fallthrough]];
    case Field::kComment:
      field_ = Field::kChecksum;
      if ((flags_ & kHasChecksum) != 0) return;
      [[fallthrough]];
    default:
      field_ = Field::kEnd;
  }
}

}  // namespace boostyard
