// Compiled with AVX2, FMA, BMI2 and POPCNT alone; see kernels.h for what may be used here.
#include <immintrin.h>

#include "data/csv/kernels/kernels.h"
#include "data/csv/kernels/powers_of_ten.h"

namespace boostyard::csv {
namespace {

#define BOOSTYARD_INLINE inline __attribute__((always_inline))

// Text is fetched ahead by itself only up to the end of a page. `p` may be anything, also outside
// of the text, which is why it is a number.
BOOSTYARD_INLINE void Fetch(std::uintptr_t p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);  // NOLINT(performance-no-int-to-ptr)
}

BOOSTYARD_INLINE __m128i Load16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

BOOSTYARD_INLINE __m256i Load32(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

BOOSTYARD_INLINE __m256i LoadTwo(const char* low, const char* high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(Load16(low)), Load16(high), 1);
}

BOOSTYARD_INLINE std::uint32_t Mask(__m256i bytes) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

// The bits of 64 bytes of text that end a cell, and of those that end a row.
struct EndBits {
  std::uint64_t cells;
  std::uint64_t rows;
};

BOOSTYARD_INLINE EndBits EndBitsOf(const char* p, __m256i delimiter, __m256i newline) {
  const __m256i low = Load32(p);
  const __m256i high = Load32(p + 32);
  const auto bits = [](__m256i a, __m256i b) __attribute__((always_inline)) {
    return Mask(a) | static_cast<std::uint64_t>(Mask(b)) << 32;
  };
  const std::uint64_t rows =
      bits(_mm256_cmpeq_epi8(low, newline), _mm256_cmpeq_epi8(high, newline));
  const std::uint64_t delimiters =
      bits(_mm256_cmpeq_epi8(low, delimiter), _mm256_cmpeq_epi8(high, delimiter));
  return {rows | delimiters, rows};
}

// Finds where cells end; whether every row has as many cells as it must is told by the count.
BlockCount FindEnds(const BlockText& text, std::uint32_t* ends) {
  const __m256i delimiter = _mm256_set1_epi8(text.delimiter);
  const __m256i newline = _mm256_set1_epi8('\n');
  BlockCount count = {0, 0, true};
  std::size_t row_end = text.column_count - 1;  // the cell that must end the row
  ends[-1] = 0xFFFFFFFF;
  for (std::size_t i = 0; i < text.size; i += 64) {
    Fetch(reinterpret_cast<std::uintptr_t>(text.begin) + i + kBytesAhead);
    EndBits bits;
    if (text.size - i >= 64) {
      bits = EndBitsOf(text.begin + i, delimiter, newline);
    } else {
      char tail[64] = {};
      __builtin_memcpy(tail, text.begin + i, text.size - i);
      bits = EndBitsOf(tail, delimiter, newline);
      const std::uint64_t valid = (std::uint64_t{1} << (text.size - i)) - 1;
      bits = {bits.cells & valid, bits.rows & valid};
    }
    std::uint32_t* out = ends + count.cells;
    std::uint64_t left = bits.cells;
    while (left != 0) {  // eight at a time, some of them too many
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) {
        out[j] = static_cast<std::uint32_t>(i + _tzcnt_u64(left));
        left = _blsr_u64(left);
      }
      out += 8;
    }
    for (std::uint64_t rows = bits.rows; rows != 0; rows = _blsr_u64(rows)) {
      const std::uint64_t before = _blsmsk_u64(rows) >> 1;
      count.is_even &=
          count.cells + static_cast<std::size_t>(_mm_popcnt_u64(bits.cells & before)) == row_end;
      row_end += text.column_count;
    }
    count.cells += static_cast<std::size_t>(_mm_popcnt_u64(bits.cells));
  }
  for (int j = 0; j < 8; ++j) ends[count.cells + j] = static_cast<std::uint32_t>(text.size - 1);
  return count;
}

