#include "data/recordio/frames.h"

#include <algorithm>

namespace boostyard::recordio {
namespace {

constexpr std::uint64_t kHeaderBytes = 8;
constexpr std::uint32_t kLengthBits = 29;
enum Flag : std::uint32_t { kWhole = 0, kFirst = 1, kMiddle = 2, kLast = 3 };

std::uint32_t WordAt(std::string_view bytes, std::uint64_t at) {
  std::uint32_t word = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    word |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  }
  return word;
}

std::uint64_t Padded(std::uint64_t length) { return (length + 3) & ~std::uint64_t{3}; }

struct Header {
  std::uint32_t flag = 0;
  std::uint64_t length = 0;

  bool ends_record() const { return flag == kWhole || flag == kLast; }
};

Header HeaderAt(std::string_view bytes, std::uint64_t at) {
  const std::uint32_t word = WordAt(bytes, at + 4);
  return {word >> kLengthBits, word & ((1U << kLengthBits) - 1)};
}

// Finds the end of the record that begins at `begin`.
class RecordCutter {
 public:
  RecordCutter(std::string_view window, bool is_end) : window_(window), is_end_(is_end) {}

  // The end of the record, or nothing: then there is a fault, or the window ends too early.
  std::optional<std::uint64_t> EndOf(std::uint64_t begin) {
    for (std::uint64_t at = begin;;) {
      if (!Has(at, 4)) return std::nullopt;
      const std::uint32_t magic = WordAt(window_, at);
      if (magic != kMagic) return Refuse(FrameFaultKind::kMagicWord, at, magic);
      if (!Has(at, kHeaderBytes)) return std::nullopt;
      const Header header = HeaderAt(window_, at);
      const bool is_first = header.flag == kWhole || header.flag == kFirst;
      if (header.flag > kLast || is_first != (at == begin)) {
        return Refuse(FrameFaultKind::kFlag, at, header.flag);
      }
      const std::uint64_t end = at + kHeaderBytes + Padded(header.length);
      if (end - begin > kMaxRecordBytes) return Refuse(FrameFaultKind::kTooLong, at, end - begin);
      if (!Has(at, kHeaderBytes + header.length)) return std::nullopt;
      if (!is_end_ && end > window_.size()) {
        wanted_ = end;
        return std::nullopt;
      }
      at = std::min<std::uint64_t>(end, window_.size());
      if (header.ends_record()) return at;
    }
  }

  const std::optional<FrameFault>& fault() const { return fault_; }
  std::uint64_t wanted() const { return wanted_; }

 private:
  bool Has(std::uint64_t at, std::uint64_t count) {
    if (at + count <= window_.size()) return true;
    wanted_ = at + count;
    if (is_end_) {
      fault_ = {FrameFaultKind::kTruncated, at, window_.size() - at, count};
    }
    return false;
  }

  std::nullopt_t Refuse(FrameFaultKind kind, std::uint64_t at, std::uint64_t found) {
    fault_ = {kind, at, found, 0};
    return std::nullopt;
  }

  std::string_view window_;
  bool is_end_;
  std::optional<FrameFault> fault_;
  std::uint64_t wanted_ = 0;
};

}  // namespace

FramedRecords CutRecords(std::string_view window, bool is_end) {
  FramedRecords cut;
  RecordCutter cutter(window, is_end);
  while (cut.bytes < window.size()) {
    const std::optional<std::uint64_t> end = cutter.EndOf(cut.bytes);
    if (!end) break;
    cut.records.push_back(window.substr(cut.bytes, *end - cut.bytes));
    cut.bytes = *end;
  }
  cut.fault = cutter.fault();
  cut.wanted = cutter.wanted();
  return cut;
}

std::string_view PayloadOf(std::string_view record, std::string& scratch) {
  const Header first = HeaderAt(record, 0);
  if (first.flag == kWhole) return record.substr(kHeaderBytes, first.length);
  scratch.clear();
  for (std::uint64_t at = 0;;) {
    const Header header = HeaderAt(record, at);
    scratch.append(record, at + kHeaderBytes, header.length);
    if (header.ends_record()) return scratch;
    scratch.append(record, at, 4);  // the magic number that was taken out
    at += kHeaderBytes + Padded(header.length);
  }
}

}  // namespace boostyard::recordio
