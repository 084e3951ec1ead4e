// Compiled with AVX-512 F, BW, DQ, VL, VBMI and VBMI2; see kernels.h for what may be used here.
#include <immintrin.h>

#include "data/csv/kernels/kernels.h"
#include "data/csv/kernels/powers_of_ten.h"

namespace boostyard::csv {
namespace {

#define BOOSTYARD_INLINE inline __attribute__((always_inline))

alignas(64) constexpr std::uint8_t kPositions[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

// Text is fetched ahead by itself only up to the end of a page. `p` may be anything, also outside
// of the text, which is why it is a number.
BOOSTYARD_INLINE void Fetch(std::uintptr_t p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);  // NOLINT(performance-no-int-to-ptr)
}

BOOSTYARD_INLINE __m128i Load16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// The bits of the bytes that are there, of 64 from byte `i` on.
BOOSTYARD_INLINE __mmask64 Valid(std::size_t i, std::size_t size) {
  return size - i >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (size - i)) - 1;
}

BOOSTYARD_INLINE std::size_t Count(std::uint64_t bits) {
  return static_cast<std::size_t>(_mm_popcnt_u64(bits));
}

// Whether each row ends with the cell that it must end with. Moves `row_end` on.
BOOSTYARD_INLINE bool CheckRows(std::uint64_t row_bits, std::uint64_t cell_bits,
                                std::size_t cells_before, std::uint32_t column_count,
                                std::size_t& row_end) {
  bool is_even = true;
  for (; row_bits != 0; row_bits = _blsr_u64(row_bits)) {
    const std::uint64_t before = _blsmsk_u64(row_bits) >> 1;
    is_even &= cells_before + Count(cell_bits & before) == row_end;
    row_end += column_count;
  }
  return is_even;
}

// Finds where cells end, and whether every row has as many cells as it must.
BlockCount FindEnds(const BlockText& text, std::uint32_t* ends) {
  const __m512i delimiter = _mm512_set1_epi8(text.delimiter);
  const __m512i newline = _mm512_set1_epi8('\n');
  const __m512i positions = _mm512_load_si512(kPositions);
  BlockCount count = {0, 0, true};
  std::size_t row_end = text.column_count - 1;
  ends[-1] = 0xFFFFFFFF;
  for (std::size_t i = 0; i < text.size; i += 64) {
    Fetch(reinterpret_cast<std::uintptr_t>(text.begin) + i + kBytesAhead);
    const __mmask64 valid = Valid(i, text.size);
    const __m512i bytes = _mm512_maskz_loadu_epi8(valid, text.begin + i);
    const __mmask64 row_bits = _mm512_mask_cmpeq_epi8_mask(valid, bytes, newline);
    const __mmask64 cell_bits = _mm512_mask_cmpeq_epi8_mask(valid, bytes, delimiter) | row_bits;
    const std::size_t found = Count(cell_bits);
    const __m512i places = _mm512_maskz_compress_epi8(cell_bits, positions);
    const __m512i base = _mm512_set1_epi32(static_cast<int>(i));
    const auto store = [&](std::size_t part, __m128i bytes16) __attribute__((always_inline)) {
      _mm512_storeu_si512(ends + count.cells + 16 * part,
                          _mm512_add_epi32(base, _mm512_cvtepu8_epi32(bytes16)));
    };
    store(0, _mm512_castsi512_si128(places));
    if (found > 16) {
      store(1, _mm512_extracti32x4_epi32(places, 1));
      if (found > 32) {
        store(2, _mm512_extracti32x4_epi32(places, 2));
        store(3, _mm512_extracti32x4_epi32(places, 3));
      }
    }
    count.is_even &= CheckRows(row_bits, cell_bits, count.cells, text.column_count, row_end);
    count.cells += found;
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(ends + count.cells),
                      _mm256_set1_epi32(static_cast<int>(text.size - 1)));
  return count;
}

BOOSTYARD_INLINE void NoteOdd(unsigned bits, std::size_t first_cell, const BlockCells& cells,
                              BlockCount& count) {
  if (first_cell + 8 > count.cells) bits &= (1U << (count.cells - first_cell)) - 1;
  for (; bits != 0; bits = _blsr_u32(bits)) {
    cells.odd[count.odd++] = static_cast<std::uint32_t>(first_cell + _tzcnt_u32(bits));
  }
}

// Of eight numbers, those whose rounding to float32 may go wrong.
BOOSTYARD_INLINE __mmask8 Halfway(__m512d numbers) {
  const __m512i from_halfway = _mm512_and_si512(
      _mm512_sub_epi64(_mm512_castpd_si512(numbers),
                       _mm512_set1_epi64(static_cast<long long>(kHalfway - kHalfwayMargin))),
      _mm512_set1_epi64(static_cast<long long>(kSpareBits)));
  return _mm512_cmple_epu64_mask(from_halfway,
                                 _mm512_set1_epi64(static_cast<long long>(2 * kHalfwayMargin)));
}

// Eight numbers as floats, with their signs, never -0; NaN where the cell is empty.
BOOSTYARD_INLINE void StoreFloats(__m512d numbers, __mmask8 negative, __mmask8 empty, float* out) {
  const __m256 rounded = _mm512_cvtpd_ps(numbers);
  const __m256 sign = _mm256_set1_ps(-0.0F);
  const __m256 with_sign =
      _mm256_add_ps(_mm256_mask_xor_ps(rounded, negative, rounded, sign), _mm256_setzero_ps());
  _mm256_storeu_ps(out, _mm256_mask_mov_ps(with_sign, empty, _mm256_set1_ps(__builtin_nanf(""))));
}

// Digits as bytes to numbers of four digits in 32 bits.
BOOSTYARD_INLINE __m512i JoinFours(__m512i digits) {
  return _mm512_madd_epi16(_mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A)),
                           _mm512_set1_epi32(0x00010064));
}