BOOSTYARD_INLINE void NoteOdd(unsigned bits, std::size_t first_cell, const BlockCells& cells,
                              BlockCount& count) {
  for (; bits != 0; bits &= bits - 1) {
    cells.odd[count.odd++] =
        static_cast<std::uint32_t>(first_cell + static_cast<unsigned>(__builtin_ctz(bits)));
  }
}

// Of four numbers, all ones where rounding to float32 may go wrong.
BOOSTYARD_INLINE __m256i IsHalfway(__m256d numbers) {
  const __m256i from_halfway = _mm256_and_si256(
      _mm256_sub_epi64(_mm256_castpd_si256(numbers),
                       _mm256_set1_epi64x(static_cast<long long>(kHalfway - kHalfwayMargin))),
      _mm256_set1_epi64x(static_cast<long long>(kSpareBits)));
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(2 * static_cast<long long>(kHalfwayMargin) + 1),
                            from_halfway);
}

// 10^-digits, where a cell's point is `digits + 1` bytes before its end; element 0: it has none.
alignas(32) constexpr double kFractions[32] = {1.0,   1.0,   1e-1,  1e-2,  1e-3, 1e-4,
                                               1e-5,  1e-6,  1e-7,  1e-8,  1e-9, 1e-10,
                                               1e-11, 1e-12, 1e-13, 1e-14, 1e-15};

// The 16 bytes that end two cells, one in each half.
struct CellPair {
  __m256i digits;  // of the number without its point, each as a byte
  __m256i is_digit;
  __m256i is_sign;
  __m256i is_other;  // not empty: not a number
  __m256i point;     // 64 + its distance from the cell's end, where it is
};

BOOSTYARD_INLINE CellPair Classify(__m256i text, __m256i length, __m256i distance) {
  const __m256i low = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
  // distance <= length, for small unsigned bytes
  const __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, length), distance);
  const __m256i is_digit =
      _mm256_and_si256(inside, _mm256_cmpeq_epi8(_mm256_min_epu8(low, _mm256_set1_epi8(9)), low));
  const __m256i is_point = _mm256_and_si256(inside, _mm256_cmpeq_epi8(text, _mm256_set1_epi8('.')));
  const __m256i is_sign = _mm256_and_si256(_mm256_cmpeq_epi8(distance, length),
                                           _mm256_cmpeq_epi8(text, _mm256_set1_epi8('-')));
  const __m256i known = _mm256_or_si256(_mm256_or_si256(is_digit, is_point), is_sign);
  return {_mm256_and_si256(low, is_digit), is_digit, is_sign, _mm256_xor_si256(inside, known),
          _mm256_and_si256(is_point, _mm256_add_epi8(distance, _mm256_set1_epi8(64)))};
}

// Moves the digits before the point over it. `point`: as summed in each half, in all bytes.
BOOSTYARD_INLINE __m256i ClosePoint(__m256i digits, __m256i point, __m256i distance) {
  const __m256i threshold = _mm256_sub_epi8(point, _mm256_set1_epi8(65));  // no point: 191
  const __m256i less = _mm256_sub_epi8(distance, _mm256_set1_epi8(1));
  const __m256i is_before = _mm256_cmpeq_epi8(_mm256_max_epu8(less, threshold), less);
  return _mm256_blendv_epi8(digits, _mm256_slli_si256(digits, 1), is_before);
}

// Four numbers of 16 digits each: first and third in the halves of `even`.
BOOSTYARD_INLINE __m256d JoinDigits(__m256i even, __m256i odd) {
  const __m256i ten = _mm256_set1_epi16(0x010A);
  const __m256i hundred = _mm256_set1_epi32(0x00010064);
  const __m256i fours =
      _mm256_packus_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(even, ten), hundred),
                          _mm256_madd_epi16(_mm256_maddubs_epi16(odd, ten), hundred));
  const __m256i eights = _mm256_madd_epi16(fours, _mm256_set1_epi32(0x00012710));
  const __m256i apart =
      _mm256_permutevar8x32_epi32(eights, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7));
  return _mm256_fmadd_pd(_mm256_cvtepi32_pd(_mm256_castsi256_si128(apart)), _mm256_set1_pd(1e8),
                         _mm256_cvtepi32_pd(_mm256_extracti128_si256(apart, 1)));
}

