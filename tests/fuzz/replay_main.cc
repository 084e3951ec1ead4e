// Runs a fuzzer's function over its corpus, and over deterministic mutations of it, without
// libFuzzer: every fuzz target is thereby a fast test too. usage: NAME CORPUS_FOLDER
// [MUTATIONS_PER_FILE]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

// Flips, drops, doubles or replaces a few bytes.
Bytes Mutate(Bytes bytes, std::mt19937_64& random) {
  static constexpr char kInteresting[] = ",;\t| \n\r\"\0-+.eE09xn{}[]:";
  const int edits = 1 + static_cast<int>(random() % 3);
  for (int edit = 0; edit < edits && !bytes.empty(); ++edit) {
    const std::size_t at = random() % bytes.size();
    const auto offset = static_cast<std::ptrdiff_t>(at);
    switch (random() % 5) {
      case 0:
        bytes[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
        break;
      case 1:
        bytes.erase(bytes.begin() + offset);
        break;
      case 2:
        bytes.insert(bytes.begin() + offset, bytes[at]);
        break;
      case 3:
        bytes[at] = static_cast<std::uint8_t>(kInteresting[random() % (sizeof(kInteresting) - 1)]);
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const int mutations = argc > 2 ? std::atoi(argv[2]) : 200;
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1], ignored)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "no corpus in %s\n", argv[1]);
    return 1;
  }
  std::size_t runs = 0;
  for (const auto& file : files) {
    const Bytes original = ReadAll(file);
    LLVMFuzzerTestOneInput(original.data(), original.size());
    ++runs;
    std::mt19937_64 random(0x5EED);
    for (int i = 0; i < mutations; ++i, ++runs) {
      const Bytes mutated = Mutate(original, random);
      LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
    }
  }
  std::printf("%zu inputs from %zu corpus files\n", runs, files.size());
  return 0;
}