// Numbers of four digits to numbers of sixteen in 64 bits: by quarters, first of `a`, then of `b`.
BOOSTYARD_INLINE __m512i JoinSixteens(__m512i a, __m512i b) {
  const __m512i eights =
      _mm512_madd_epi16(_mm512_packus_epi32(a, b), _mm512_set1_epi32(0x00012710));
  return _mm512_add_epi64(_mm512_mul_epu32(eights, _mm512_set1_epi64(100'000'000)),
                          _mm512_srli_epi64(eights, 32));
}

// Sixteen bytes before the ends of four cells, and what they are, 16 bits a cell.
struct CellQuad {
  __m512i digits;
  __mmask64 digit_bits;
  __mmask64 point_bits;
  __mmask64 sign_bits;
  __mmask64 other_bits;
};

// The texts of every second cell of eight, from the cell at `ends` on.
BOOSTYARD_INLINE CellQuad LoadQuad(const char* before, const std::uint32_t* ends, __m512i length,
                                   __m512i distance) {
  __m512i text = _mm512_castsi128_si512(Load16(before + ends[0]));
  text = _mm512_mask_broadcast_i32x4(text, 0x00F0, Load16(before + ends[2]));
  text = _mm512_mask_broadcast_i32x4(text, 0x0F00, Load16(before + ends[4]));
  text = _mm512_mask_broadcast_i32x4(text, 0xF000, Load16(before + ends[6]));
  const __mmask64 inside = _mm512_cmple_epu8_mask(distance, length);
  const __mmask64 first = _mm512_cmpeq_epi8_mask(distance, length);
  const __m512i low = _mm512_sub_epi8(text, _mm512_set1_epi8('0'));
  CellQuad quad;
  quad.digit_bits = _mm512_mask_cmplt_epu8_mask(inside, low, _mm512_set1_epi8(10));
  quad.point_bits = _mm512_mask_cmpeq_epi8_mask(inside, text, _mm512_set1_epi8('.'));
  quad.sign_bits = _mm512_mask_cmpeq_epi8_mask(first, text, _mm512_set1_epi8('-'));
  quad.other_bits = inside ^ (quad.digit_bits | quad.point_bits | quad.sign_bits);
  quad.digits = _mm512_maskz_mov_epi8(quad.digit_bits, low);
  return quad;
}