// Four cells at a time: the 16 bytes before each cell's end.
BlockCount ReadShort(const BlockText& text, const BlockCells& cells) {
  BlockCount count = FindEnds(text, cells.ends);
  const __m256i distance = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  const __m256i zero = _mm256_setzero_si256();
  const __m256i first_byte = zero;
  const __m256i ninth_byte = _mm256_set1_epi8(8);
  const __m256i pick_even =
      _mm256_setr_epi32(0, 0, 0, 0, 0x08080808, 0x08080808, 0x08080808, 0x08080808);
  const __m256i pick_odd = _mm256_add_epi8(pick_even, _mm256_set1_epi8(4));
  const char* const before = text.begin - 16;
  for (std::size_t k = 0; k < count.cells; k += 4) {
    const std::uint32_t* const ends = cells.ends + k;
    const __m128i end = _mm_loadu_si128(reinterpret_cast<const __m128i*>(ends));
    const __m128i last_end = _mm_loadu_si128(reinterpret_cast<const __m128i*>(ends - 1));
    const __m128i length = _mm_sub_epi32(_mm_sub_epi32(end, last_end), _mm_set1_epi32(1));
    const __m256i lengths = _mm256_broadcastsi128_si256(_mm_min_epu32(length, _mm_set1_epi32(100)));
    const CellPair even = Classify(LoadTwo(before + ends[0], before + ends[2]),
                                   _mm256_shuffle_epi8(lengths, pick_even), distance);
    const CellPair odd = Classify(LoadTwo(before + ends[1], before + ends[3]),
                                  _mm256_shuffle_epi8(lengths, pick_odd), distance);

    const __m256i even_sums = _mm256_sad_epu8(even.point, zero);
    const __m256i odd_sums = _mm256_sad_epu8(odd.point, zero);
    const __m256i point = _mm256_add_epi64(_mm256_unpacklo_epi64(even_sums, odd_sums),
                                           _mm256_unpackhi_epi64(even_sums, odd_sums));
    const __m256d mantissa =
        JoinDigits(ClosePoint(even.digits, _mm256_shuffle_epi8(point, first_byte), distance),
                   ClosePoint(odd.digits, _mm256_shuffle_epi8(point, ninth_byte), distance));
    const __m256i fraction = _mm256_and_si256(point, _mm256_set1_epi64x(31));
    const __m256d number = _mm256_mul_pd(mantissa, _mm256_i64gather_pd(kFractions, fraction, 8));

    // One 64-bit element for each cell, in order: zero where no byte is set.
    const __m256i no_digit =
        _mm256_cmpeq_epi64(_mm256_packs_epi16(even.is_digit, odd.is_digit), zero);
    const __m256i no_sign = _mm256_cmpeq_epi64(_mm256_packs_epi16(even.is_sign, odd.is_sign), zero);
    const __m256i others = _mm256_packs_epi16(even.is_other, odd.is_other);
    const __m256i points = _mm256_and_si256(point, _mm256_set1_epi64x(0xFF80));
    const __m256i is_good = _mm256_cmpeq_epi64(_mm256_or_si256(others, points), zero);
    const __m128i is_empty = _mm_cmpeq_epi32(length, _mm_setzero_si128());
    const __m128i is_long = _mm_cmpgt_epi32(_mm256_castsi256_si128(lengths), _mm_set1_epi32(16));
    // Integers of 15 digits are exact doubles: their ties are true ties, and rounded as such.
    const __m256i is_exact = _mm256_and_si256(
        _mm256_cmpeq_epi64(point, zero), _mm256_cvtepi32_epi64(_mm_cmpgt_epi32(
                                             _mm_set1_epi32(16), _mm256_castsi256_si128(lengths))));
    const __m256i is_odd = _mm256_or_si256(
        _mm256_or_si256(_mm256_andnot_si256(_mm256_cvtepi32_epi64(is_empty), no_digit),
                        _mm256_andnot_si256(is_exact, IsHalfway(number))),
        _mm256_or_si256(_mm256_xor_si256(is_good, _mm256_set1_epi8(-1)),
                        _mm256_cvtepi32_epi64(is_long)));

    const __m256d sign = _mm256_andnot_pd(_mm256_castsi256_pd(no_sign), _mm256_set1_pd(-0.0));
    const __m256d signed_number =
        _mm256_add_pd(_mm256_xor_pd(number, sign), _mm256_setzero_pd());  // -0 + 0 is 0
    const __m128 value = _mm_blendv_ps(_mm256_cvtpd_ps(signed_number),
                                       _mm_set1_ps(__builtin_nanf("")), _mm_castsi128_ps(is_empty));
    _mm_storeu_ps(cells.values + k, value);
    auto odd_bits = static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(is_odd)));
    if (__builtin_expect(odd_bits != 0, 0)) {
      if (k + 4 > count.cells) odd_bits &= (1U << (count.cells - k)) - 1;
      NoteOdd(odd_bits, k, cells, count);
    }
  }
  return count;
}

