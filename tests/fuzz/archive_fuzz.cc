// Any bytes give an error of one line or models with models' names, and these come back as they
// were from an archive of ours; half of that archive gives an error.
//
// Input: byte 0 says whether the rest is the archive or the tar in it, to be compressed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "container/archive.h"
#include "container/diagnostics.h"
#include "engine/base/error_table.h"
#include "tests/data/compress.h"

namespace {

using boostyard::container::ArchiveMember;
using boostyard::container::IsModelFileName;
using boostyard::container::ReadModelTarGz;
using boostyard::container::WriteTarGz;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "archive_fuzz: %s\n", what);
  std::abort();
}

std::span<const std::uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool SameMembers(const std::vector<ArchiveMember>& a, const std::vector<ArchiveMember>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].name != b[i].name || a[i].bytes != b[i].bytes) return false;
  }
  return true;
}

void Check(std::span<const std::uint8_t> bytes) {
  const auto members = ReadModelTarGz(bytes, "model.tar.gz");
  if (!members.ok()) {
    Require(members.error().id == boostyard::ErrorId::kModelBad, "another error");
    const std::string line = boostyard::container::FailureLine(members.error());
    Require(boostyard::container::OneLine(line) == line, "more than a line");
    return;
  }
  Require(!members->empty(), "no model and no error");
  for (const ArchiveMember& member : *members) {
    Require(IsModelFileName(member.name), "a file that is no model");
  }
  const auto written = WriteTarGz(*members);
  Require(written.ok(), "what was read cannot be written");
  const auto back = ReadModelTarGz(*written, "model.tar.gz");
  Require(back.ok() && SameMembers(*back, *members), "written and read, it differs");
  const auto half = ReadModelTarGz(std::span(*written).first(bytes.size() % written->size()), "x");
  Require(!half.ok(), "half an archive was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) == 0) {
    Check(AsBytes(rest));
  } else {
    Check(AsBytes(boostyard::test::Gzip(rest)));
  }
  return 0;
}