// Eight fields of 16 bits in order of cells.
BOOSTYARD_INLINE __m128i Interleave(__mmask64 even, __mmask64 odd) {
  return _mm_unpacklo_epi16(_mm_cvtsi64_si128(static_cast<long long>(even)),
                            _mm_cvtsi64_si128(static_cast<long long>(odd)));
}

// Eight cells at a time: the 16 bytes before each cell's end.
BlockCount ReadShort(const BlockText& text, const BlockCells& cells) {
  BlockCount count = FindEnds(text, cells.ends);
  const __m512i distance =
      _mm512_broadcast_i32x4(_mm_setr_epi8(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  // Where the lowest byte of a cell's length is: of cells 0, 2, 4, 6, a quarter of the bytes each.
  const __m512i pick_even = _mm512_srli_epi16(
      _mm512_and_si512(_mm512_load_si512(kPositions), _mm512_set1_epi8(static_cast<char>(0xF0))),
      1);
  const __m512i pick_odd = _mm512_add_epi8(pick_even, _mm512_set1_epi8(4));
  const __m512d fractions = _mm512_setr_pd(1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7);
  const __m512d fractions8 = _mm512_setr_pd(1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15);
  const __m128i zero = _mm_setzero_si128();
  const char* const before = text.begin - 16;
  for (std::size_t k = 0; k < count.cells; k += 8) {
    const std::uint32_t* const ends = cells.ends + k;
    const __m256i end = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(ends));
    const __m256i last_end = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(ends - 1));
    const __m256i length = _mm256_sub_epi32(_mm256_sub_epi32(end, last_end), _mm256_set1_epi32(1));
    const __m512i lengths = _mm512_castsi256_si512(length);
    const CellQuad even =
        LoadQuad(before, ends, _mm512_permutexvar_epi8(pick_even, lengths), distance);
    const CellQuad odd =
        LoadQuad(before, ends + 1, _mm512_permutexvar_epi8(pick_odd, lengths), distance);

    const __m128i points = Interleave(even.point_bits, odd.point_bits);
    const __m128i others = Interleave(even.other_bits, odd.other_bits);
    const __m128i digits = Interleave(even.digit_bits, odd.digit_bits);
    const __m128i signs = Interleave(even.sign_bits, odd.sign_bits);
    const __m128i less = _mm_sub_epi16(points, _mm_set1_epi16(1));
    const __mmask8 has_point = _mm_test_epi16_mask(points, points);
    const __mmask8 empty = _mm256_testn_epi32_mask(length, length);
    unsigned is_odd =
        _mm_test_epi16_mask(_mm_or_si128(others, _mm_and_si128(points, less)), _mm_set1_epi16(-1));
    is_odd |= _mm_testn_epi16_mask(digits, digits) & ~unsigned{empty};
    is_odd |= _mm256_cmpgt_epu32_mask(length, _mm256_set1_epi32(16));

    // The digits up to the point move over it.
    const __m128i upto = _mm_maskz_mov_epi16(has_point, _mm_xor_si128(points, less));
    const __m128i upto_even = _mm_and_si128(upto, _mm_set1_epi32(0xFFFF));
    const auto even_mask =
        static_cast<__mmask64>(_mm_cvtsi128_si64(_mm_packus_epi32(upto_even, zero)));
    const auto odd_mask =
        static_cast<__mmask64>(_mm_cvtsi128_si64(_mm_packus_epi32(_mm_srli_epi32(upto, 16), zero)));
    const __m512i even_digits =
        _mm512_mask_mov_epi8(even.digits, even_mask, _mm512_bslli_epi128(even.digits, 1));
    const __m512i odd_digits =
        _mm512_mask_mov_epi8(odd.digits, odd_mask, _mm512_bslli_epi128(odd.digits, 1));
    const __m512i mantissa = JoinSixteens(JoinFours(even_digits), JoinFours(odd_digits));

    // The point's bit as a float tells its place: 127 + bit in the exponent.
    const __m256i exponent = _mm256_srli_epi32(
        _mm256_castps_si256(_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(points))), 23);
    const __m256i fraction =
        _mm256_maskz_sub_epi32(has_point, _mm256_set1_epi32(127 + 15), exponent);
    const __m512d scale =
        _mm512_permutex2var_pd(fractions, _mm512_cvtepu32_epi64(fraction), fractions8);
    const __m512d number = _mm512_mul_pd(_mm512_cvtepu64_pd(mantissa), scale);

    // Integers of 15 digits are exact doubles: their ties are true ties, and rounded as such.
    const unsigned is_exact =
        ~unsigned{has_point} & _mm256_cmplt_epu32_mask(length, _mm256_set1_epi32(16));
    is_odd |= Halfway(number) & ~is_exact;
    StoreFloats(number, _mm_test_epi16_mask(signs, signs), empty, cells.values + k);
    if (__builtin_expect(is_odd != 0, 0)) NoteOdd(is_odd, k, cells, count);
  }
  return count;
}