// An exponent of two digits with its sign, as most writers print it.
struct ExponentPart {
  int exponent = 0;
  std::uint32_t size = 0;  // bytes, 0 or 4
  bool is_odd = false;
};

BOOSTYARD_INLINE ExponentPart ExponentOf(const char* end, std::uint32_t length) {
  std::uint32_t bytes;
  __builtin_memcpy(&bytes, end - 4, 4);
  const bool is_there = (bytes & 0xDF) == 'E' && length > 4;
  const std::uint32_t sign = (bytes >> 8) & 0xFF;
  const std::uint32_t tens = ((bytes >> 16) & 0xFF) - '0';
  const std::uint32_t ones = (bytes >> 24) - '0';
  const bool is_right = (sign == '-' || sign == '+') && tens <= 9 && ones <= 9;
  const int magnitude = static_cast<int>(10 * tens + ones);
  ExponentPart part;
  part.exponent = is_there ? (sign == '-' ? -magnitude : magnitude) : 0;
  part.size = is_there ? 4 : 0;
  part.is_odd = is_there && !is_right;
  return part;
}

// One cell at a time: the 32 bytes before its exponent or end. Returns whether it is odd.
BOOSTYARD_INLINE bool ReadLongCell(const char* end, std::uint32_t length, float* value) {
  const __m256i distance =
      _mm256_setr_epi8(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14,
                       13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
  const ExponentPart exponent = ExponentOf(end, length);
  const char* const number_end = end - exponent.size;
  const std::uint32_t size = length - exponent.size;
  const std::uint32_t bounded = size > 33 ? 33 : size;

  const __m256i text = Load32(number_end - 32);
  const __m256i low = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
  const __m256i digit_here = _mm256_cmpeq_epi8(_mm256_min_epu8(low, _mm256_set1_epi8(9)), low);
  const std::uint32_t inside =
      static_cast<std::uint32_t>(0xFFFFFFFF00000000ULL >> bounded);  // the last `bounded` bits
  const std::uint32_t digits = Mask(digit_here) & inside;
  const std::uint32_t point = Mask(_mm256_cmpeq_epi8(text, _mm256_set1_epi8('.'))) & inside;
  const bool is_negative = length != 0 && end[-static_cast<std::ptrdiff_t>(length)] == '-';
  const std::uint32_t sign = is_negative && size != 0 && size <= 32 ? 1U << (32 - size) : 0;
  bool is_odd = exponent.is_odd || size > 32 || (digits | point | sign) != inside ||
                (point & (point - 1)) != 0 || digits == 0;

  // Digits before the point come from one byte before, those behind it from where they are.
  const std::uint32_t fraction_digits =
      point == 0 ? 0 : static_cast<std::uint32_t>(__builtin_clz(point));
  const auto point_distance = static_cast<char>(point == 0 ? 99 : fraction_digits + 1);
  const auto first_digit = static_cast<char>(bounded - (is_negative ? 1 : 0));
  const __m256i shifted = _mm256_sub_epi8(Load32(number_end - 33), _mm256_set1_epi8('0'));
  const __m256i is_before =
      _mm256_cmpgt_epi8(distance, _mm256_set1_epi8(static_cast<char>(point_distance - 1)));
  const __m256i from = _mm256_blendv_epi8(low, shifted, is_before);
  // Of the shifted ones the first is one byte further behind.
  const __m256i reach = _mm256_add_epi8(distance, _mm256_and_si256(is_before, _mm256_set1_epi8(1)));
  const __m256i kept =
      _mm256_andnot_si256(_mm256_cmpgt_epi8(reach, _mm256_set1_epi8(first_digit)), from);

  const __m256i hundreds = _mm256_madd_epi16(_mm256_maddubs_epi16(kept, _mm256_set1_epi16(0x010A)),
                                             _mm256_set1_epi32(0x00010064));
  const __m256i eights =
      _mm256_madd_epi16(_mm256_packus_epi32(hundreds, hundreds), _mm256_set1_epi32(0x00012710));
  const __m256i sixteens = _mm256_add_epi64(
      _mm256_mul_epu32(eights, _mm256_set1_epi64x(100'000'000)), _mm256_srli_epi64(eights, 32));
  const auto high = static_cast<double>(_mm256_extract_epi64(sixteens, 0));
  const auto rest = static_cast<double>(_mm256_extract_epi64(sixteens, 2));
  const double mantissa =
      _mm_cvtsd_f64(_mm_fmadd_sd(_mm_set_sd(high), _mm_set_sd(1e16), _mm_set_sd(rest)));

  int power = exponent.exponent - static_cast<int>(fraction_digits);
  power = power < kLeastPower ? kLeastPower : power > kGreatestPower ? kGreatestPower : power;
  const double number = mantissa * kPowersOfTen[power - kLeastPower];
  std::uint64_t bits;
  __builtin_memcpy(&bits, &number, 8);
  is_odd |= ((bits - (kHalfway - kHalfwayMargin)) & kSpareBits) <= 2 * kHalfwayMargin;
  is_odd |= mantissa != 0 && bits - kLeastNormalBits >= kTooLargeBits - kLeastNormalBits;
  const auto unsigned_value = static_cast<float>(number);
  const float signed_value = (is_negative ? -unsigned_value : unsigned_value) + 0.0F;
  *value = length == 0 ? __builtin_nanf("") : signed_value;
  return is_odd && length != 0;
}

BlockCount ReadLong(const BlockText& text, const BlockCells& cells) {
  BlockCount count = FindEnds(text, cells.ends);
  std::uint32_t begin = 0;
  for (std::size_t k = 0; k < count.cells; ++k) {
    const std::uint32_t end = cells.ends[k];
    const bool is_odd = ReadLongCell(text.begin + end, end - begin, cells.values + k);
    cells.odd[count.odd] = static_cast<std::uint32_t>(k);
    count.odd += is_odd;
    begin = end + 1;
  }
  return count;
}

// Cells of one digit each, as many as begin with `p`, where 32 bytes may be read; at most 16.
struct DigitPairs {
  std::size_t cells;
  std::uint32_t row_bits;  // of the bytes that end those cells: the newlines
};

BOOSTYARD_INLINE DigitPairs ReadDigitPairs(const char* p, __m256i delimiter, float* values) {
  constexpr std::uint32_t kEvenBytes = 0x55555555;
  const __m256i bytes = Load32(p);
  const __m256i low = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
  const std::uint32_t digits =
      Mask(_mm256_cmpeq_epi8(_mm256_min_epu8(low, _mm256_set1_epi8(9)), low));
  const std::uint32_t newlines = Mask(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n')));
  const std::uint32_t ends = Mask(_mm256_cmpeq_epi8(bytes, delimiter)) | newlines;
  const std::uint32_t wrong = (~digits & kEvenBytes) | (~ends & ~kEvenBytes);
  const std::size_t cells = _tzcnt_u32(wrong) / 2;
  const __m256i ones = _mm256_and_si256(low, _mm256_set1_epi16(0xFF));
  const __m256i first = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(ones));
  const __m256i second = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(ones, 1));
  _mm256_storeu_ps(values, _mm256_cvtepi32_ps(first));
  _mm256_storeu_ps(values + 8, _mm256_cvtepi32_ps(second));
  const std::uint64_t inside = (std::uint64_t{1} << (2 * cells)) - 1;
  return {cells, newlines & static_cast<std::uint32_t>(inside)};
}

