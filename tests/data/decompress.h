// The text of compressed bytes, by the reference implementations of the formats and by our rules
// for what may follow a member or frame.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace boostyard::test {

struct ReferenceText {
  std::string text;     // all that came before the problem
  std::string problem;  // empty: the bytes are whole
};

// Members of gzip; zeros may follow the last one. Stops, without a problem, after `most_bytes` of
// text.
inline ReferenceText ReferenceGunzip(std::string_view bytes, std::size_t most_bytes) {
  ReferenceText result;
  std::array<char, 4096> out{};
  while (!bytes.empty() && result.text.size() < most_bytes) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    int code = Z_OK;
    while (code == Z_OK && result.text.size() < most_bytes) {
      stream.next_out = reinterpret_cast<Bytef*>(out.data());
      stream.avail_out = static_cast<uInt>(out.size());
      code = inflate(&stream, Z_NO_FLUSH);
      result.text.append(out.data(), out.size() - stream.avail_out);
    }
    if (code == Z_BUF_ERROR) result.problem = "it ends too early";
    if (code < 0 && result.problem.empty()) result.problem = stream.msg ? stream.msg : "damaged";
    if (code == Z_NEED_DICT) result.problem = "it needs a dictionary";
    bytes.remove_prefix(bytes.size() - stream.avail_in);
    inflateEnd(&stream);
    if (code != Z_STREAM_END) return result;
    const bool is_padding = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
    if (is_padding) return result;
    if (bytes.front() != '\x1F') {
      result.problem = "bytes after the end";
      return result;
    }
  }
  return result;
}

// Frames of zstd, up to `most_bytes` of text.
inline ReferenceText ReferenceUnzstd(std::string_view bytes, std::size_t most_bytes) {
  ReferenceText result;
  std::array<char, 4096> out{};
  ZSTD_DStream* const stream = ZSTD_createDStream();
  ZSTD_inBuffer input = {bytes.data(), bytes.size(), 0};
  std::size_t left = 0;
  while (result.text.size() < most_bytes) {
    ZSTD_outBuffer output = {out.data(), out.size(), 0};
    const std::size_t before = input.pos;
    if (input.pos == input.size && left == 0) break;
    left = ZSTD_decompressStream(stream, &output, &input);
    result.text.append(out.data(), output.pos);
    if (ZSTD_isError(left) != 0) {
      result.problem = ZSTD_getErrorName(left);
      break;
    }
    if (left != 0 && output.pos == 0 && input.pos == before) {
      result.problem = "it ends too early";
      break;
    }
  }
  ZSTD_freeDStream(stream);
  return result;
}

}  // namespace boostyard::test