// The exponents of eight cells: two digits with their sign, as most writers print them.
struct Exponents {
  __m256i value;
  __m256i number_end;  // where the rest of the cell ends
  __mmask8 odd;
};

BOOSTYARD_INLINE Exponents ReadExponents(const char* text, __m256i end, __m256i length) {
  const __m256i byte = _mm256_set1_epi32(0xFF);
  const __m256i bytes = _mm256_i32gather_epi32(reinterpret_cast<const int*>(text - 4), end, 1);
  const __m256i letter = _mm256_and_si256(bytes, _mm256_set1_epi32(0xDF));
  const __mmask8 there = _mm256_mask_cmpeq_epi32_mask(
      _mm256_cmpgt_epu32_mask(length, _mm256_set1_epi32(4)), letter, _mm256_set1_epi32('E'));
  const __m256i sign = _mm256_and_si256(_mm256_srli_epi32(bytes, 8), byte);
  const __m256i low = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
  const __m256i tens = _mm256_and_si256(_mm256_srli_epi32(low, 16), byte);
  const __m256i ones = _mm256_srli_epi32(low, 24);
  const __m256i magnitude = _mm256_add_epi32(_mm256_mullo_epi32(tens, _mm256_set1_epi32(10)), ones);
  const __mmask8 minus = _mm256_cmpeq_epi32_mask(sign, _mm256_set1_epi32('-'));
  const __mmask8 plus = _mm256_cmpeq_epi32_mask(sign, _mm256_set1_epi32('+'));
  const __mmask8 no_digits =
      _mm256_cmpgt_epu32_mask(_mm256_max_epu32(tens, ones), _mm256_set1_epi32(9));
  Exponents result;
  result.value = _mm256_maskz_mov_epi32(there, magnitude);
  result.value =
      _mm256_mask_sub_epi32(result.value, there & minus, _mm256_setzero_si256(), magnitude);
  result.number_end = _mm256_mask_sub_epi32(end, there, end, _mm256_set1_epi32(4));
  result.odd = static_cast<__mmask8>(there & (no_digits | ~(minus | plus)));
  return result;
}

// The 32 bytes that end two cells, what they are (32 bits a cell), and the same one byte behind.
struct LongPair {
  __m512i low;
  __m512i low_behind;
  __mmask64 digit_bits;
  __mmask64 point_bits;
  __mmask64 sign_bits;
  __mmask64 other_bits;
};

BOOSTYARD_INLINE __m512i LoadPair(const char* first, const char* second) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

BOOSTYARD_INLINE LongPair ClassifyPair(const char* first, const char* second, __m512i length,
                                       __m512i distance) {
  const __m512i zero_digit = _mm512_set1_epi8('0');
  const __m512i text = LoadPair(first - 32, second - 32);
  const __mmask64 inside = _mm512_cmple_epu8_mask(distance, length);
  const __mmask64 start = _mm512_cmpeq_epi8_mask(distance, length);
  LongPair pair;
  pair.low = _mm512_sub_epi8(text, zero_digit);
  pair.low_behind = _mm512_sub_epi8(LoadPair(first - 33, second - 33), zero_digit);
  pair.digit_bits = _mm512_mask_cmplt_epu8_mask(inside, pair.low, _mm512_set1_epi8(10));
  pair.point_bits = _mm512_mask_cmpeq_epi8_mask(inside, text, _mm512_set1_epi8('.'));
  pair.sign_bits = _mm512_mask_cmpeq_epi8_mask(start, text, _mm512_set1_epi8('-'));
  pair.other_bits = inside ^ (pair.digit_bits | pair.point_bits | pair.sign_bits);
  return pair;
}