// Cells of one digit up to sixteen at a time, others one by one.
BlockCount ReadSmallInts(const BlockText& text, const BlockCells& cells) {
  constexpr std::ptrdiff_t kMaxDigits = 7;  // every such integer is a float
  const __m256i delimiter = _mm256_set1_epi8(text.delimiter);
  const char* const end = text.begin + text.size;
  BlockCount count = {0, 0, true};
  std::size_t row_end = text.column_count - 1;
  cells.ends[-1] = 0xFFFFFFFF;
  for (const char* p = text.begin; p != end; ++p, ++count.cells) {
    if (end - p > 32) {
      const DigitPairs pairs = ReadDigitPairs(p, delimiter, cells.values + count.cells);
      for (std::uint32_t rows = pairs.row_bits; rows != 0; rows = _blsr_u32(rows)) {
        count.is_even &= count.cells + _tzcnt_u32(rows) / 2 == row_end;
        row_end += text.column_count;
      }
      count.cells += pairs.cells;
      p += 2 * pairs.cells;
    }
    const char* const begin = p;
    int value = 0;
    for (; *p >= '0' && *p <= '9' && p - begin < kMaxDigits; ++p) value = 10 * value + (*p - '0');
    cells.values[count.cells] = p == begin ? __builtin_nanf("") : static_cast<float>(value);
    if (__builtin_expect(*p != text.delimiter && *p != '\n', 0)) {
      while (*p != text.delimiter && *p != '\n') ++p;
      cells.ends[count.cells - 1] = static_cast<std::uint32_t>(begin - text.begin) - 1;
      cells.ends[count.cells] = static_cast<std::uint32_t>(p - text.begin);
      cells.odd[count.odd++] = static_cast<std::uint32_t>(count.cells);
    }
    if (*p == '\n') {
      count.is_even &= count.cells == row_end;
      row_end += text.column_count;
    }
  }
  return count;
}

