#include "engine/model/document_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/model/document.h"

namespace boostyard {
namespace {

float NearestFinite(float value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return 0.0F;
  return std::copysign(std::numeric_limits<float>::max(), value);
}

}  // namespace

std::string FloatText(float value) {
  std::array<char, 32> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), NearestFinite(value)).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string ScientificText(float value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), NearestFinite(value),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  std::string exponent(text.substr(e + 2));
  exponent.erase(0, std::min(exponent.find_first_not_of('0'), exponent.size() - 1));
  return std::string(text.substr(0, e)) + "E" + (text[e + 1] == '-' ? "-" : "") + exponent;
}

void DocumentWriter::Separate() {
  if (is_json_ && needs_comma_) out_.push_back(',');
  needs_comma_ = true;
}

void DocumentWriter::BeginObject() {
  Separate();
  out_.push_back('{');
  needs_comma_ = false;
}

void DocumentWriter::EndObject() {
  out_.push_back('}');
  needs_comma_ = true;
}

void DocumentWriter::BeginArray() {
  Separate();
  out_.push_back('[');
  needs_comma_ = false;
}

void DocumentWriter::EndArray() {
  out_.push_back(']');
  needs_comma_ = true;
}

void DocumentWriter::Key(std::string_view key) {
  Separate();
  if (is_json_) {
    QuotedText(key);
    out_.push_back(':');
    needs_comma_ = false;
  } else {
    SizedText(key);
  }
}

void DocumentWriter::String(std::string_view text) {
  Separate();
  if (is_json_) {
    QuotedText(text);
  } else {
    out_.push_back('S');
    SizedText(text);
  }
}

void DocumentWriter::Integer(std::int64_t value) {
  Separate();
  if (is_json_) {
    Text(std::to_string(value));
  } else {
    out_.push_back('L');
    BigEndian(value);
  }
}

void DocumentWriter::Float(float value) {
  Separate();
  if (is_json_) {
    Text(FloatText(value));
  } else {
    out_.push_back('d');
    BigEndian(std::bit_cast<std::uint32_t>(NearestFinite(value)));
  }
}

void DocumentWriter::Null() {
  Separate();
  Text(is_json_ ? "null" : "Z");
}

void DocumentWriter::Floats(std::span<const float> values) {
  Separate();
  if (!is_json_) {
    Text("[$d#L");
    BigEndian(static_cast<std::int64_t>(values.size()));
    for (const float value : values) BigEndian(std::bit_cast<std::uint32_t>(NearestFinite(value)));
    return;
  }
  out_.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out_.push_back(',');
    Text(FloatText(values[i]));
  }
  out_.push_back(']');
}

template <class T>
void DocumentWriter::IntegerArray(std::span<const T> values, char type) {
  Separate();
  if (!is_json_) {
    Text("[$");
    out_.push_back(static_cast<std::uint8_t>(type));
    Text("#L");
    BigEndian(static_cast<std::int64_t>(values.size()));
    for (const T value : values) BigEndian(value);
    return;
  }
  out_.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out_.push_back(',');
    Text(std::to_string(values[i]));
  }
  out_.push_back(']');
}

void DocumentWriter::Int32s(std::span<const std::int32_t> values) { IntegerArray(values, 'l'); }
void DocumentWriter::Int64s(std::span<const std::int64_t> values) { IntegerArray(values, 'L'); }
void DocumentWriter::Bytes(std::span<const std::uint8_t> values) { IntegerArray(values, 'U'); }

void DocumentWriter::Flags(std::span<const std::uint8_t> values) {
  if (!is_json_) return Bytes(values);
  Separate();
  out_.push_back('[');
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out_.push_back(',');
    Text(values[i] != 0 ? "true" : "false");
  }
  out_.push_back(']');
}

void DocumentWriter::QuotedText(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out_.push_back('"');
  for (const char c : ValidUtf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(byte);
    } else if (byte < 0x20) {
      Text("\\u00");
      out_.push_back(static_cast<std::uint8_t>(kHex[byte >> 4]));
      out_.push_back(static_cast<std::uint8_t>(kHex[byte & 15]));
    } else {
      out_.push_back(byte);
    }
  }
  out_.push_back('"');
}

void DocumentWriter::SizedText(std::string_view text) {
  const std::string valid = ValidUtf8(text);
  out_.push_back('L');
  BigEndian(static_cast<std::int64_t>(valid.size()));
  Text(valid);
}

template <class T>
void DocumentWriter::BigEndian(T value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out_.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
}

}  // namespace boostyard