BOOSTYARD_INLINE __m256i Gather(__mmask64 a, __mmask64 b, __mmask64 c, __mmask64 d) {
  return _mm256_set_epi64x(static_cast<long long>(d), static_cast<long long>(c),
                           static_cast<long long>(b), static_cast<long long>(a));
}

BOOSTYARD_INLINE __m512i CloseAndJoin(const LongPair& pair, long long kept, long long upto) {
  const __m512i digits = _mm512_maskz_mov_epi8(
      static_cast<__mmask64>(kept),
      _mm512_mask_mov_epi8(pair.low, static_cast<__mmask64>(upto), pair.low_behind));
  return JoinFours(digits);
}

// Eight cells at a time: the 32 bytes before each cell's exponent or end.
BlockCount ReadLong(const BlockText& text, const BlockCells& cells) {
  BlockCount count = FindEnds(text, cells.ends);
  const __m512i positions = _mm512_load_si512(kPositions);
  const __m512i distance =
      _mm512_sub_epi8(_mm512_set1_epi8(32), _mm512_and_si512(positions, _mm512_set1_epi8(31)));
  // Where the lowest byte of a cell's length is: of cells 0 and 1, half of the bytes each.
  const __m512i pick = _mm512_srli_epi16(_mm512_and_si512(positions, _mm512_set1_epi8(32)), 3);
  const __m512i upper = _mm512_setr_epi64(0, 4, 1, 5, 8, 12, 9, 13);
  const __m512i lower = _mm512_setr_epi64(2, 6, 3, 7, 10, 14, 11, 15);
  const __m256i one = _mm256_set1_epi32(1);
  for (std::size_t k = 0; k < count.cells; k += 8) {
    const __m256i end = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(cells.ends + k));
    const __m256i last_end =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(cells.ends + k - 1));
    const __m256i length = _mm256_sub_epi32(_mm256_sub_epi32(end, last_end), one);
    const Exponents exponents = ReadExponents(text.begin, end, length);
    alignas(32) std::uint32_t places[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(places), exponents.number_end);
    const __m256i size = _mm256_sub_epi32(length, _mm256_sub_epi32(end, exponents.number_end));
    const __m512i sizes = _mm512_castsi256_si512(size);
    const auto classify = [&](std::size_t j) __attribute__((always_inline)) {
      const __m512i pick_here = _mm512_add_epi8(pick, _mm512_set1_epi8(static_cast<char>(8 * j)));
      return ClassifyPair(text.begin + places[2 * j], text.begin + places[2 * j + 1],
                          _mm512_permutexvar_epi8(pick_here, sizes), distance);
    };
    const LongPair a = classify(0);
    const LongPair b = classify(1);
    const LongPair c = classify(2);
    const LongPair d = classify(3);

    const __m256i points = Gather(a.point_bits, b.point_bits, c.point_bits, d.point_bits);
    const __m256i digits = Gather(a.digit_bits, b.digit_bits, c.digit_bits, d.digit_bits);
    const __m256i signs = Gather(a.sign_bits, b.sign_bits, c.sign_bits, d.sign_bits);
    const __m256i others = Gather(a.other_bits, b.other_bits, c.other_bits, d.other_bits);
    const __m256i less = _mm256_sub_epi32(points, one);
    const __mmask8 has_point = _mm256_test_epi32_mask(points, points);
    const __mmask8 empty = _mm256_testn_epi32_mask(length, length);
    unsigned is_odd = exponents.odd | _mm256_test_epi32_mask(others, others) |
                      _mm256_test_epi32_mask(points, less);
    is_odd |= _mm256_testn_epi32_mask(digits, digits) & ~unsigned{empty};
    is_odd |= _mm256_cmpgt_epu32_mask(size, _mm256_set1_epi32(32));

    // The digits up to the point come from one byte behind: they move over it.
    const __m256i upto = _mm256_maskz_xor_epi32(has_point, points, less);
    const __m256i kept = _mm256_or_si256(_mm256_andnot_si256(upto, digits),
                                         _mm256_and_si256(upto, _mm256_slli_epi32(digits, 1)));
    const __m512i first =
        JoinSixteens(CloseAndJoin(a, _mm256_extract_epi64(kept, 0), _mm256_extract_epi64(upto, 0)),
                     CloseAndJoin(b, _mm256_extract_epi64(kept, 1), _mm256_extract_epi64(upto, 1)));
    const __m512i second =
        JoinSixteens(CloseAndJoin(c, _mm256_extract_epi64(kept, 2), _mm256_extract_epi64(upto, 2)),
                     CloseAndJoin(d, _mm256_extract_epi64(kept, 3), _mm256_extract_epi64(upto, 3)));
    const __m512d high = _mm512_cvtepu64_pd(_mm512_permutex2var_epi64(first, upper, second));
    const __m512d rest = _mm512_cvtepu64_pd(_mm512_permutex2var_epi64(first, lower, second));
    const __m512d mantissa = _mm512_fmadd_pd(high, _mm512_set1_pd(1e16), rest);

    // The point's bit as a float tells its place: 127 + bit in the exponent.
    const __m256i place = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepu32_ps(points)), 23);
    const __m256i fraction = _mm256_maskz_sub_epi32(has_point, _mm256_set1_epi32(127 + 31), place);
    const __m256i power = _mm256_sub_epi32(exponents.value, fraction);
    const __m256i slot =
        _mm256_sub_epi32(_mm256_min_epi32(_mm256_max_epi32(power, _mm256_set1_epi32(kLeastPower)),
                                          _mm256_set1_epi32(kGreatestPower)),
                         _mm256_set1_epi32(kLeastPower));
    const __m512d number = _mm512_mul_pd(mantissa, _mm512_i32gather_pd(slot, kPowersOfTen, 8));
    const __mmask8 not_zero =
        _mm512_test_epi64_mask(_mm512_castpd_si512(mantissa), _mm512_castpd_si512(mantissa));
    const __mmask8 out_of_range = _mm512_cmpge_epu64_mask(
        _mm512_sub_epi64(_mm512_castpd_si512(number),
                         _mm512_set1_epi64(static_cast<long long>(kLeastNormalBits))),
        _mm512_set1_epi64(static_cast<long long>(kTooLargeBits - kLeastNormalBits)));
    is_odd |= Halfway(number) | (not_zero & out_of_range);
    StoreFloats(number, _mm256_test_epi32_mask(signs, signs), empty, cells.values + k);
    is_odd &= ~unsigned{empty};
    if (__builtin_expect(is_odd != 0, 0)) NoteOdd(is_odd, k, cells, count);
  }
  return count;
}

