// Property: whatever the sizes of the reads, compressed bytes give the text and the verdict of the
// formats' reference implementations; and any text, packed by them and then damaged in one bit, is
// noticed or still the same.
//
// Input: byte 0 chooses the format and what the rest is (compressed bytes; a text to be packed;
// bare deflate, to be given the header and checksum that it should have); byte 1 the sizes of the
// reads.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "data/decode/compression.h"
#include "data/text_source.h"
#include "tests/data/compress.h"
#include "tests/data/csv_support.h"
#include "tests/data/decompress.h"

namespace {

using namespace boostyard;        // NOLINT(google-build-using-namespace): a program of its own
using namespace boostyard::test;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kMostText = 1U << 20;

void Require(bool holds, const char* what, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "decode_fuzz: %s: %s\n", what, detail.c_str());
  std::abort();
}

struct Outcome {
  std::string text;
  std::string problem;
  bool operator==(const Outcome&) const = default;
};

Outcome Decode(Compression compression, const std::string& bytes, std::size_t in, std::size_t out) {
  const auto decoder = DecodedText::Make(
      compression, std::make_unique<FileText>(std::make_shared<MemorySource>(bytes, in)), "x");
  Outcome outcome;
  std::string buffer(out, '\0');
  while (outcome.text.size() < kMostText) {
    const auto got = decoder->ReadSome(buffer);
    if (!got.ok()) {
      outcome.problem = got.error().message;
      Require(got.error().id == ErrorId::kDataDamaged, "another error", outcome.problem);
      const auto again = decoder->ReadSome(buffer);
      Require(!again.ok(), "it goes on after an error");
      break;
    }
    if (*got == 0) break;
    outcome.text.append(buffer, 0, *got);
  }
  return outcome;
}

ReferenceText Reference(Compression compression, const std::string& bytes) {
  return compression == Compression::kGzip ? ReferenceGunzip(bytes, kMostText)
                                           : ReferenceUnzstd(bytes, kMostText);
}

bool SamePart(std::string_view a, std::string_view b) {
  const std::size_t length = std::min(a.size(), b.size());
  return a.substr(0, length) == b.substr(0, length);
}

// What is decoded, in two ways of reading, after it was compared. ISA-L follows distances that go
// beyond the beginning of the text before it finds something wrong, so that what comes before a
// problem of gzip need not be what zlib makes of it.
Outcome Check(Compression compression, const std::string& bytes, std::uint8_t sizes) {
  const Outcome whole = Decode(compression, bytes, 1 << 20, 1 << 16);
  const Outcome pieces = Decode(compression, bytes, 1 + sizes % 16, 1 + sizes / 16 * 31);
  const ReferenceText expected = Reference(compression, bytes);
  if (whole.text.size() >= kMostText || pieces.text.size() >= kMostText ||
      expected.text.size() >= kMostText) {
    return whole;
  }
  Require(whole.problem.empty() == pieces.problem.empty(), "the verdict depends on the reads",
          whole.problem + " / " + pieces.problem);
  Require(whole.problem.empty() == expected.problem.empty(), "another verdict",
          "\"" + whole.problem + "\", the reference: \"" + expected.problem + "\"");
  if (whole.problem.empty()) {
    Require(whole.text == expected.text && pieces.text == expected.text, "another text");
  } else if (compression == Compression::kZstd) {
    Require(SamePart(whole.text, expected.text) && SamePart(pieces.text, expected.text),
            "another text before the problem");
  }
  return whole;
}

// A bit of the packed text is turned.
void CheckDamage(Compression compression, const std::string& text, std::uint8_t sizes) {
  std::string bytes = compression == Compression::kGzip ? Gzip(text) : Zstd(text);
  const Outcome packed = Check(compression, bytes, sizes);
  Require(packed.problem.empty() && packed.text == text, "packed and unpacked, it differs");
  std::size_t at = sizes;
  for (const char c : text) at = at * 31 + static_cast<unsigned char>(c);
  bytes[at / 8 % bytes.size()] ^= static_cast<char>(1 << at % 8);
  const Outcome damaged = Decode(compression, bytes, 1 << 20, 1 << 16);
  Require(!damaged.problem.empty() || damaged.text == text, "damage goes unnoticed");
}

void Put(std::string& bytes, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

// gzip around bare deflate, with the length and checksum of what zlib takes it for.
std::string Wrap(const std::string& deflate) {
  const std::string header("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);
  const std::string text = ReferenceGunzip(header + deflate, kMostText).text;
  std::string bytes = header + deflate;
  Put(bytes, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(text.data()),
                                              static_cast<uInt>(text.size()))));
  Put(bytes, static_cast<std::uint32_t>(text.size()));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto compression = (data[0] & 1) == 0 ? Compression::kGzip : Compression::kZstd;
  const std::string rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] >> 1 & 3) {
    case 0:
      CheckDamage(compression, rest, data[1]);
      break;
    case 1:
      Check(Compression::kGzip, Wrap(rest), data[1]);
      break;
    default:
      Check(compression, rest, data[1]);
  }
  return 0;
}
