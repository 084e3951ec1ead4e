// Writes a JSON or UBJSON file value by value. The numbers are ours: float32 with the fewest digits
// that give the same bits back, always with a dot or an exponent (XGBoost 1.7 refuses a whole
// number in an array of floats).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/model_io.h"

namespace boostyard {

// The text of a float32, e.g. "0.25", "1.0", "3e-07". What is not finite becomes the nearest finite
// number (NaN: 0), since neither format's readers agree on anything else.
std::string FloatText(float value);

// The same as XGBoost writes its base score: "2.5E-1", "5E-1", "0E0".
std::string ScientificText(float value);

// Calls must make a well-formed document: Key before each member's value, every Begin with its End.
class DocumentWriter {
 public:
  explicit DocumentWriter(ModelFormat format) : is_json_(format == ModelFormat::kJson) {}

  void BeginObject();
  void EndObject();
  void Key(std::string_view key);
  // An array of strings and objects. Arrays of numbers are written whole, by the functions below.
  void BeginArray();
  void EndArray();

  void String(std::string_view text);
  void Integer(std::int64_t value);
  void Float(float value);
  void Null();

  void Floats(std::span<const float> values);
  void Int32s(std::span<const std::int32_t> values);
  void Int64s(std::span<const std::int64_t> values);
  // Flags: true and false in JSON (older readers want that), bytes in UBJSON.
  void Flags(std::span<const std::uint8_t> values);
  // Small numbers: numbers in JSON, bytes in UBJSON.
  void Bytes(std::span<const std::uint8_t> values);

  std::vector<std::uint8_t> Take() { return std::move(out_); }

 private:
  void Text(std::string_view text) { out_.insert(out_.end(), text.begin(), text.end()); }
  void Separate();
  void QuotedText(std::string_view text);
  void SizedText(std::string_view text);
  template <class T>
  void BigEndian(T value);
  template <class T>
  void IntegerArray(std::span<const T> values, char type);

  bool is_json_;
  bool needs_comma_ = false;
  std::vector<std::uint8_t> out_;
};

}  // namespace boostyard