// The cells that end in 64 bytes of text: a bit each, in the order of the cells but for `ends`.
struct CellLengths {
  std::uint64_t ends;         // bit b: byte b ends a cell
  std::uint64_t ends_before;  // the same, of the 64 bytes before
  std::size_t count;
  __mmask64 live;  // those that there are
  __mmask64 empty;
  __mmask64 longer;  // than one digit
};

// The cells whose byte `distance` before their end ends a cell.
BOOSTYARD_INLINE __mmask64 HaveEndBefore(std::uint64_t ends, std::uint64_t ends_before,
                                         int distance) {
  return _pext_u64((ends << distance) | (ends_before >> (64 - distance)), ends);
}

BOOSTYARD_INLINE CellLengths MeasureCells(std::uint64_t ends, std::uint64_t ends_before) {
  CellLengths cells = {ends, ends_before, Count(ends), 0, 0, 0};
  cells.live = _bzhi_u64(~std::uint64_t{0}, static_cast<unsigned>(cells.count));
  cells.empty = HaveEndBefore(ends, ends_before, 1);
  const __mmask64 short_cells = cells.empty | HaveEndBefore(ends, ends_before, 2);
  cells.longer = cells.live & ~short_cells;
  return cells;
}

// The bytes at one distance before the ends of cells, side by side, less '0'.
BOOSTYARD_INLINE __m512i DigitsBefore(const char* text, __mmask64 valid, const CellLengths& cells,
                                      int distance) {
  const __m512i bytes = _mm512_maskz_loadu_epi8(valid, text - distance);
  return _mm512_sub_epi8(_mm512_maskz_compress_epi8(cells.ends, bytes), _mm512_set1_epi8('0'));
}