std::size_t CountNewlines(const char* text, std::size_t size) {
  const __m256i newline = _mm256_set1_epi8('\n');
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    Fetch(reinterpret_cast<std::uintptr_t>(text) + i + kBytesAhead);
    const std::uint64_t low = Mask(_mm256_cmpeq_epi8(Load32(text + i), newline));
    const std::uint64_t high = Mask(_mm256_cmpeq_epi8(Load32(text + i + 32), newline));
    count += static_cast<std::size_t>(_mm_popcnt_u64(low | high << 32));
  }
  for (; i < size; ++i) count += text[i] == '\n';
  return count;
}

// Eight rows of eight columns.
BOOSTYARD_INLINE void TransposeTile(const float* from, std::size_t from_stride, float* to,
                                    std::size_t to_stride) {
  __m256 pairs[8];
#pragma GCC unroll 4
  for (int j = 0; j < 8; j += 2) {
    const __m256 a = _mm256_loadu_ps(from + j * from_stride);
    const __m256 b = _mm256_loadu_ps(from + (j + 1) * from_stride);
    pairs[j] = _mm256_unpacklo_ps(a, b);
    pairs[j + 1] = _mm256_unpackhi_ps(a, b);
  }
  __m256 fours[8];
#pragma GCC unroll 2
  for (int j = 0; j < 8; j += 4) {
    fours[j] = _mm256_shuffle_ps(pairs[j], pairs[j + 2], 0x44);
    fours[j + 1] = _mm256_shuffle_ps(pairs[j], pairs[j + 2], 0xEE);
    fours[j + 2] = _mm256_shuffle_ps(pairs[j + 1], pairs[j + 3], 0x44);
    fours[j + 3] = _mm256_shuffle_ps(pairs[j + 1], pairs[j + 3], 0xEE);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    _mm256_storeu_ps(to + j * to_stride, _mm256_permute2f128_ps(fours[j], fours[j + 4], 0x20));
    _mm256_storeu_ps(to + (j + 4) * to_stride,
                     _mm256_permute2f128_ps(fours[j], fours[j + 4], 0x31));
  }
}