BOOSTYARD_INLINE __mmask64 NoDigits(__mmask64 among, __m512i digits) {
  return _mm512_mask_cmpge_epu8_mask(among, digits, _mm512_set1_epi8(10));
}

// Sixteen small integers as floats.
BOOSTYARD_INLINE void StoreInts(__m512i value, __mmask64 empty, float* out) {
  _mm512_storeu_ps(
      out, _mm512_mask_mov_ps(_mm512_cvtepi32_ps(value), static_cast<__mmask16>(empty & 0xFFFF),
                              _mm512_set1_ps(__builtin_nanf(""))));
}

// Sixteen of the cells.
template <std::size_t kPart>
BOOSTYARD_INLINE void StorePart(__m512i small, const CellLengths& cells, float* out) {
  StoreInts(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(small, kPart)),
            cells.empty >> (16 * kPart), out + 16 * kPart);
}

template <std::size_t kPart>
BOOSTYARD_INLINE void StorePart(__m512i small, __m512i hundreds, const CellLengths& cells,
                                float* out) {
  const __m512i upper = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(hundreds, kPart));
  StoreInts(_mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(small, kPart)),
                             _mm512_mullo_epi32(upper, _mm512_set1_epi32(100))),
            cells.empty >> (16 * kPart), out + 16 * kPart);
}

// Cells of one digit or none.
BOOSTYARD_INLINE void StoreDigits(__m512i ones, const CellLengths& cells, float* out) {
  StorePart<0>(ones, cells, out);
  if (cells.count <= 16) return;
  StorePart<1>(ones, cells, out);
  if (cells.count <= 32) return;
  StorePart<2>(ones, cells, out);
  StorePart<3>(ones, cells, out);
}

BOOSTYARD_INLINE void StoreNumbers(__m512i small, __m512i hundreds, const CellLengths& cells,
                                   float* out) {
  StorePart<0>(small, hundreds, cells, out);
  if (cells.count <= 16) return;
  StorePart<1>(small, hundreds, cells, out);
  if (cells.count <= 32) return;
  StorePart<2>(small, hundreds, cells, out);
  StorePart<3>(small, hundreds, cells, out);
}

// Stores cells of which some have several digits. Returns those where the digits before the last
// one make them odd.
BOOSTYARD_INLINE __mmask64 ReadNumbers(const char* text, __mmask64 valid, __m512i ones,
                                       const CellLengths& cells, float* out) {
  const __mmask64 beyond_two = cells.longer & ~HaveEndBefore(cells.ends, cells.ends_before, 3);
  const __mmask64 three_digits = beyond_two & HaveEndBefore(cells.ends, cells.ends_before, 4);
  const __m512i tens = _mm512_maskz_mov_epi8(cells.longer, DigitsBefore(text, valid, cells, 2));
  const __m512i hundreds = _mm512_maskz_mov_epi8(three_digits, DigitsBefore(text, valid, cells, 3));
  // tens * 10 as 2 * (tens + 4 * tens); at most 99, so no byte overflows into its neighbour
  const __m512i twofold = _mm512_add_epi8(tens, tens);
  const __m512i fivefold = _mm512_add_epi8(tens, _mm512_add_epi8(twofold, twofold));
  StoreNumbers(_mm512_add_epi8(ones, _mm512_add_epi8(fivefold, fivefold)), hundreds, cells, out);
  return NoDigits(cells.longer, tens) | NoDigits(three_digits, hundreds) |
         (beyond_two & ~three_digits);
}

// All cells that end in 64 bytes of text at once.
BlockCount ReadSmallInts(const BlockText& text, const BlockCells& cells) {
  const __m512i delimiter = _mm512_set1_epi8(text.delimiter);
  const __m512i newline = _mm512_set1_epi8('\n');
  BlockCount count = {0, 0, true};
  std::size_t row_end = text.column_count - 1;
  std::uint32_t last_end = 0xFFFFFFFF;                 // of the cell before these
  std::uint64_t ends_before = std::uint64_t{1} << 63;  // the newline before the block
  cells.ends[-1] = last_end;
  for (std::size_t i = 0; i < text.size; i += 64) {
    Fetch(reinterpret_cast<std::uintptr_t>(text.begin) + i + kBytesAhead);
    const __mmask64 valid = Valid(i, text.size);
    const __m512i bytes = _mm512_maskz_loadu_epi8(valid, text.begin + i);
    const __mmask64 row_bits = _mm512_mask_cmpeq_epi8_mask(valid, bytes, newline);
    const __mmask64 cell_bits = _mm512_mask_cmpeq_epi8_mask(valid, bytes, delimiter) | row_bits;
    const CellLengths lengths = MeasureCells(cell_bits, ends_before);
    ends_before = cell_bits;
    if (cell_bits == 0) continue;
    const __m512i ones = DigitsBefore(text.begin + i, valid, lengths, 1);
    __mmask64 odd = NoDigits(lengths.live & ~lengths.empty, ones);
    float* const out = cells.values + count.cells;
    if (lengths.longer == 0) {
      StoreDigits(ones, lengths, out);
    } else {
      odd |= ReadNumbers(text.begin + i, valid, ones, lengths, out);
    }
    if (__builtin_expect(odd != 0, 0)) {
      cells.ends[count.cells - 1] = last_end;
      const __m512i places = _mm512_maskz_compress_epi8(cell_bits, _mm512_load_si512(kPositions));
      alignas(64) std::uint8_t place[64];
      _mm512_store_si512(place, places);
      for (std::size_t j = 0; j < lengths.count; ++j) {
        cells.ends[count.cells + j] = static_cast<std::uint32_t>(i + place[j]);
      }
      for (std::uint64_t left = odd; left != 0; left = _blsr_u64(left)) {
        cells.odd[count.odd++] = static_cast<std::uint32_t>(count.cells + _tzcnt_u64(left));
      }
    }
    count.is_even &= CheckRows(row_bits, cell_bits, count.cells, text.column_count, row_end);
    last_end =
        static_cast<std::uint32_t>(i + 63 - static_cast<unsigned>(__builtin_clzll(cell_bits)));
    count.cells += lengths.count;
  }
  return count;
}

std::size_t CountNewlines(const char* text, std::size_t size) {
  const __m512i newline = _mm512_set1_epi8('\n');
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; i += 64) {
    Fetch(reinterpret_cast<std::uintptr_t>(text) + i + kBytesAhead);
    const __mmask64 valid = Valid(i, size);
    count += Count(
        _mm512_mask_cmpeq_epi8_mask(valid, _mm512_maskz_loadu_epi8(valid, text + i), newline));
  }
  return count;
}

void Transpose(const float* from, std::size_t row_count, std::size_t column_count, float* to,
               std::size_t stride) {
  kAvx2CsvKernels.transpose(from, row_count, column_count, to, stride);
}

bool SmallIntCodes(const float* cells, std::size_t count, std::uint8_t* codes) {
  for (std::size_t i = 0; i < count; i += 16) {
    const auto valid = static_cast<__mmask16>(count - i >= 16 ? 0xFFFF : (1U << (count - i)) - 1);
    const __m512 cell = _mm512_maskz_loadu_ps(valid, cells + i);
    const __mmask16 missing = _mm512_cmp_ps_mask(cell, cell, _CMP_UNORD_Q);
    const __m512i code = _mm512_cvttps_epi32(cell);
    const __mmask16 same =
        _mm512_mask_cmp_ps_mask(_mm512_cmplt_epu32_mask(code, _mm512_set1_epi32(255)),
                                _mm512_cvtepi32_ps(code), cell, _CMP_EQ_OQ);
    if ((same | missing) != 0xFFFF) return false;
    const __m512i filled = _mm512_mask_mov_epi32(code, missing, _mm512_set1_epi32(255));
    _mm512_mask_cvtepi32_storeu_epi8(codes + i, valid, filled);
  }
  return true;
}

}  // namespace

const CsvKernels kAvx512CsvKernels = {
    .read_small_ints = ReadSmallInts,
    .read_short = ReadShort,
    .read_long = ReadLong,
    .count_newlines = CountNewlines,
    .transpose = Transpose,
    .small_int_codes = SmallIntCodes,
};

}  // namespace boostyard::csv