void Transpose(const float* from, std::size_t row_count, std::size_t column_count, float* to,
               std::size_t stride) {
  std::size_t row = 0;
  for (; row + 8 <= row_count; row += 8) {
    const float* const rows = from + row * column_count;
    std::size_t column = 0;
    for (; column + 8 <= column_count; column += 8) {
      TransposeTile(rows + column, column_count, to + column * stride + row, stride);
    }
    for (; column < column_count; ++column) {
      for (std::size_t r = 0; r < 8; ++r)
        to[column * stride + row + r] = rows[r * column_count + column];
    }
  }
  for (; row < row_count; ++row) {
    for (std::size_t c = 0; c < column_count; ++c) {
      to[c * stride + row] = from[row * column_count + c];
    }
  }
}

// Eight cells as codes in 32 bits each; `is_other` gathers what is no code.
BOOSTYARD_INLINE __m256i CodesOf(const float* cells, __m256& is_other) {
  const __m256 cell = _mm256_loadu_ps(cells);
  const __m256 is_missing = _mm256_cmp_ps(cell, cell, _CMP_UNORD_Q);
  const __m256i code = _mm256_cvttps_epi32(cell);
  const __m256 is_same = _mm256_cmp_ps(_mm256_cvtepi32_ps(code), cell, _CMP_EQ_OQ);
  const __m256 is_code =
      _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_min_epu32(code, _mm256_set1_epi32(254)), code));
  is_other = _mm256_or_ps(
      is_other, _mm256_andnot_ps(_mm256_or_ps(is_missing, _mm256_and_ps(is_same, is_code)),
                                 _mm256_castsi256_ps(_mm256_set1_epi32(-1))));
  return _mm256_blendv_epi8(code, _mm256_set1_epi32(255), _mm256_castps_si256(is_missing));
}

bool SmallIntCodes(const float* cells, std::size_t count, std::uint8_t* codes) {
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256 is_other = _mm256_setzero_ps();
    const __m256i a = CodesOf(cells + i, is_other);
    const __m256i b = CodesOf(cells + i + 8, is_other);
    const __m256i c = CodesOf(cells + i + 16, is_other);
    const __m256i d = CodesOf(cells + i + 24, is_other);
    if (_mm256_movemask_ps(is_other) != 0) return false;
    const __m256i bytes = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
    // Packing goes by halves: put the fours back in order.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes + i),
                        _mm256_permutevar8x32_epi32(bytes, order));
  }
  return kPortableCsvKernels.small_int_codes(cells + i, count - i, codes + i);
}

}  // namespace

const CsvKernels kAvx2CsvKernels = {
    .read_small_ints = ReadSmallInts,
    .read_short = ReadShort,
    .read_long = ReadLong,
    .count_newlines = CountNewlines,
    .transpose = Transpose,
    .small_int_codes = SmallIntCodes,
};

}  // namespace boostyard::csv
